"""What the reader says of a delivery, as rows by name of their columns."""

from csv import reader
from dataclasses import dataclass, field
from io import StringIO

from services.sync.plan.keys import civic_keys
from services.sync.reading.canonical import ENTITIES
from services.sync.reading.frames import Done, Found, Rows
from services.sync.reading.mapping import Mapping
from services.sync.reading.process import ReadTask
from shared.kit.ids import new_id
from tests.sync.town import KEY, TODAY, frames


@dataclass
class Read:
    """All that came of one delivery."""

    cells: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    findings: list[tuple[str, str, int | None, str | None]] = field(default_factory=list)
    ends: list[Done] = field(default_factory=list)

    def rows(self, kind: str) -> list[dict[str, str]]:
        return self.cells.get(kind, [])

    @property
    def done(self) -> Done:
        return self.ends[0]

    @property
    def counts(self) -> dict[str, int]:
        return self.done.counts


async def read(content: bytes, mapping: Mapping) -> Read:
    """Raises Fatal."""
    result = Read()
    async for frame in frames(ReadTask(mapping, civic_keys(KEY, new_id()), TODAY), content):
        if isinstance(frame, Rows) and frame.entity in ENTITIES:
            columns = ENTITIES[frame.entity].columns
            rows = [dict(zip(columns, cells, strict=True)) for cells in reader(StringIO(frame.csv.decode()))]
            result.cells.setdefault(frame.entity, []).extend(rows)
        elif isinstance(frame, Found):
            result.findings += [(each[0], each[1], each[2], each[3]) for each in frame.findings]
        elif isinstance(frame, Done):
            result.ends.append(frame)
    return result
