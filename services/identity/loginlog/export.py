"""The log of logins as a file: CSV for spreadsheets, NDJSON for programs, written as it is read."""

import csv
from collections.abc import AsyncIterator
from io import StringIO
from uuid import UUID

from services.identity.loginlog.filter import LogFilter
from services.identity.loginlog.models import LoginEntry
from services.identity.loginlog.schemas import LoginEntryPublic
from services.identity.loginlog.service import LoginLogService
from shared.kit.db import Database

CSV = "text/csv"
NDJSON = "application/x-ndjson"
_PIECE = 1000
_COLUMNS = tuple(field.alias or name for name, field in LoginEntryPublic.model_fields.items())
# What a spreadsheet takes for a formula when a cell begins with it (OWASP CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export(database: Database, tenant: UUID, wanted: LogFilter, media: str) -> AsyncIterator[bytes]:
    """The entries that fit, newest first, piece by piece; each piece in a transaction of its own."""
    if media == CSV:
        yield ("\ufeff" + _line(_COLUMNS)).encode()
    before: UUID | None = None
    while True:
        async with database.transaction(tenant) as session:
            rows = await LoginLogService(session).list(wanted, _PIECE, before)
        if rows:
            yield "".join(_written(row, media) for row in rows).encode()
            before = rows[-1].id
        if len(rows) < _PIECE:
            return


def _written(row: LoginEntry, media: str) -> str:
    shown = LoginEntryPublic.model_validate(row)
    if media == NDJSON:
        return shown.model_dump_json(by_alias=True) + "\n"
    values = shown.model_dump(mode="json", by_alias=True)
    return _line([_cell(values[name]) for name in _COLUMNS])


def _cell(value: object) -> str:
    """A harmless text: nothing that came from a provider may become a formula."""
    text = " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: list[str] | tuple[str, ...]) -> str:
    out = StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow(cells)
    return out.getvalue()
