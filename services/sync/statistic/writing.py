"""A table of figures as a file: CSV, or a workbook whose cells are typed, never formulas."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from shared.web.export import harmless

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"csv": CSV, "xlsx": XLSX}
Rows = Sequence[Sequence[str | int]]


def write_csv(headings: Sequence[str], rows: Rows) -> bytes:
    """Semicolons and a byte order mark, as Nordic spreadsheets expect."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in headings])
    writer.writerows([[cell if isinstance(cell, int) else harmless(cell) for cell in row] for row in rows])
    return ("\ufeff" + out.getvalue()).encode()


def write_xlsx(name: str, headings: Sequence[str], rows: Rows) -> bytes:
    """One sheet, named after the table."""
    book = Workbook(write_only=True)
    title = "".join(letter for letter in name if letter not in "[]:*?/\\'" and letter.isprintable())
    sheet = book.create_sheet(title[:31] or "1")
    sheet.freeze_panes = "A2"
    head = []
    for word in headings:
        cell = WriteOnlyCell(sheet, _told(word))
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for row in rows:
        sheet.append([cell if isinstance(cell, int) else _told(cell) for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _told(word: str) -> str:
    """No formula, and no character that a workbook cannot hold: a register may deliver such ones in a name."""
    return harmless(ILLEGAL_CHARACTERS_RE.sub("", word))
