"""Talks to an API of SS12000:2020 (2.1): a token, pages, lookups, deletions; waits where it is told to wait."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from services.sync.fetching.errors import SourceAnswered, SourceAway, SourceRefused
from services.sync.source.connectors import Credentials, Ss12000
from shared.kit import clock
from shared.kit.egress import EgressClient, EgressFailed, EgressResponse

Row = dict[str, Any]
_ATTEMPTS = 5
_LONGEST_WAIT = 60.0
_BUSY = frozenset({429, 500, 502, 503, 504})
_TIMEOUT = 120.0
_SMALLEST_PAGE = 10
# A register that never ends, by mistake or on purpose, must not keep a worker for ever.
_MOST_PAGES = 200_000
_MOST_DELETIONS = 10_000
_MOST_DELETED = 500_000
_MOST_EMPTY = 100


class NotPermitted(Exception):
    """403: the endpoint is not open to us."""


class TooMuch(Exception):
    """The answer would be larger than the register or we take; ask for less at a time."""


class PageLost(Exception):
    """400 in the middle of a listing: its page token is no longer good."""


@dataclass(frozen=True)
class Answer:
    """The body as JSON, and what the register's own clock says."""

    body: Any
    at: datetime | None


class RegisterClient:
    """One register, as one client of it. `waits` sums the seconds that it made us wait."""

    def __init__(self, egress: EgressClient, settings: Ss12000, credentials: Credentials) -> None:
        self._egress = egress
        self._settings = settings
        self._credentials = credentials
        self._base = settings.base_url.rstrip("/")
        self._token = "" if settings.token_url else credentials.secret("token")
        self.waits = 0.0

    async def call(self, method: str, path: str, body: Any = None, *, lookup: bool = False) -> Answer:
        """One call, tried again while the register is busy. Errors: NotPermitted, TooMuch, PageLost, FetchFailed's."""
        response = await self._sent(method, path, body, patient=not lookup)
        if response.status == 401 and self._settings.token_url:
            self._token = ""  # it has expired, or was taken back
            response = await self._sent(method, path, body, patient=not lookup)
        if response.status == 401:
            raise SourceRefused(httpStatus=401)
        if response.status == 403:
            raise NotPermitted(path)
        if lookup and response.status == 503:
            raise TooMuch(path)
        if response.status == 400 and "pageToken=" in path:
            raise PageLost(path)
        if response.status in _BUSY:
            raise SourceAway(httpStatus=response.status)
        if not 200 <= response.status < 300:
            raise SourceAnswered(httpStatus=response.status)
        return Answer(_json(response.content), _date(response.headers))

    async def pages(self, entity: str, limit: int, **filters: str) -> AsyncIterator[tuple[list[Row], Answer]]:
        """The rows of a listing, page by page; a page that is too large is asked for again in smaller ones."""
        query: dict[str, str] = {name.replace("_", "."): value for name, value in filters.items()}
        tokens, empty = set[str](), 0
        while True:
            try:
                answer = await self.call("GET", f"/{entity}?{urlencode(query | {'limit': str(limit)})}")
            except TooMuch:
                if limit <= _SMALLEST_PAGE:
                    raise SourceAnswered(reason="a page is too large") from None
                limit = max(_SMALLEST_PAGE, limit // 2)
                continue
            rows = _rows(answer.body)
            yield rows, answer
            token = answer.body.get("pageToken")
            if not token:
                return
            empty = 0 if rows else empty + 1
            if empty > _MOST_EMPTY or len(tokens) > _MOST_PAGES:
                raise SourceAnswered(reason="endless")
            if not isinstance(token, str) or token in tokens:
                raise SourceAnswered(reason="a page token came twice")
            tokens.add(token)
            query = {"pageToken": token}  # it goes with nothing but a limit

    async def lookup(self, entity: str, ids: Sequence[str]) -> AsyncIterator[Row]:
        """The objects of these ids, as far as there are any; 503 says that it was too many at once."""
        if not ids:
            return
        try:
            answer = await self.call("POST", f"/{entity}/lookup", {"ids": list(ids)}, lookup=True)
        except TooMuch:
            if len(ids) == 1:
                raise SourceAway(httpStatus=503) from None
            half = len(ids) // 2
            for part in (ids[:half], ids[half:]):
                async for row in self.lookup(entity, part):
                    yield row
            return
        found = answer.body if isinstance(answer.body, list) else answer.body.get("data", [])
        for row in found:
            if isinstance(row, dict):
                yield row

    async def deletions(self, after: str) -> tuple[dict[str, set[str]], datetime | None]:
        """Ids deleted since, by endpoint, and the register's time at the first page. Errors: TooMuch, as `call`."""
        found: dict[str, set[str]] = {}
        query, started = {"after": after}, None
        tokens, empty = set[str](), 0
        while True:
            answer = await self.call("GET", f"/deletedEntities?{urlencode(query | {'limit': '1000'})}")
            started = started or answer.at
            told = _deleted(answer.body)
            for entity, ids in told.items():
                found.setdefault(entity, set()).update(ids)
            if sum(len(ids) for ids in found.values()) > _MOST_DELETED:
                raise TooMuch("deletedEntities")
            token = answer.body.get("pageToken")
            if not isinstance(token, str) or not token:
                return found, started
            if token in tokens:
                raise SourceAnswered(reason="a page token came twice")
            tokens.add(token)
            empty = 0 if any(told.values()) else empty + 1
            if empty > _MOST_EMPTY or len(tokens) > _MOST_DELETIONS:
                raise SourceAnswered(reason="endless")
            query = {"pageToken": token}

    async def _sent(self, method: str, path: str, body: Any, *, patient: bool) -> EgressResponse:
        content = None if body is None else orjson.dumps(body)
        attempt = 0
        while True:
            attempt += 1
            failed: EgressFailed | None = None
            headers = {"Authorization": f"Bearer {await self._bearer()}", "Accept": "application/json"}
            if content is not None:
                headers["Content-Type"] = "application/json"
            try:
                response = await self._egress.request(method, self._base + path, headers, content, _TIMEOUT)
            except EgressFailed as error:
                if error.kind == "too-large":
                    raise TooMuch(path) from None
                failed = error
            else:
                busy = response.status in _BUSY and (patient or response.status != 503)
                if not busy or attempt == _ATTEMPTS:
                    return response
            if failed is not None and (attempt == _ATTEMPTS or failed.kind in ("tls", "protocol")):
                raise failed
            await self._wait(None if failed else response.headers, attempt)

    async def _wait(self, headers: Mapping[str, str] | None, attempt: int) -> None:
        told = _retry_after((headers or {}).get("retry-after", ""))
        seconds = min(_LONGEST_WAIT, told if told is not None else 0.5 * 2**attempt)
        self.waits += seconds
        await asyncio.sleep(seconds)

    async def _bearer(self) -> str:
        """The token; fetched by client credentials (RFC 6749 section 4.4), by Basic and, where that is refused, in the
        form: registers differ."""
        if self._token:
            return self._token
        settings, secret = self._settings, self._credentials.secret("client_secret")
        client, form = settings.client_id or "", {"grant_type": "client_credentials"}
        if settings.scope:
            form["scope"] = settings.scope
        basic = base64.b64encode(f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()).decode()
        response = await self._ask_token(form, {"Authorization": f"Basic {basic}"})
        if response.status in (400, 401):
            response = await self._ask_token(form | {"client_id": client, "client_secret": secret}, {})
        if response.status in (400, 401, 403):
            raise SourceRefused(httpStatus=response.status)
        if response.status in _BUSY:
            raise SourceAway(httpStatus=response.status)
        body = _json(response.content) if response.status == 200 else {}
        token = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token:
            raise SourceAnswered(httpStatus=response.status, reason="no access token")
        self._token = token
        return token

    async def _ask_token(self, form: Mapping[str, str], more: Mapping[str, str]) -> EgressResponse:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", **more}
        url = self._settings.token_url or ""
        return await self._egress.request("POST", url, headers, urlencode(form).encode(), timeout=30)


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content) if content else {}
    except ValueError:
        raise SourceAnswered(reason="not JSON") from None


def _rows(body: Any) -> list[Row]:
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows):
        raise SourceAnswered(reason="not a page of objects")
    return rows


def _deleted(body: Any) -> dict[str, set[str]]:
    """Ids by endpoint, as far as they are told as they should be. The standard misspells activities."""
    if not isinstance(body, dict):
        raise SourceAnswered(reason="not a page of deletions")
    data = body.get("data")
    return {
        "activities" if name == "activitites" else name: {sid for sid in ids if isinstance(sid, str)}
        for name, ids in (data if isinstance(data, dict) else {}).items()
        if isinstance(ids, list)
    }


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def _retry_after(value: str) -> float | None:
    """Seconds, or an HTTP date (RFC 9110 section 10.2.3)."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - clock.now()).total_seconds()) if value else None
    except ValueError:
        return None
