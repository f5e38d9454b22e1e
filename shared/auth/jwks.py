"""The issuer's public keys, cached, following rotation."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx
import structlog

from shared.auth.jws import PublicKey
from shared.kit import clock
from shared.kit.problems import Unavailable
from shared.kit.tracing_http import trusted

log = structlog.get_logger()

FetchJwks = Callable[[], Awaitable[Mapping[str, Any]]]

MAX_AGE = timedelta(minutes=5)
RETRY_AFTER = timedelta(seconds=10)
MAX_JWKS_BYTES = 64 * 1024


class KeySource(Protocol):
    """Finds the issuer's key for a `kid`; None when the issuer has no such key."""

    async def key(self, kid: str) -> PublicKey | None: ...


class JwksCache:
    """Keeps the last good key set; fetches again after `MAX_AGE`, or for an unknown kid at most every `RETRY_AFTER`.

    The limit keeps strangers' invented kids from turning us into a load generator against the issuer. While the
    issuer does not answer, known keys go on working.
    """

    def __init__(self, fetch: FetchJwks) -> None:
        self._fetch = fetch
        self._keys: dict[str, PublicKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def key(self, kid: str) -> PublicKey | None:
        """The key, or None; raises Unavailable when no key set was ever fetched."""
        if kid not in self._keys or self._is_older(self._fetched_at, MAX_AGE):
            await self._refresh(kid)
        if self._fetched_at is None:
            raise Unavailable("the issuer's keys cannot be read", headers={"Retry-After": "5"})
        return self._keys.get(kid)

    async def _refresh(self, kid: str) -> None:
        async with self._lock:
            fresh = kid in self._keys and not self._is_older(self._fetched_at, MAX_AGE)
            if fresh or not self._is_older(self._tried_at, RETRY_AFTER):
                return
            self._tried_at = clock.now()
            try:
                self._keys = read_key_set(await self._fetch())
                self._fetched_at = self._tried_at
            except (httpx.HTTPError, OSError, ValueError) as error:
                log.warning("jwks_not_refreshed", reason=type(error).__name__, keys_kept=len(self._keys))

    @staticmethod
    def _is_older(instant: datetime | None, age: timedelta) -> bool:
        return instant is None or clock.now() - instant >= age


class StaticKeys:
    """A fixed key set, for the issuer itself and for tests."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._keys = read_key_set(document)

    async def key(self, kid: str) -> PublicKey | None:
        """The key, or None."""
        return self._keys.get(kid)


def read_key_set(document: Mapping[str, Any]) -> dict[str, PublicKey]:
    """The ES256 keys of a JWK Set by kid; keys of other kinds are left out (RFC 7517 section 5). ValueError if none."""
    entries = document.get("keys")
    if not isinstance(entries, list):
        raise ValueError("not a JWK Set")
    keys: dict[str, PublicKey] = {}
    for entry in entries:
        try:
            key = PublicKey.from_jwk(entry)
        except (AttributeError, ValueError):
            continue
        keys[key.kid] = key
    if not keys:
        raise ValueError("no ES256 key in the JWK Set")
    return keys


def fetch_over_http(url: str) -> FetchJwks:
    """Reads the JWK Set at `url` on the internal network."""

    async def fetch() -> Mapping[str, Any]:
        async with httpx.AsyncClient(timeout=3.0, follow_redirects=False, trust_env=False, verify=trusted()) as client:
            response = await client.get(url)
        response.raise_for_status()
        if len(response.content) > MAX_JWKS_BYTES:
            raise ValueError("JWK Set is too large")
        document = json.loads(response.content)
        if not isinstance(document, dict):
            raise ValueError("not a JWK Set")
        return document

    return fetch
