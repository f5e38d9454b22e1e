"""What both registers share: an OAuth token for client credentials, faults before an answer, pages of rows."""

import random
import secrets
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support.registers.faults import Faults

Answer = Callable[[Request], Awaitable[Response]]
CLIENT_ID = "startklar"
CLIENT_SECRET = "a-secret-of-the-test-register"


class Register:
    """Knows who may call. `calls` counts requests by method and path; `tokens` holds those that still are good."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.calls: list[str] = []
        self.tokens: dict[str, int] = {}
        self.static_token = secrets.token_urlsafe(24)

    async def token(self, request: Request) -> Response:
        """RFC 6749 section 4.4, the secret in the body or in the Authorization header."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        told = (form.get("client_id"), form.get("client_secret"))
        if (basic := request.headers.get("authorization", "")).startswith("Basic "):
            told = tuple(unquote(part) for part in b64decode(basic[6:]).decode().split(":", 1))  # type: ignore[assignment]
        if form.get("grant_type") != "client_credentials" or told != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        token = secrets.token_urlsafe(24)
        self.tokens[token] = self.faults.expiring or 1_000_000
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def guarded(self, answer: Answer) -> Answer:
        """`answer` behind the token and the faults."""

        async def checked(request: Request) -> Response:
            self.calls.append(f"{request.method} {request.url.path}?{request.url.query}")
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if token != self.static_token and not self._spend(token):
                return JSONResponse({"code": "401", "message": "who are you?"}, 401)
            if self.faults.limited > 0:
                self.faults.limited -= 1
                return JSONResponse({}, 429, headers={"Retry-After": self.faults.retry_after})
            if self.faults.broken > 0:
                self.faults.broken -= 1
                return JSONResponse({}, 500)
            return await answer(request)

        return checked

    def _spend(self, token: str) -> bool:
        left = self.tokens.get(token, 0)
        self.tokens[token] = left - 1
        return left > 0

    def page(self, name: str, rows: list[dict[str, Any]], start: int, limit: int) -> list[dict[str, Any]]:
        """Rows `start` and on of a listing, with the faults that concern pages; fields that are hidden are left out."""
        if self.faults.lost_page and start // limit + 1 == self.faults.lost_page:
            return []
        found = rows[start : start + limit]
        if self.faults.duplicated and start:
            found = [*found, rows[start - limit]]
        if self.faults.reordered:
            found = random.sample(found, len(found))
        hidden = self.faults.hidden.get(name, set())
        return [{field: value for field, value in row.items() if field not in hidden} for row in found]
