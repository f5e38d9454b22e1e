"""Checks a cell against what the platform demands of its column, before anything is sent."""

import re
from collections.abc import Callable
from datetime import date

from services.sync.outbound.declared import OutColumn, OutFile

# What a spreadsheet takes for a formula (OWASP CSV injection). Whoever opens an import file must not run it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_LOGIN = re.compile(r"\S+")
_NUMBER = re.compile(r"-?\d{1,12}")
_NATIONAL = re.compile(r"[0-9A-Z+-]{10,13}", re.IGNORECASE)


def _is_date(cell: str) -> bool:
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return len(cell) == 10


_FORMS: dict[str, Callable[[str], bool]] = {
    "text": lambda cell: not cell.startswith(_FORMULA),
    "id": lambda cell: not cell.startswith(_FORMULA),
    "email": lambda cell: bool(_MAIL.fullmatch(cell)) and not cell.startswith(_FORMULA),
    "login": lambda cell: bool(_LOGIN.fullmatch(cell)) and not cell.startswith(_FORMULA),
    "date": _is_date,
    "number": lambda cell: bool(_NUMBER.fullmatch(cell)),
    "national_id": lambda cell: bool(_NATIONAL.fullmatch(cell)),
}


class RowCheck:
    """Checks the rows of one file. `encoding` is what the file will be written in."""

    def __init__(self, file: OutFile, encoding: str) -> None:
        self._columns = list(enumerate(file.columns))
        self._key = [file.headers.index(header) for header in file.key]
        self._encoding = encoding
        self._seen: set[tuple[str, ...]] = set()

    def key(self, cells: list[str]) -> tuple[str, ...]:
        """What tells this row from the others."""
        return tuple(cells[place] for place in self._key)

    def wrong(self, cells: list[str]) -> tuple[str, str] | None:
        """The first rule that the row breaks, and the header of the column; None for a good row."""
        for place, column in self._columns:
            if rule := self._wrong_cell(cells[place], column):
                return rule, column.header
        key = self.key(cells)
        if key in self._seen:
            return "key_twice", self._columns[self._key[0]][1].header
        self._seen.add(key)
        return None

    def _wrong_cell(self, cell: str, column: OutColumn) -> str | None:
        if not cell:
            return "value_missing" if column.required else None
        if len(cell) > column.max_length:
            return "value_too_long"
        if not _FORMS[column.form](cell):
            return "formula" if column.form in ("text", "id") else "value_malformed"
        return None if self._is_writable(cell) else "not_in_encoding"

    def _is_writable(self, cell: str) -> bool:
        if cell.isascii():
            return True
        try:
            cell.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True
