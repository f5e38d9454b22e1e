"""A table of figures as a file: CSV, or a workbook whose cells are typed, never formulas."""

import csv
import re
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from fastapi import Response

from shared.web.export import HEADERS, harmless

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"csv": CSV, "xlsx": XLSX}
_ILLEGAL = re.compile(r"[\000-\010]|[\013-\014]|[\016-\037]")
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            CSV: {"schema": {"type": "string"}, "example": "Enhet;Antal"},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}
"""For a route's `responses`."""
Rows = Sequence[Sequence[str | int | Decimal]]


def sheet(media: str, name: str, headings: Sequence[str], rows: Rows) -> Response:
    """The table in the media type that was negotiated, to be saved and not kept in caches."""
    body = write_csv(headings, rows) if media == CSV else write_xlsx(name, headings, rows)
    return Response(body, media_type=media, headers=HEADERS)


def write_csv(headings: Sequence[str], rows: Rows) -> bytes:
    """Semicolons and a byte order mark, as Nordic spreadsheets expect."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in headings])
    writer.writerows([[cell if isinstance(cell, int | Decimal) else harmless(cell) for cell in row] for row in rows])
    return ("\ufeff" + out.getvalue()).encode()


def write_xlsx(name: str, headings: Sequence[str], rows: Rows) -> bytes:
    """One sheet, named after the table."""
    from openpyxl import Workbook  # noqa: PLC0415 - only images of services with sheets hold it
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above
    from openpyxl.styles import Font  # noqa: PLC0415 - as above

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
        sheet.append([cell if isinstance(cell, int | Decimal) else _told(cell) for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _told(word: str) -> str:
    """No formula, and no character that a workbook cannot hold: a register may deliver such ones in a name."""
    return harmless(_ILLEGAL.sub("", word))
