"""Makes and rotates the keys that sign our tokens."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.key.models import SigningKeyRow
from services.identity.key.repository import KeyRepository
from services.identity.secret.sealing import Sealer
from shared.auth.jws import SigningKey
from shared.kit import clock

# Longer than any token lives and any verifier caches.
PUBLISHED_AFTER = timedelta(hours=1)


class KeyService:
    """Keeps two keys published: the one that signs, and its successor, so that verifiers know it long before."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._sealer = sealer
        self._repository = KeyRepository(session)

    async def published(self) -> Sequence[SigningKeyRow]:
        """The keys of the JWK Set now, in the order in which they sign."""
        return await self._repository.published(clock.now())

    async def rotate(self, days: int) -> bool:
        """Make what is missing: the first key, or the successor of a key that has begun to sign. True if it made one.

        Safe to call at any time and from several processes at once.
        """
        await self._repository.lock()
        now = clock.now()
        rows = list(await self._repository.published(now))
        if rows and rows[-1].signs_from > now:
            return False
        if not rows:
            rows.append(self._make(now))
        for former in rows[:-1]:
            former.published_until = former.published_until or rows[-1].signs_from + PUBLISHED_AFTER
        self._make(max(rows[-1].signs_from + timedelta(days=days), now + PUBLISHED_AFTER))
        await self._repository.delete_unpublished(now)
        return True

    def open(self, row: SigningKeyRow) -> SigningKey:
        """The private key of a row."""
        return SigningKey.from_pem(self._sealer.open(row.private_sealed, _place(row.kid)), row.kid)

    def _make(self, signs_from: datetime) -> SigningKeyRow:
        key = SigningKey.generate()
        row = SigningKeyRow(
            kid=key.kid,
            private_sealed=self._sealer.seal(key.pem(), _place(key.kid)),
            public_jwk=key.public_jwk(),
            created_at=clock.now(),
            signs_from=signs_from,
        )
        self._repository.add(row)
        return row


def _place(kid: str) -> str:
    return f"signing_key/{kid}"
