"""What is wrong or worth knowing about an imported file, cell by cell: where, what stands there, and the mend."""

from dataclasses import dataclass, field
from typing import Any, Literal

from services.projects.interchange.remarks import REMARKS

Level = Literal["error", "warning", "info"]
_SHOWN = 80
MOST = 2000


@dataclass(frozen=True)
class Place:
    """Where in the file: sheet (or part of it), row as people count, column."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None


@dataclass
class Findings:
    """The findings of one file, in the order of the file; beyond `MOST` they are only counted."""

    items: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0

    def add(self, code: str, place: Place, value: object = None, **words: Any) -> None:
        """A finding whose texts stand in `REMARKS` under `code`. `value` is what was seen."""
        remark = REMARKS[code]
        seen = None if value is None else str(value)[:_SHOWN]
        problem = remark.problem.format(value=seen or "", **words)
        mend = remark.mend.format(value=seen or "", **words)
        self.put(code, remark.level, place, seen, problem.model_dump(), mend.model_dump())

    def put(self, code: str, level: Level, place: Place, value: str | None, problem: Any, mend: Any) -> None:
        """A finding with texts of its own."""
        if len(self.items) >= MOST:
            self.left_out += 1
            return
        self.items.append(
            {
                "code": code,
                "level": level,
                "sheet": place.sheet,
                "row": place.row,
                "column": place.column,
                "value": value,
                "problem": problem,
                "mend": mend,
            }
        )
