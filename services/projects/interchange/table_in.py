"""Reading a table of activities, whoever made it: finds the headings, then reads cell by cell. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.projects.interchange.context import Context
from services.projects.interchange.days import Read, Unreadable, read_day, read_serial, read_text
from services.projects.interchange.findings import Findings, Place
from services.projects.interchange.layout import LONGEST, MOST_ROWS, READ_ONLY, Column, column_of
from services.projects.interchange.neutral import restore, unescape
from services.projects.interchange.parsed import Row
from services.projects.interchange.words import choices, code_of, flag_of
from services.projects.plan.window import Precision
from shared.kit.text import Lang

_HEADING_ROWS = 30


@dataclass(frozen=True)
class Odd:
    """A cell without a value that can be read; `code` of the remark, None for one that is passed over in silence."""

    code: str | None
    seen: str | None = None


Raw = str | int | float | bool | date | datetime | Odd | None


@dataclass
class Grid:
    """A sheet: rows of raw cells, and how its numbers count days. `first` is the number of the first row."""

    name: str | None
    rows: Sequence[Sequence[Raw]]
    is_1904: bool = False
    first: int = 1
    letters: Callable[[int], str] = str


class Skip(Exception):
    """The cell tells nothing: what stands in the plan stays."""


def find_headings(grid: Grid) -> tuple[int, dict[int, Column]] | None:
    """Which row holds the headings, and the column of each place; None where there are none."""
    for at, row in enumerate(grid.rows[:_HEADING_ROWS]):
        found: dict[int, Column] = {}
        for place, cell in enumerate(row):
            column = column_of(cell) if isinstance(cell, str) else None
            if column is not None and column not in found.values():
                found[place] = column
        fields = {column.field for column in found.values()}
        if ("title" in fields and (len(fields) > 1 or len(row) == 1)) or {"id", "state"} <= fields:
            return at, found
    return None


def read_table(grid: Grid, context: Context, findings: Findings) -> list[Row]:
    """Every row below the headings that says anything."""
    headed = find_headings(grid)
    if headed is None:
        findings.add("columns_missing", Place(grid.name))
        return []
    at, columns = headed
    others = (cell for place, cell in enumerate(grid.rows[at]) if place not in columns)
    strange = [cell for cell in others if isinstance(cell, str) and cell]
    if strange:
        findings.add("columns_unknown", Place(grid.name, grid.first + at), ", ".join(strange))
    reader = _Reader(grid, context, findings, columns)
    body = grid.rows[at + 1 :]
    if len(body) > MOST_ROWS:
        findings.add("too_many_rows", Place(grid.name, grid.first + at + MOST_ROWS), most=MOST_ROWS)
    rows = (reader.row(grid.first + at + 1 + number, cells) for number, cells in enumerate(body[:MOST_ROWS]))
    return [row for row in rows if row is not None]


class _Reader:
    """Reads the rows of one table."""

    def __init__(self, grid: Grid, context: Context, findings: Findings, columns: dict[int, Column]) -> None:
        self._grid = grid
        self._lang: Lang = context.lang
        self._names = {field: context.names(field) for field in ("phase", "track")}
        self._findings = findings
        self._columns = columns
        self._letters = {column.field: grid.letters(place) for place, column in columns.items()}

    def row(self, number: int, cells: Sequence[Raw]) -> Row | None:
        if all(cell is None or cell == "" or isinstance(cell, Odd) for cell in cells):
            return None
        row = Row(self._grid.name, number, {}, dict(self._letters))
        days: dict[str, Read] = {}
        for place, column in self._columns.items():
            if column.field in READ_ONLY:
                continue
            raw = cells[place] if place < len(cells) else None
            try:
                if column.kind == "day":
                    self._day(row, column, raw, days)
                else:
                    row.cells[column.field] = self._value(row, column, raw)
            except Skip:
                continue
        _settle_days(row, days)
        return row

    def _value(self, row: Row, column: Column, raw: Raw) -> str | int | bool | None:
        if isinstance(raw, Odd):
            self._odd(row, column, raw)
        if column.kind == "flag":
            return self._flag(row, column, raw)
        text = _text(raw)
        if text is None:
            return None
        if column.kind == "word":
            return self._known(row, column, code_of(column.field, text), text, choices(column.field, self._lang))
        if column.kind == "part":
            names = self._names[column.field]
            found = names.find(text)
            return self._known(row, column, found, text, names.all(self._lang), f"{column.field}_unknown")
        if column.kind == "number" or column.field == "version":
            return self._number(row, column, text)
        return self._limited(row, column, text)

    def _limited(self, row: Row, column: Column, text: str) -> str:
        most = LONGEST.get(column.field)
        if most is not None and len(text) > most:
            self._findings.add("text_shortened", row.place(column.field), text, most=most)
            raise Skip
        return text

    def _known(
        self,
        row: Row,
        column: Column,
        found: str | None,
        text: str,
        offered: list[str],
        code: str = "word_unknown",
    ) -> str:
        if found is None:
            self._findings.add(code, row.place(column.field), text, choices=", ".join(offered))
            raise Skip
        return found

    def _number(self, row: Row, column: Column, text: str) -> int:
        try:
            number = float(text.replace(",", ".").replace("\xa0", ""))
            if number != int(number):
                raise ValueError
            return int(number)
        except (ValueError, OverflowError):
            self._findings.add("number_unreadable", row.place(column.field), text)
            raise Skip from None

    def _flag(self, row: Row, column: Column, raw: Raw) -> bool:
        found = flag_of(raw if isinstance(raw, bool) else _text(raw))
        if found is None:
            offered = "Ja, Nej" if self._lang != "en" else "Yes, No"
            self._findings.add("word_unknown", row.place(column.field), raw, choices=offered)
            raise Skip
        return found

    def _day(self, row: Row, column: Column, raw: Raw, days: dict[str, Read]) -> None:
        if isinstance(raw, Odd):
            self._odd(row, column, raw)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            row.cells[column.field] = None
            return
        place = row.place(column.field)
        try:
            read = self._read(raw)
        except Unreadable as why:
            self._findings.add(why.code, place, raw, **why.words)
            raise Skip from None
        if read.note:
            self._findings.add(read.note, place, raw, day=read.start.isoformat())
        days[column.field] = read
        row.cells[column.field] = (read.start if column.field == "start" else read.end).isoformat()

    def _read(self, raw: Raw) -> Read:
        if isinstance(raw, date):
            return read_day(raw)
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            is_year = isinstance(raw, int) and 2000 <= raw <= 2100
            return read_text(str(raw)) if is_year else read_serial(raw, is_1904=self._grid.is_1904)
        return read_text(str(raw))

    def _odd(self, row: Row, column: Column, raw: Odd) -> None:
        if raw.code is not None:
            self._findings.add(raw.code, row.place(column.field), raw.seen)
        raise Skip


def _settle_days(row: Row, days: dict[str, Read]) -> None:
    """A month in words is a month, whatever stands beside it; one day alone is both ends."""
    read = days.get("start") or days.get("end")
    if read is None:
        return
    row.cells["start"] = row.cells.get("start") or read.start.isoformat()
    row.cells["end"] = row.cells.get("end") or read.end.isoformat()
    stated = [each.precision for each in days.values()]
    if all(each is not Precision.day for each in stated):
        row.implied = max(stated, key=list(Precision).index).value
    if any(each.tentative for each in days.values()):
        row.cells["tentative"] = True


def _text(raw: Raw) -> str | None:
    """A cell as text: spreadsheets turn 7 into 7.0 and dates into dates."""
    if raw is None or isinstance(raw, Odd):
        return None
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, datetime):
        raw = raw.date().isoformat()
    return restore(unescape(str(raw))) or None
