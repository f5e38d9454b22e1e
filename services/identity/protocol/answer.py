"""Answers of the protocol endpoints: redirects back to clients, and JSON that nobody may cache."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from authlib.common.urls import add_params_to_uri
from fastapi import Response
from fastapi.responses import JSONResponse, RedirectResponse

from services.identity.protocol.refusal import Refusal

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def redirect(url: str, parameters: Mapping[str, str | None]) -> Response:
    """303 to `url` with the parameters that are not None."""
    given = [(name, value) for name, value in parameters.items() if value is not None]
    return RedirectResponse(_with(url, given) if given else url, status_code=303, headers=_NO_STORE)


def _with(url: str, given: Sequence[tuple[str, str]]) -> str:
    """Most addresses have no query yet."""
    if any(mark in url for mark in "?#;"):
        return str(add_params_to_uri(url, given))
    return f"{url}?{urlencode(given)}"


def json_answer(body: Mapping[str, Any], status: int = 200) -> Response:
    """A token, what is known of one, or what leads to one."""
    return Response(orjson.dumps(dict(body)), status, headers=_NO_STORE, media_type="application/json")


def refuse(refusal: Refusal) -> Response:
    """The refusal as RFC 6749 section 5.2 wants it."""
    headers = dict(_NO_STORE)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="startklar", charset="UTF-8"'
    return JSONResponse(refusal.body(), refusal.status, headers=headers)
