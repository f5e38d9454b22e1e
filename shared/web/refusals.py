"""What the frameworks refuse with few words, said with place and mend."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException as StarletteHTTPException

from shared.kit.problems import (
    BadRequest,
    FieldError,
    Forbidden,
    InternalError,
    Invalid,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooLarge,
    Unauthenticated,
    UnsupportedMedia,
)
from shared.kit.text import Text

_BY_STATUS: dict[int, type[Problem]] = {
    400: BadRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
    415: UnsupportedMedia,
}
_UNREADABLE = Text(
    sv="Kroppen går inte att läsa som JSON; skicka UTF-8 utan överdrivet djup eller långa tal",
    en="The body cannot be read as JSON; send UTF-8 without excessive depth or numbers",
    da="Indholdet kan ikke læses som JSON; send UTF-8 uden overdreven dybde eller lange tal",
)
_SEND_JSON = Text(
    sv="Skicka kroppen med Content-Type: application/json",
    en="Send the body with Content-Type: application/json",
    da="Send indholdet med Content-Type: application/json",
)
_BAD_CHARACTER = Text(
    sv="Innehåller ett tecken som inte kan sparas; ta bort det",
    en="Holds a character that cannot be stored; remove it",
    da="Indeholder et tegn, der ikke kan gemmes; fjern det",
)


def of_framework(request: Request, error: StarletteHTTPException) -> Problem:
    """The problem for an error that routing or the reading of the body raised."""
    headers = dict(error.headers or {})
    if error.status_code == 405:
        # The framework names the methods of the first route with this path, not those of the others.
        return MethodNotAllowed(headers=headers | {"Allow": ", ".join(_methods_of(request))})
    if error.status_code == 400 and error.detail == "There was an error parsing the body":
        return BadRequest(_UNREADABLE, errors=[FieldError(pointer="#", detail=_UNREADABLE, code="unreadable")])
    kind = _BY_STATUS.get(error.status_code, BadRequest if error.status_code < 500 else InternalError)
    return kind(headers=headers)


def of_body(details: Sequence[Any]) -> Problem | None:
    """The problem of a body that was not even tried as JSON, because it was sent as something else."""
    is_raw = any(detail["loc"] == ("body",) and isinstance(detail.get("input"), bytes) for detail in details)
    if not is_raw:
        return None
    place = FieldError(pointer="header:Content-Type", detail=_SEND_JSON, code="media_type")
    return UnsupportedMedia(_SEND_JSON, errors=[place])


async def of_character(request: Request) -> Problem:
    """The problem of a text with a NUL, which PostgreSQL cannot store."""
    try:
        body = json.loads(await request.body())
    except (ValueError, RuntimeError):  # no JSON, or a stream that is read already
        body = None
    pointers = [pointer for pointer, text in _texts(body, "#") if "\0" in text] or ["#"]
    errors = [FieldError(pointer=pointer, detail=_BAD_CHARACTER, code="character") for pointer in pointers]
    return Invalid(_BAD_CHARACTER, errors=errors)


def _methods_of(request: Request) -> list[str]:
    path = request.scope["path"]
    found: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.path_regex.match(path):
            found |= route.methods or set()
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(part, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _texts(part, f"{pointer}/{index}")
