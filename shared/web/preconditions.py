"""Strong ETags and If-Match (RFC 9110 section 13): no lost update."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from shared.kit import clock
from shared.kit.problems import FieldError, PreconditionMissing, StaleVersion
from shared.kit.text import Text

_TAG = re.compile(r'"(\d{1,18})"')

_MISSING = Text(
    sv='Skicka If-Match med värdet från ETag i det senaste svaret, till exempel If-Match: "3"',
    da='Send If-Match med værdien fra ETag i det seneste svar, for eksempel If-Match: "3"',
    en='Send If-Match with the ETag of the last response, for example If-Match: "3"',
)
_STALE = Text(
    sv="Resursen har ändrats sedan den lästes; läs den igen och gör om ändringen",
    da="Ressourcen er ændret, siden den blev læst; læs den igen og gentag ændringen",
    en="The resource has changed since it was read; read it again and repeat the change",
)


def etag(response: Response, version: int) -> None:
    """Name the version that this response shows. A past one is named by none: no change can be based on it."""
    if clock.past() is None:
        response.headers["ETag"] = f'"{version}"'


async def _if_match(
    if_match: Annotated[str | None, Header(description="The ETag that the change is based on")] = None,
) -> int:
    error = FieldError(pointer="header:If-Match", detail=_MISSING, code="missing")
    if if_match is None:
        raise PreconditionMissing(_MISSING, errors=[error])
    match = _TAG.fullmatch(if_match.strip())
    if match is None:  # `*`, weak tags and tags that we never gave out name no version of ours
        raise StaleVersion(_STALE, errors=[error])
    return int(match.group(1))


IfMatch = Annotated[int, Depends(_if_match)]


def check_version(expected: int, actual: int) -> None:
    """Refuse a change that is based on another version than the present one. Call it with the row locked."""
    if expected != actual:
        raise StaleVersion(_STALE, currentVersion=actual)
