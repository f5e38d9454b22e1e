"""Talks to a OneRoster 1.2 rostering service: a token, pages of a collection with their count; waits when told to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from services.sync.fetching.answers import basic, refusal_by
from services.sync.fetching.errors import SourceAnswered, SourceAway, SourceRefused
from services.sync.source.connectors import Credentials, OneRosterRest
from shared.kit.egress import EgressClient, EgressResponse

_ATTEMPTS = 5
_LONGEST_WAIT = 60.0
_TIMEOUT = 120.0
_MOST_PAGES = 20_000
ACTIVE = "status='active'"

Row = dict[str, Any]


class NotPermitted(Exception):
    """The collection is not open to us, or not there."""


@dataclass(frozen=True)
class Page:
    """Rows of a collection, and how many there are in all where the service tells (X-Total-Count)."""

    rows: list[Row]
    total: int | None


class OneRosterClient:
    """One service, as one client of it."""

    def __init__(self, egress: EgressClient, settings: OneRosterRest, credentials: Credentials) -> None:
        self._egress = egress
        self._settings = settings
        self._secret = credentials.secret("client_secret")
        self._base = settings.base_url.rstrip("/")
        self._token = ""
        self._filters: dict[str, bool] = {}

    async def pages(self, name: str) -> AsyncIterator[Page]:
        """The pages of a collection, in order of id. Errors: NotPermitted, and FetchFailed's."""
        start = 0
        for _ in range(_MOST_PAGES):
            page = await self._page(name, self._settings.page_size, start)
            yield page
            start += len(page.rows)
            # A service may give smaller pages than it was asked for: only an empty one, or the count, is the end.
            if not page.rows or (page.total is not None and start >= page.total):
                return
        raise SourceAnswered(reason="endless")

    async def count(self, name: str) -> int | None:
        """How many there are now; None where the service does not tell."""
        return (await self._page(name, 1, 0)).total

    async def _page(self, name: str, limit: int, start: int) -> Page:
        asked = {"limit": str(limit), "offset": str(start), "sort": "sourcedId", "orderBy": "asc"}
        if self._filters.get(name, True):
            answer = await self._get(name, asked | {"filter": ACTIVE})
            if answer.status == 400 and start == 0 and name not in self._filters:
                self._filters[name] = False  # a service without filters: what is to be deleted is left out by us
                return await self._page(name, limit, start)
            self._filters[name] = True
        else:
            answer = await self._get(name, asked)
        return _page(name, answer)

    async def _get(self, name: str, asked: Mapping[str, str]) -> EgressResponse:
        url = f"{self._base}/{name}?{urlencode(asked, quote_via=quote)}"
        is_fresh = False
        for attempt in range(_ATTEMPTS):
            if not self._token:
                self._token, is_fresh = await self._new_token(), True
            headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
            answer = await self._egress.request("GET", url, headers, timeout=_TIMEOUT)
            if answer.status == 401 and not is_fresh:
                self._token = ""  # it has expired
            elif answer.status in (429, 502, 503, 504):
                await asyncio.sleep(_pause(answer, attempt))
            else:
                return answer
        raise SourceAway(httpStatus=answer.status)

    async def _new_token(self) -> str:
        """RFC 6749 section 4.4, the secret in the Authorization header. Errors: SourceRefused."""
        who = basic(quote(self._settings.client_id, safe=""), quote(self._secret, safe=""))
        form = {"grant_type": "client_credentials", "scope": self._settings.scope}
        headers = {"Authorization": who, "Content-Type": "application/x-www-form-urlencoded"}
        answer = await self._egress.request("POST", self._settings.token_url, headers, urlencode(form).encode())
        if answer.status in (400, 401, 403):
            raise SourceRefused(httpStatus=answer.status, reason="token")
        if problem := refusal_by(answer.status):
            raise problem
        told = _json(answer.content)
        token = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(token, str) or not token:
            raise SourceAnswered(reason="token")
        return token


def _page(name: str, answer: EgressResponse) -> Page:
    if answer.status in (403, 404):
        raise NotPermitted
    if problem := refusal_by(answer.status):
        raise problem
    body = _json(answer.content)
    rows = body.get(name) if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceAnswered(reason="shape", collection=name)
    told = answer.headers.get("x-total-count", "")
    return Page(rows, int(told) if told.isdigit() else None)


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise SourceAnswered(reason="not-json") from None


def _pause(answer: EgressResponse, attempt: int) -> float:
    told = answer.headers.get("retry-after", "")
    return min(float(told) if told.isdigit() else 2.0**attempt, _LONGEST_WAIT)
