"""Lists as files: CSV for spreadsheets, NDJSON for programs, written as they are read."""

import csv
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from io import StringIO
from typing import Any, TypeVar

import orjson

from shared.web.models import ApiModel

CSV = "text/csv"
NDJSON = "application/x-ndjson"
FORMATS = {"json": "application/json", "csv": CSV, "ndjson": NDJSON}
"""For `shared.web.negotiation.negotiated`."""

HEADERS = {"Cache-Control": "no-store", "Content-Disposition": "attachment"}
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            CSV: {"schema": {"type": "string"}, "example": "id;at"},
            NDJSON: {"schema": {"type": "string"}, "example": "{}"},
        }
    }
}
"""For a route's `responses`."""

# What a spreadsheet takes for a formula when a cell begins with it (OWASP CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

M = TypeVar("M", bound=ApiModel)


async def written(
    media: str, model: type[M], pages: Callable[[M | None], Awaitable[Sequence[M]]]
) -> AsyncIterator[bytes]:
    """The rows in `media`, page by page: `pages` gives those after a row (None: the first), an empty one at the end.

    A cell of CSV that holds an object has it as JSON.
    """
    columns = tuple(field.alias or name for name, field in model.model_fields.items())
    if media == CSV:
        yield ("\ufeff" + _line(columns)).encode()
    last = None
    while rows := await pages(last):
        yield "".join(_written(row, media, columns) for row in rows).encode()
        last = rows[-1]


def _written(row: ApiModel, media: str, columns: Sequence[str]) -> str:
    if media == NDJSON:
        return row.model_dump_json(by_alias=True) + "\n"
    values = row.model_dump(mode="json", by_alias=True)
    return _line([_cell(values[name]) for name in columns])


def _cell(value: object) -> str:
    """A harmless text: nothing that somebody else wrote may become a formula."""
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    return harmless(" ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value))


def harmless(text: str) -> str:
    """`text` such that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    out = StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow(cells)
    return out.getvalue()
