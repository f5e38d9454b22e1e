"""Tells a file apart from the one before by its lines: only those that came or went are looked into.

What this finds is what comparing the facts of all rows finds. A line that stands in both files is a row as good as it
was then; facts that came are looked for in all lines that speak of the same ids.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import polars as pl

from services.sync.reading.findings import Fatal
from services.sync.reading.lines import Lines, lines_of, told_of
from services.sync.reading.prints import Print, about_of, hashes_of, print_of, sums_of, total, uneven
from services.sync.reading.source import Source
from services.sync.reading.table import LINE, Layout, cells_of, table_of


class NotApart(Exception):
    """The file cannot be told apart by its lines."""


@dataclass
class Former:
    """The delivery before: its prints, where something was found in it (file, line), and how to get at it."""

    prints: Sequence[Mapping[str, Any]]
    found: Sequence[tuple[str, int]]
    fetch: Callable[[], Source]
    _answer: Source | Fatal | None = None
    _lock: Lock = field(default_factory=Lock)

    def source(self) -> Source:
        """Its files; asked for once, by whichever file needs them first. Raises Fatal."""
        with self._lock:
            if self._answer is None:
                try:
                    self._answer = self.fetch()
                except Fatal as fatal:
                    self._answer = fatal
        if isinstance(self._answer, Fatal):
            raise self._answer
        return self._answer

    def print_like(self, seed: bytes) -> Mapping[str, Any] | None:
        """The print of the file that was read in the same way."""
        about = about_of(seed)
        return next((one for one in self.prints if one["about"] == about), None)

    def found_in(self, name: str) -> list[int]:
        """The rows of a file, from 0, about which something was found."""
        return [line - 2 for file, line in self.found if file == name and line > 1]


@dataclass(frozen=True)
class Apart:
    """What differs: the lines of rows that `came`, the rows that are `gone`, and the lines of those of which the former
    file's are `found` something about. `ids` has the columns that speak of ids, of all rows."""

    print: Print
    ids: pl.DataFrame
    came: pl.Series
    gone: pl.DataFrame
    found: pl.Series


class LineFile:
    """A file that is like the one before. `ids` are the places of the columns that speak of ids."""

    def __init__(self, body: bytes, layout: Layout, places: Iterable[int], ids: Iterable[int], seed: bytes) -> None:
        self._layout = layout
        self._places = sorted(places)
        self._seed = seed
        self._head = body[: body.find(b"\n") + 1]
        self.lines = _known(lines_of(body, seed))
        keys = cells_of(body, layout, sorted(ids))
        if keys is None or keys.height != len(self.lines.rows) or keys.width == 0:
            raise NotApart
        self.ids = keys.with_row_index(LINE, 2)

    def at(self, lines: pl.Series) -> pl.DataFrame:
        """The rows on these lines, with all columns."""
        wanted = lines.sort().cast(pl.UInt32).alias(LINE)
        return self._cells(self.lines.rows.gather(wanted - 2)).insert_column(0, wanted)

    def apart(self, before: Callable[[], bytes], told: Mapping[str, Any], found: Sequence[int]) -> Apart:
        """How the file differs from the one `before`, whose print is `told`. Raises NotApart."""
        is_same = total(self.lines.hashes) == int(told["lines"]["sum"], 16) and told["rows"] == len(self.lines.rows)
        if is_same and not found:
            nothing = self.at(pl.Series([], dtype=pl.UInt32))
            return Apart(dict(told), self.ids, nothing[LINE], nothing, nothing[LINE])
        then = _known(lines_of(before(), self._seed))
        if f"{total(then.hashes):x}" != told["lines"]["sum"] or len(then.rows) != told["rows"]:
            raise NotApart
        if any(row >= len(then.rows) for row in found):
            raise NotApart
        came, gone = uneven(self.lines.hashes, then.hashes)
        return self._apart(self.ids[LINE].filter(came), then.rows.filter(gone), told, then.rows.gather(list(found)))

    def _apart(self, came: pl.Series, gone: pl.Series, told: Mapping[str, Any], found: pl.Series) -> Apart:
        self._check(came)
        new, old = self.at(came), self._cells(gone)
        now, then = hashes_of(new, self._seed), hashes_of(old, self._seed)
        differs = uneven(now, then)
        rows = [new.drop(LINE).filter(differs[0]), old.filter(differs[1])]
        # The same facts may stand on lines that did not change, too: then they are there more often, or less.
        again = self._stating(pl.concat(rows)).filter(~pl.col(LINE).is_in(came.implode()))
        sums = [
            int(former, 16) + more - less
            for former, more, less in zip(
                told["sums"], sums_of(new, self._seed, now), sums_of(old, self._seed, then), strict=True
            )
        ]
        return Apart(
            print=print_of(self._seed, len(self.lines.rows), sums) | {"lines": told_of(self.lines)},
            ids=self.ids,
            came=pl.concat([new[LINE].filter(differs[0]), again[LINE]]).sort(),
            gone=pl.concat([rows[1], again.drop(LINE)]).with_row_index(LINE, 2),
            found=self._stating(self._cells(found))[LINE],
        )

    def _stating(self, rows: pl.DataFrame) -> pl.DataFrame:
        """All rows of this file that state the same facts as some of `rows`."""
        keys = [column for column in self.ids.columns if column != LINE]
        alike = self.at(self.ids.join(rows.select(keys).unique(), on=keys, how="semi", nulls_equal=True)[LINE])
        return alike.filter(hashes_of(alike, self._seed).is_in(hashes_of(rows, self._seed).implode()))

    def _cells(self, lines: pl.Series) -> pl.DataFrame:
        if lines.is_empty():
            return pl.DataFrame(schema={str(place): pl.String for place in self._places})
        cells = cells_of(self._head + "\n".join(lines).encode(), self._layout, self._places)
        if cells is None or cells.height != len(lines):
            raise NotApart
        return cells

    def _check(self, came: pl.Series) -> None:
        """Every other line stood in a file that was found to be a table."""
        body = self._head + "\n".join(self.lines.rows.gather(came - 2)).encode()
        if len(came) and table_of(body, self._layout, self._places) is None:
            raise NotApart


def _known(lines: Lines | None) -> Lines:
    if lines is None:
        raise NotApart
    return lines
