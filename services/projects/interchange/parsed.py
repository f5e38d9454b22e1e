"""What every parser gives: rows of plain values, and what is to be said about the file. Pure."""

from dataclasses import asdict, dataclass, field
from typing import Any

from services.projects.interchange.findings import Findings, Place


@dataclass
class Row:
    """One row of a file. `columns` says where each field stands, for later findings; `external` is its id elsewhere.

    `implied` is the precision that the words of a date stated ("March 2027"), whatever stands beside them.
    `waits_for` holds links by the other rows' `key`, as `cells.link_of` writes them; None where the file tells none.
    """

    sheet: str | None
    number: int | None
    cells: dict[str, Any]
    columns: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    external: str | None = None
    implied: str | None = None
    waits_for: list[str] | None = None

    def place(self, name: str | None = None) -> Place:
        return Place(self.sheet, self.number, self.columns.get(name or ""))


@dataclass
class Parsed:
    """A file as it was understood. `project` is the one that it was made from; `system` names the other tool."""

    format: str
    rows: list[Row] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    project: str | None = None
    lang: str | None = None
    system: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "rows": [asdict(row) for row in self.rows],
            "findings": self.findings.items,
            "left_out": self.findings.left_out,
            "project": self.project,
            "lang": self.lang,
            "system": self.system,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Parsed":
        return cls(
            value["format"],
            [Row(**row) for row in value["rows"]],
            Findings(value["findings"], value["left_out"]),
            value["project"],
            value["lang"],
            value["system"],
        )
