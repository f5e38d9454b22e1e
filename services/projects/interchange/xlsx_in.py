"""Reading workbooks of any maker. Formulas are never run: what counts is the value that the maker's program saved.

Pure, but heavy: it runs in a process of its own, with limits (`reading`).
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from services.projects.interchange.context import Context
from services.projects.interchange.errors import FileUnreadable
from services.projects.interchange.findings import Place
from services.projects.interchange.layout import MOST_ROWS
from services.projects.interchange.parsed import Parsed
from services.projects.interchange.table_in import Grid, Odd, Raw, find_headings, read_table
from services.projects.interchange.xlsx_out import LISTS, META, TITLES
from shared.kit.text import LANGUAGES, Text

_MOST_COLUMNS = 100
_UNREADABLE = Text(
    sv="Arbetsboken är skadad eller har ett okänt innehåll: öppna den i Excel eller LibreOffice och spara den igen",
    en="The workbook is damaged or holds something unknown: open it in Excel or LibreOffice and save it again",
    da="Projektmappen er beskadiget eller har ukendt indhold: åbn den i Excel eller LibreOffice, og gem den igen",
)
_HOURS = frozenset(TITLES["hours"].pick(lang) for lang in LANGUAGES)


def read_xlsx(content: bytes, context: Context) -> Parsed:
    """Raises FileUnreadable."""
    shown, written = _load(content, values=True), _load(content, values=False)
    parsed = Parsed("xlsx")
    if META in shown.sheetnames:
        facts = {str(row[0]): str(row[1]) for row in shown[META].iter_rows(max_col=2, max_row=9, values_only=True)}
        parsed.project, parsed.lang = facts.get("project"), facts.get("lang")
    is_1904 = shown.epoch == CALENDAR_MAC_1904
    grids = []
    for name in shown.sheetnames:
        sheet = shown[name]
        if name in (META, LISTS) or not isinstance(sheet, Worksheet) or sheet.sheet_state != "visible":
            continue
        grids.append(_grid(sheet, written[name], parsed, is_1904=is_1904))
    with_headings = [grid for grid in grids if find_headings(grid) and grid.name not in _HOURS]
    _tell_what_is_not_read(grids, with_headings, parsed)
    for grid in with_headings:
        parsed.rows += read_table(grid, context, parsed.findings)
    return parsed


def _tell_what_is_not_read(grids: Sequence[Grid], read: Sequence[Grid], parsed: Parsed) -> None:
    for grid in grids:
        if grid.name in _HOURS:  # who changed hours there must not think that they were taken
            parsed.findings.add("hours_read_only", Place(grid.name))
        elif grid not in read and any(any(row) for row in grid.rows):
            parsed.findings.add("sheet_not_read", Place(grid.name), grid.name)
    if not read:
        parsed.findings.add("columns_missing", Place())


def _load(content: bytes, *, values: bool) -> Any:
    try:
        return load_workbook(BytesIO(content), data_only=values, keep_links=False)
    except MemoryError:
        raise
    except (BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, SyntaxError):
        raise FileUnreadable(_UNREADABLE) from None
    except Exception as error:  # the XML parser's own: entities and the like that defusedxml refuses
        raise FileUnreadable(_UNREADABLE) from error


def _grid(sheet: Worksheet, written: Worksheet, parsed: Parsed, *, is_1904: bool) -> Grid:
    hidden = _merged(sheet, parsed)
    last, width = min(sheet.max_row, MOST_ROWS + 50), min(sheet.max_column, _MOST_COLUMNS)
    rows: list[Sequence[Raw]] = []
    pairs = zip(
        sheet.iter_rows(max_row=last, max_col=width), written.iter_rows(max_row=last, max_col=width), strict=True
    )
    for shown_row, written_row in pairs:
        cells = zip(shown_row, written_row, strict=True)
        rows.append([_raw(shown, formula, hidden) for shown, formula in cells])
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    return Grid(sheet.title, rows, is_1904=is_1904, letters=lambda place: get_column_letter(place + 1))


def _merged(sheet: Worksheet, parsed: Parsed) -> set[tuple[int, int]]:
    """The places under merged cells, but for the first of each."""
    hidden: set[tuple[int, int]] = set()
    for area in list(sheet.merged_cells.ranges)[:200]:
        places = {
            (row, column)
            for row in range(area.min_row, min(area.max_row, MOST_ROWS) + 1)
            for column in range(area.min_col, min(area.max_col, _MOST_COLUMNS) + 1)
        }
        hidden |= places - {(area.min_row, area.min_col)}
        if area.max_row > area.min_row:
            place = Place(sheet.title, area.min_row, get_column_letter(area.min_col))
            parsed.findings.add("merged_cells", place, area.coord)
    return hidden


def _raw(shown: Any, written: Any, hidden: set[tuple[int, int]]) -> Raw:
    value = shown.value
    if (shown.row, shown.column) in hidden:
        return Odd(None)
    if written.data_type == "f" and value is None:
        return Odd("formula_without_value", str(written.value))
    if shown.data_type == "e":
        return Odd("cell_is_error", str(value))
    if isinstance(value, time):
        return str(value)
    if value is None or isinstance(value, (str, int, float, bool, date, datetime)):
        return value
    return str(value)
