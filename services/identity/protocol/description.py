"""How protocol routes stand in the API document: parameters as query or form, redirects, OAuth's errors.

The routes read their parameters themselves (`form.Parameters`), since the protocols have rules that no framework knows:
each parameter at most once, an empty one is none, errors in OAuth's own shape.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.openapi.models import HTTPBase
from fastapi.security.base import SecurityBase

from services.identity.protocol.form import FORM, MAX_VALUE
from services.identity.protocol.schemas import OAuthError
from shared.web.route import problem_responses

Responses = dict[int | str, dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """One parameter of a protocol request. `values` where there is a fixed choice; the first is the example."""

    name: str
    what: str
    example: str = ""
    is_required: bool = False
    values: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        if self.values:
            return {"type": "string", "enum": list(self.values), "example": self.values[0]}
        return {"type": "string", "maxLength": MAX_VALUE, "example": self.example}


def as_query(*asked: Asked) -> dict[str, Any]:
    """`openapi_extra` of a route that reads its parameters from the address."""
    given = [
        {"name": one.name, "in": "query", "required": one.is_required, "description": one.what, "schema": one.schema}
        for one in asked
    ]
    return {"parameters": given}


def as_form(*asked: Asked, is_required: bool = True) -> dict[str, Any]:
    """`openapi_extra` of a route that reads its parameters from an urlencoded body."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {one.name: one.schema | {"description": one.what} for one in asked},
    }
    if required := [one.name for one in asked if one.is_required]:
        schema["required"] = required
    example = {one.name: one.schema["example"] for one in asked if one.is_required or one.example}
    return {"requestBody": {"required": is_required, "content": {FORM: {"schema": schema, "example": example}}}}


def redirects(meaning: str, target: str) -> Responses:
    """303, with `target` as the example of where to."""
    location = {"description": "Where to", "schema": {"type": "string", "format": "uri", "example": target}}
    return {303: {"description": meaning, "headers": {"Location": location}}}


def page_response(meaning: str) -> Responses:
    """200 with a page for the person."""
    content = {"text/html": {"schema": {"type": "string"}, "example": "<!doctype html><title>Startklar</title>"}}
    return {200: {"description": meaning, "content": content}}


def browser_problems(*statuses: int) -> Responses:
    """Problems of routes that people meet: a page for a browser, a problem document for a program."""
    entries = problem_responses(*statuses)
    for entry in entries.values():
        entry["content"]["text/html"] = {"schema": {"type": "string"}}
    return entries


def oauth_errors() -> Responses:
    """RFC 6749 section 5.2, and what lies outside of the protocol as problem documents."""
    return {
        400: {"model": OAuthError, "description": "Refused; `error` says why (RFC 6749 section 5.2)"},
        401: {"model": OAuthError, "description": "The client did not authenticate (`invalid_client`)"},
        **problem_responses(413, 429, 500, 503),
    }


class ClientSecretBasic(SecurityBase):
    """Says in the document that a client may authenticate by HTTP Basic; `ClientAuthenticator` does it."""

    def __init__(self) -> None:
        self.model = HTTPBase(
            scheme="basic",
            description="Client id and secret (RFC 6749 section 2.3.1). A client with a key sends `client_assertion` "
            "instead, a public client its `client_id` alone.",
        )
        self.scheme_name = "ClientSecretBasic"

    async def __call__(self, request: Request) -> None:
        """Demands nothing."""
