"""Makes a package from the roster: read, check, compare with what was sent before, write. Nothing leaves here."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.outbound.cells import RowCheck
from services.sync.outbound.declared import OutFile, Template
from services.sync.outbound.manifest import PERHAPS, Key, Manifest
from services.sync.outbound.packaging import Lines, packed
from services.sync.outbound.reading import Reader, rows_of
from services.sync.rules.numbers import MAY_BE_NUMBER

KEPT_FINDINGS = 200
_MAY_BE_NUMBER = re.compile(MAY_BE_NUMBER)
Mode = Literal["total", "delta"]


@dataclass
class Production:
    """One package in the making. `base` is what was sent before, for a delta. Read the results when all is written.

    `counts` per file: rows written, added, changed, removed, left out. `findings`: at most 200, all are counted.
    """

    session: AsyncSession
    template: Template
    mode: Mode
    reader: Reader
    manifest: Manifest
    base: Manifest
    counts: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    def pieces(self) -> AsyncIterator[bytes]:
        """The package, to be taken to its end."""
        return packed(self.template, self._files())

    @property
    def is_empty(self) -> bool:
        """A delta that says nothing."""
        return self.mode == "delta" and not any(count["written"] for count in self.counts)

    async def _files(self) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        for file in self.template.files:
            yield file.file, _FileWriter(self, file).pieces()

    def found(self, file: OutFile, rule: str, column: str, key: Key) -> None:
        """Record a row that the platform would not take."""
        self.wrong[rule] += 1
        if len(self.findings) < KEPT_FINDINGS:
            self.findings.append({"file": file.file, "rule": rule, "column": column, "key": _shown(key)})


def _shown(key: Key) -> list[str]:
    """Ids as they stand, but for what may itself be a national number."""
    return ["" if _MAY_BE_NUMBER.search(cell) else cell for cell in key]


class _FileWriter:
    def __init__(self, production: Production, file: OutFile) -> None:
        self._production = production
        self._file = file
        self._lines = Lines(production.template)
        self._check = RowCheck(file, production.template.encoding)
        self._delta = production.template.delta if production.mode == "delta" else None
        self._gone = dict(production.base.rows.get(file.file, {}))
        self._count = dict.fromkeys(("written", "added", "changed", "removed", "leftOut"), 0)

    async def pieces(self) -> AsyncIterator[bytes]:
        file, production = self._file, self._production
        yield self._lines.head(self._with_op(list(file.headers), self._delta.column if self._delta else ""))
        yield self._written([[row.get(header, "") for header in file.headers] for row in file.static])
        for part in file.parts:
            async for batch in rows_of(production.session, production.template, file, part, production.reader):
                yield self._written(batch)
        yield self._removed()
        if file.trailer is not None:
            yield self._lines.rows([[file.trailer, str(self._count["written"])]])
        production.counts.append({"file": file.file, "key": list(file.key), **self._count})

    def _written(self, batch: list[list[str]]) -> bytes:
        told = [cells for row in batch if (cells := self._told(row)) is not None]
        self._count["written"] += len(told)
        return self._lines.rows(told)

    def _told(self, cells: list[str]) -> list[str] | None:
        """The row as it is written; None where it is left out or nothing about it changed."""
        key = self._check.key(cells)
        if wrong := self._check.wrong(cells):
            self._production.found(self._file, *wrong, key)
            self._count["leftOut"] += 1
            if wrong[0] != "key_twice" and (known := self._gone.pop(key, None)) is not None:
                # What the platform has of it stays as it is: a row that we cannot write is no reason to remove it.
                self._production.manifest.add(self._file.file, key, known)
            return None
        digest = self._production.manifest.digest(cells)
        self._production.manifest.add(self._file.file, key, digest)
        before = self._gone.pop(key, None)
        if self._delta is None:
            self._count["added"] += 1
            return cells
        if before == digest:
            return None
        is_new = before in (None, PERHAPS)
        self._count["added" if is_new else "changed"] += 1
        return self._with_op(cells, self._delta.add if is_new else self._delta.change)

    def _removed(self) -> bytes:
        """Rows that were sent before and are no more: told by their keys alone."""
        if self._delta is None:
            return b""
        places = [self._file.headers.index(header) for header in self._file.key]
        rows = []
        for key in sorted(self._gone):
            cells = [""] * len(self._file.headers)
            for place, cell in zip(places, key, strict=True):
                cells[place] = cell
            rows.append(self._with_op(cells, self._delta.remove))
        self._count["removed"] = len(rows)
        self._count["written"] += len(rows)
        return self._lines.rows(rows)

    def _with_op(self, cells: list[str], word: str) -> list[str]:
        return [word, *cells] if self._delta else cells
