"""Keeping what was seen of the platform, by sync and by logins through us; the signals judge who has access."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.access.models import AccessPolicy
from services.training.access.repository import AccessRepository
from shared.contracts.identity_access import ClientLogin
from shared.contracts.sync_access import AccountSeen, PlatformSeen
from shared.contracts.training_signal import AccessPolicyChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue import publish
from shared.web.preconditions import check_version

_KEPT = timedelta(days=400)


class AccessService:
    """One transaction's work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._accounts = AccessRepository(session)

    async def take_in(self, accounts: Sequence[AccountSeen], sight: PlatformSeen) -> bool:
        """Replace what is known by a whole look at the platform; False where a newer one is known.

        Where there is no one platform to look at, nothing is known: never that somebody has access.
        """
        if sight.comparison_id is None or sight.observed_at is None:
            await self._accounts.lose_sight()
            return True
        if not await self._accounts.see(sight):
            return False
        await self._accounts.replace(accounts)
        return True

    async def policy(self) -> AccessPolicy:
        """Which application is the platform; version 0, and none, as long as nobody has said it."""
        tenant = tenant_of(self._session)
        return await self._accounts.policy() or AccessPolicy(tenant_id=tenant, id=tenant, version=0)

    async def tenants(self) -> Sequence[UUID]:
        """Every tenant that has named its platform; for the platform's own periodic work."""
        return await self._accounts.tenants()

    async def set_policy(self, client_id: str | None, version: int) -> AccessPolicy:
        """Name another application, or none: logins at the former prove nothing any more. Raises StaleVersion."""
        policy = await self._accounts.policy(lock=True) or await self.policy()
        check_version(version, policy.version)
        before = {"client_id": policy.client_id}
        if policy.client_id != client_id:
            policy.client_id, policy.read_until = client_id, 0
            await self._accounts.forget_logins()
        if policy.version == 0:
            policy.version = 1
            self._accounts.add(policy)
        else:
            policy.touch()
        after = {"client_id": client_id}
        await record(self._session, "access_policy.set", "access_policy", policy.id, before=before, after=after)
        await publish(self._session, AccessPolicyChanged(access_policy_id=policy.id, version=policy.version))
        return policy

    async def log_in(self, client_id: str, logins: Sequence[ClientLogin], read_until: int | None) -> bool:
        """Keep a page of logins at an application; False, and nothing done, where it is no longer the platform's.

        `read_until`: with the last page, up to when they were read."""
        policy = await self._accounts.policy(lock=True)
        if policy is None or policy.client_id != client_id:
            return False
        await self._accounts.log_in(logins, clock.now())
        if read_until is not None:
            policy.read_until = read_until
            await self._accounts.keep_logins(clock.today() - _KEPT)
        return True

    async def forget(self, person_id: UUID) -> None:
        """Forget the logins of somebody whose identity is protected."""
        await self._accounts.forget_login(person_id)
