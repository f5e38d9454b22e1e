"""Reads the calendar of a tenant's certificates and tells each end in time, once per warning."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.certificate.calendar import Ending, of_keys, of_providers
from services.identity.federation.service.lookup import FederationService
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import providers_of
from services.identity.secret.sealing import Sealer
from services.identity.tenantkey.service import TenantKeyService
from shared.contracts.identity_login import CertificateEndNeared
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish

_TELL_ONCE = text(
    "INSERT INTO certificate_notice (tenant_id, id, certificate, days, told_at)"
    " VALUES (:tenant, :id, :certificate, :days, :at)"
    " ON CONFLICT (tenant_id, certificate, days) DO NOTHING RETURNING id"
)


class CertificateService:
    """The certificates that logins of the session's tenant depend on."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer

    async def calendar(self) -> list[Ending]:
        """Everything that ends, soonest first."""
        providers = await providers_of(self._session)
        keys = await TenantKeyService(self._session, self._sealer).usable()
        found = [*of_providers(providers), *of_keys(keys), *await self._of_federations(providers)]
        return sorted(found, key=lambda one: (one.not_after, one.key))

    async def warn(self) -> int:
        """Tell what ends within 60, 30, 14, 7 or 1 day and what has ended; how many warnings were new."""
        told, now = 0, clock.now()
        for ending in await self.calendar():
            days = ending.due(now)
            if days is not None and await self._is_news(ending, days):
                told += 1
                await self._tell(ending, days)
        return told

    async def _of_federations(self, providers: Sequence[IdentityProvider]) -> list[Ending]:
        """Until when federations vouch for the tenant's providers: what they say no more has ended today."""
        found = []
        for provider in providers:
            if provider.federation_id is None or provider.state == "disabled":
                continue
            entity = await FederationService(self._session).entity(provider.federation_id, provider.issuer)
            until = clock.now() if entity is None else entity.valid_until
            if until is not None:
                key = f"federation:{provider.id}"
                found.append(Ending("federation", provider.id, provider.name, key, until))
        return found

    async def _is_news(self, ending: Ending, days: int) -> bool:
        values = {
            "tenant": tenant_of(self._session),
            "id": new_id(),
            "certificate": f"{ending.key}:{ending.not_after.date().isoformat()}",
            "days": days,
            "at": clock.now(),
        }
        return (await self._session.execute(_TELL_ONCE, values)).one_or_none() is not None

    async def _tell(self, ending: Ending, days: int) -> None:
        await publish(
            self._session,
            CertificateEndNeared(
                holder=ending.holder,
                holder_id=ending.holder_id,
                fingerprint=ending.key,
                days=days,
                not_after=ending.not_after,
            ),
        )
        after = {"holder": ending.holder, "days": days, "notAfter": ending.not_after}
        await record(self._session, "certificate.end_neared", "certificate", ending.holder_id, after=after)
