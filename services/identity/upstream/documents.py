"""What identity providers publish (discovery document, keys), kept for a while and asked for sparingly.

Two bounds matter. A forged response with an unknown key must not make us hammer the provider, so keys are read anew
at most once per `COOL_DOWN` whatever arrives. And a provider that is down is asked once per `FAILURE_FOR`, not once per
login. Keys that we know are still good for `STALE_FOR` when the provider cannot be asked.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from services.identity.proof.faults import LoginFailed
from services.identity.upstream.metadata import ProviderMetadata, discovery_url, read_metadata, read_object
from shared.kit import clock

CACHE_FOR = timedelta(minutes=10)
STALE_FOR = timedelta(hours=1)
COOL_DOWN = timedelta(seconds=60)
FAILURE_FOR = timedelta(seconds=5)
MAX_ENTRIES = 500

Fetch = Callable[[str], Awaitable[bytes]]
T = TypeVar("T")


@dataclass
class _Entry(Generic[T]):
    """One document: the last good one, when it was read, and when a reading failed last."""

    value: T | None = None
    read_at: datetime | None = None
    failure: LoginFailed | None = None
    failed_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def age(self) -> timedelta | None:
        return clock.now() - self.read_at if self.read_at is not None else None

    def recent_failure(self) -> LoginFailed | None:
        if self.failed_at is None or clock.now() - self.failed_at >= FAILURE_FOR:
            return None
        return self.failure


class _Shelf(Generic[T]):
    """Documents of one kind by key, of bounded number: the one that was used longest ago goes first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, _Entry[T]] = OrderedDict()

    async def get(self, key: str, read: Callable[[], Awaitable[T]], at_most: timedelta) -> T:
        """The document, at most so old; an older one, up to `STALE_FOR`, while it cannot be read anew."""
        entry = self._entries.setdefault(key, _Entry())
        self._entries.move_to_end(key)
        while len(self._entries) > MAX_ENTRIES:
            self._entries.popitem(last=False)
        async with entry.lock:
            age = entry.age()
            if entry.value is not None and age is not None and age < at_most:
                return entry.value
            return await _renew(entry, read)


async def _renew(entry: _Entry[T], read: Callable[[], Awaitable[T]]) -> T:
    failure = entry.recent_failure()
    if failure is None:
        try:
            entry.value, entry.read_at, entry.failed_at = await read(), clock.now(), None
            return entry.value
        except LoginFailed as failed:
            failure = entry.failure = failed
            entry.failed_at = clock.now()
    age = entry.age()
    if entry.value is not None and age is not None and age < STALE_FOR:
        return entry.value
    raise LoginFailed(str(failure), failure.fault)


class ProviderDocuments:
    """The documents of every provider that a login went to; `fetch` gives the bytes or raises LoginFailed."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._metadata: _Shelf[ProviderMetadata] = _Shelf()
        self._keys: _Shelf[dict[str, Any]] = _Shelf()

    async def metadata(self, issuer: str) -> ProviderMetadata:
        """What the provider of `issuer` says of itself; raises LoginFailed."""

        async def read() -> ProviderMetadata:
            return read_metadata(await self._fetch(discovery_url(issuer)), issuer)

        return await self._metadata.get(issuer, read, CACHE_FOR)

    async def keys(self, metadata: ProviderMetadata, *, renewed: bool = False) -> dict[str, Any]:
        """The provider's JWK Set; `renewed` when a signature did not match the one that we know."""

        async def read() -> dict[str, Any]:
            return read_object(await self._fetch(metadata.jwks_uri), "the provider's key set")

        return await self._keys.get(metadata.jwks_uri, read, COOL_DOWN if renewed else CACHE_FOR)
