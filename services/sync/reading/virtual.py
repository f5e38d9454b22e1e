"""Tables made in memory out of registers' own formats, behind the same protocol as delivered CSV files."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import BinaryIO

from services.sync.reading.findings import Fatal


class Table:
    """A CSV file that grows row by row. `guarded` columns are hidden where no row fills them: a register that leaves a
    field out everywhere may not be permitted to tell it, which is not the same as its being empty.
    """

    def __init__(self, name: str, columns: Iterable[str], guarded: Iterable[str] = ()) -> None:
        self.name = name
        self.rows = 0
        self._columns = list(columns)
        self._unfilled = set(guarded)
        self._body = io.BytesIO()
        self._text = io.TextIOWrapper(self._body, "utf-8", errors="replace", newline="", write_through=True)
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._writer.writerow(self._columns)

    def add(self, *cells: object) -> None:
        """The next row; None is an empty cell."""
        row = ["" if cell is None else str(cell).replace("\x00", "") for cell in cells]
        self.rows += 1
        self._writer.writerow(row)
        if self._unfilled:
            self._unfilled -= {name for name, cell in zip(self._columns, row, strict=True) if cell}

    def content(self) -> bytes:
        """The whole file."""
        self._hide()
        return self._body.getvalue()

    def _hide(self) -> None:
        """Give the columns that nobody filled a name that no mapping knows, in place."""
        names = ["-" * len(name) if name in self._unfilled else name for name in self._columns]
        self._body.seek(0)
        self._body.write(",".join(names).encode())


class Virtual:
    """A Source of tables. One without rows is not there: it proves nothing about what the register holds.

    `never_told` names tables whose absence says nothing either, since this source has never had rows in them.
    """

    def __init__(self, tables: Iterable[Table], never_told: Iterable[str] = ()) -> None:
        self._files = {table.name: table.content() for table in tables if table.rows}
        self.never_told = frozenset(never_told) - set(self._files)

    def names(self) -> list[str]:
        return list(self._files)

    def open(self, name: str) -> BinaryIO:
        try:
            return io.BytesIO(self._files[name])
        except KeyError:
            raise Fatal("file_missing", name) from None

    def read(self, name: str, most: int) -> bytes:
        with self.open(name) as stream:
            return stream.read(most)


def nearness(starts: str, ends: str, today: date) -> tuple[int, str]:
    """Sorts what holds today first, then what is to come, then what is over; of each, what is nearest.

    `starts` and `ends` are ISO dates or empty, as a register tells them.
    """
    now = today.isoformat()
    if ends and ends[:10] < now:
        return 2, _descending(ends[:10])
    if starts and starts[:10] > now:
        return 1, starts[:10]
    return 0, _descending(starts[:10])


def _descending(day: str) -> str:
    return "".join(chr(ord("9") - int(letter)) if letter.isdigit() else letter for letter in day)
