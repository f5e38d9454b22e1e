"""The life of tenants' keys: made, published as the next, taken into use, retired, destroyed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.secret.sealing import Sealer
from services.identity.tenantkey.errors import KeyNotNext, KeyTooNew, SuccessorWaits
from services.identity.tenantkey.material import Material, Purpose
from services.identity.tenantkey.models import TenantKey
from services.identity.tenantkey.repository import TenantKeyRepository
from shared.contracts.identity_key import TenantKeyChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish
from shared.web.preconditions import check_version

# Federations and providers read our metadata within a day; FIDUS names three hours and a quarter as its longest.
PUBLISHED_BEFORE_USE = timedelta(hours=24)
# How long a provider with old metadata may still encrypt to a key that we no longer publish.
DECRYPTS_AFTER_RETIREMENT = timedelta(days=30)


class TenantKeyService:
    """The keys of the session's tenant."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer
        self._repository = TenantKeyRepository(session)

    async def take_first(self, material: Material) -> bool:
        """Take the purpose's first key into use; False where another process was first."""
        key = await self._add(material, "active", activated_at=clock.now())
        return key is not None

    async def prepare(self, material: Material) -> TenantKey:
        """Publish a successor, or take it into use where there is no key yet. Raises SuccessorWaits."""
        present = await self._repository.locked(material.purpose)
        state = "next" if any(key.state == "active" for key in present) else "active"
        key = await self._add(material, state, activated_at=clock.now() if state == "active" else None)
        if key is None:
            raise SuccessorWaits()
        return key

    async def activate(self, key_id: UUID, expected_version: int, urgent_reason: str | None = None) -> TenantKey:
        """Use the next key from now on and retire the present one.

        `urgent_reason` skips the wait for providers to have read it: logins fail where one has not. Raises
        TenantKeyNotFound, StaleVersion, KeyNotNext, KeyTooNew.
        """
        key = await self._next(key_id, expected_version)
        if urgent_reason is None and not is_long_published(key):
            raise KeyTooNew(availableFrom=(key.created_at + PUBLISHED_BEFORE_USE).isoformat())
        await self._succeed(key, urgent_reason)
        return key

    async def withdraw(self, key_id: UUID, expected_version: int) -> TenantKey:
        """Take back a next key, unused. Raises TenantKeyNotFound, StaleVersion, KeyNotNext."""
        key = await self._next(key_id, expected_version)
        await self._retire(key)
        key.private_sealed = None
        await self._tell(key, "tenant_key.withdrawn", {"state": "next"})
        return key

    async def get(self, key_id: UUID) -> TenantKey:
        """The key; raises TenantKeyNotFound."""
        return await self._repository.get(key_id)

    async def list(self, limit: int, after: UUID | None) -> Sequence[TenantKey]:
        return await self._repository.list(limit, after)

    async def usable(self) -> Sequence[TenantKey]:
        """Keys that can still be used for something, newest first."""
        return await self._repository.usable()

    async def expiring(self, within: timedelta) -> Sequence[TenantKey]:
        """The keys in use or next that expire within that time, soonest first; the expired ones too."""
        return await self._repository.expiring(clock.now() + within)

    async def succeed_due(self, purpose: Purpose, before: datetime) -> bool:
        """Activate the next key of a purpose whose present one expires before `before`, once it is long published."""
        present = {key.state: key for key in await self._repository.locked(purpose)}
        active, following = present.get("active"), present.get("next")
        if active is None or following is None or active.expires_at > before or not is_long_published(following):
            return False
        await self._succeed(following, None)
        return True

    async def forget_retired(self) -> int:
        """Destroy private halves that nothing can need any more; how many."""
        return await self._repository.forget_retired(clock.now() - DECRYPTS_AFTER_RETIREMENT)

    def open(self, key: TenantKey) -> bytes:
        """The private half as PEM."""
        if key.private_sealed is None:
            raise ValueError("the private half was destroyed")
        return self._sealer.open(key.private_sealed, _place(key.id))

    async def _add(self, material: Material, state: str, activated_at: datetime | None) -> TenantKey | None:
        key_id, now = new_id(), clock.now()
        key = await self._repository.add(
            {
                "tenant_id": tenant_of(self._session),
                "id": key_id,
                "purpose": material.purpose.value,
                "state": state,
                "private_sealed": self._sealer.seal(material.private_pem, _place(key_id)),
                "certificate": material.certificate,
                "public_jwk": material.public_jwk,
                "fingerprint": material.fingerprint,
                "expires_at": material.expires_at,
                "activated_at": activated_at,
                "version": 1,
                "created_at": now,
                "updated_at": now,
            }
        )
        if key is not None:
            await self._tell(key, "tenant_key.made", None)
        return key

    async def _next(self, key_id: UUID, expected_version: int) -> TenantKey:
        key = await self._repository.get(key_id)
        await self._repository.locked(key.purpose)
        check_version(expected_version, key.version)
        if key.state != "next":
            raise KeyNotNext()
        return key

    async def _succeed(self, key: TenantKey, reason: str | None) -> None:
        former = [row for row in await self._repository.locked(key.purpose) if row.state == "active"]
        for row in former:
            await self._retire(row)
            if row.purpose != Purpose.saml_encryption:
                row.private_sealed = None
            await self._tell(row, "tenant_key.retired", {"state": "active"})
        # The unique index allows one active key at a time, also between two statements.
        await self._session.flush()
        key.state, key.activated_at = "active", clock.now()
        key.touch()
        await self._tell(key, "tenant_key.activated", {"state": "next"}, reason)

    @staticmethod
    async def _retire(key: TenantKey) -> None:
        key.state, key.retired_at = "retired", clock.now()
        key.touch()

    async def _tell(
        self, key: TenantKey, action: str, before: dict[str, Any] | None, reason: str | None = None
    ) -> None:
        after = {"purpose": key.purpose, "state": key.state, "fingerprint": key.fingerprint}
        await record(self._session, action, "tenant_key", key.id, before=before, after=after, reason=reason)
        event = TenantKeyChanged(
            tenant_key_id=key.id, purpose=Purpose(key.purpose).value, state=key.state, expires_at=key.expires_at
        )
        await publish(self._session, event)


def is_long_published(key: TenantKey) -> bool:
    """Whether providers have had the time to read a next key. A key that only decrypts need not be known before."""
    if key.purpose == Purpose.saml_encryption:
        return True
    return clock.now() - key.created_at >= PUBLISHED_BEFORE_USE


def _place(key_id: UUID) -> str:
    return f"tenant_key/{key_id}"
