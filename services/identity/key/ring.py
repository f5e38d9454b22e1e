"""The signing keys in a process's memory, so that signing and the JWK Set cost no query."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from services.identity.key.service import KeyService
from services.identity.secret.sealing import Sealer
from shared.auth.jws import PublicKey, SigningKey
from shared.kit import clock
from shared.kit.db import Database

CACHE_FOR = timedelta(seconds=60)


class KeyRing:
    """Reads the published keys at most once a minute; makes the first ones where there are none yet."""

    def __init__(self, database: Database, sealer: Sealer, *, days: int) -> None:
        self._database = database
        self._sealer = sealer
        self._days = days
        self._read_at: datetime | None = None
        self._keys: list[tuple[datetime, SigningKey]] = []
        self._lock = asyncio.Lock()

    async def signer(self) -> SigningKey:
        """The key that signs now."""
        now = clock.now()
        keys = await self._current()
        return next((key for signs_from, key in reversed(keys) if signs_from <= now), keys[0][1])

    async def jwks(self) -> dict[str, Any]:
        """The JWK Set (RFC 7517 section 5)."""
        return {"keys": [key.public_jwk() for _, key in await self._current()]}

    async def key(self, kid: str) -> PublicKey | None:
        """The public key of `kid`, to verify what we signed ourselves."""
        return next((key.public_key() for _, key in await self._current() if key.kid == kid), None)

    async def _current(self) -> list[tuple[datetime, SigningKey]]:
        async with self._lock:
            if self._read_at is None or not self._keys or clock.now() - self._read_at >= CACHE_FOR:
                self._keys = await self._read()
                self._read_at = clock.now()
            return self._keys

    async def _read(self) -> list[tuple[datetime, SigningKey]]:
        async with self._database.transaction(None) as session:
            service = KeyService(session, self._sealer)
            rows = await service.published()
            if not rows:
                await service.rotate(self._days)
                await session.flush()
                rows = await service.published()
            return [(row.signs_from, service.open(row)) for row in rows]
