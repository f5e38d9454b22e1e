"""Keeps the evidence that login methods work, and tells the gates when that begins and ends.

Evidence comes from a trial or from a real login and is about one configuration of a provider. It lapses when the
configuration changes, the provider is switched off or its certificates end.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.provider.fingerprint import configuration_hash
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import mark_verified, providers_of
from services.identity.verification.models import LoginEvidence, LoginMethodState
from services.identity.verification.repository import EvidenceRepository
from services.identity.verification.standing import Standing, holds, missing, populations_of, standing
from shared.auth import Acr
from shared.contracts.identity_login import LapseReason, LoginMethodLapsed, LoginMethodVerified
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue import publish

# Two logins that prove the same method at once must not both find that nothing was told yet.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('login-method:' || CAST(:tenant AS text), 0))")


class VerificationService:
    """The evidence of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = EvidenceRepository(session)

    async def prove(self, provider: IdentityProvider, population: str, acr: Acr, trial_id: UUID | None = None) -> None:
        """Somebody of a population logged in by the present configuration, on trial or (no `trial_id`) for good."""
        await self._lock()
        now, hash_ = clock.now(), configuration_hash(provider)
        rows = await self._repository.of(provider.id)
        row = next((one for one in rows if one.population == population), None)
        if row is None:
            row = LoginEvidence(
                tenant_id=tenant_of(self._session),
                provider_id=provider.id,
                population=population,
                method=provider.method,
                acr=acr.value,
                configuration_hash=hash_,
                trial_id=trial_id,
                verified_at=now,
                renewed_at=now,
            )
            self._repository.add(row)
        elif holds(row, provider):
            row.renewed_at = now
            if acr.at_least(Acr(row.acr)):
                row.acr, row.trial_id = acr.value, trial_id or row.trial_id
        else:
            row.acr, row.configuration_hash, row.trial_id = acr.value, hash_, trial_id
            row.verified_at = row.renewed_at = now
            row.lapsed_at = row.lapse_reason = None
        await self._session.flush()
        if provider.state == "draft" and not missing(provider, await self._repository.all()):
            await mark_verified(self._session, provider)
        await self._tell(provider)

    async def lapse(self, provider: IdentityProvider, reason: LapseReason) -> None:
        """What was proven of a provider holds no longer."""
        await self._lock()
        for row in await self._repository.of(provider.id):
            if row.lapsed_at is None:
                row.lapsed_at, row.lapse_reason = clock.now(), reason
        await self._tell(provider, reason)

    async def restore(self, provider: IdentityProvider) -> None:
        """A provider is switched on again as it was when it was switched off: its evidence counts again."""
        await self._lock()
        for row in await self._repository.of(provider.id):
            if row.lapse_reason == "disabled" and row.configuration_hash == configuration_hash(provider):
                row.lapsed_at = row.lapse_reason = None
        await self._tell(provider)

    async def retell(self, provider: IdentityProvider, reason: LapseReason) -> None:
        """Whom a provider is for has changed: the gates hear of it where that makes a difference."""
        await self._lock()
        await self._tell(provider, reason)

    async def missing(self, provider: IdentityProvider) -> list[str]:
        """The populations for which nothing is proven now; evidence of one that was switched off counts here."""
        hash_ = configuration_hash(provider)
        proven = {
            row.population
            for row in await self._repository.of(provider.id)
            if row.configuration_hash == hash_ and row.lapse_reason in (None, "disabled")
        }
        return [population for population in populations_of(provider) if population not in proven]

    async def of(self, provider_id: UUID) -> Sequence[LoginEvidence]:
        """Everything that is or was proven of one provider."""
        return await self._repository.of(provider_id)

    async def all(self) -> Sequence[LoginEvidence]:
        """Everything that is or was proven, oldest first."""
        return await self._repository.all()

    async def _lock(self) -> None:
        await self._session.execute(_LOCK, {"tenant": str(tenant_of(self._session))})

    async def _tell(self, provider: IdentityProvider, reason: LapseReason = "configuration_changed") -> None:
        """Publish how the provider's method stands, where that is news."""
        await self._session.flush()
        found = standing(provider.method, await providers_of(self._session), await self._repository.all())
        told = await self._repository.told(provider.method)
        if told is None and not found.is_verified:
            return
        if told is not None and (told.is_verified, told.acr) == (found.is_verified, _level(found, told.acr)):
            return
        if told is None:
            told = LoginMethodState(tenant_id=tenant_of(self._session), method=provider.method)
            self._repository.add(told)
        told.is_verified, told.acr, told.told_at = found.is_verified, _level(found, told.acr), clock.now()
        await self._publish(provider, found, told, reason)

    async def _publish(
        self, provider: IdentityProvider, found: Standing, told: LoginMethodState, reason: LapseReason
    ) -> None:
        decisive = found.provider_id or provider.id
        if found.is_verified:
            await publish(self._session, LoginMethodVerified(provider_id=decisive, key=told.method, acr=told.acr))
        else:
            lapsed = LoginMethodLapsed(provider_id=decisive, key=told.method, acr=told.acr, reason=reason)
            await publish(self._session, lapsed)
        action = "login_method.verified" if found.is_verified else "login_method.lapsed"
        after = {"method": told.method, "acr": told.acr, "reason": None if found.is_verified else reason}
        await record(self._session, action, "identity_provider", decisive, after=after)


def _level(found: Standing, told: str | None) -> str:
    """A method that lapsed keeps the level that it had reached, for whoever reads the event."""
    return found.acr.value if found.is_verified else told or found.acr.value
