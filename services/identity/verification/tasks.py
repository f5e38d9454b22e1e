"""The hourly look at what proves login methods: real logins renew it, certificates that ended end it."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.loginlog.service import LoginLogService
from services.identity.provider.models import IdentityProvider
from services.identity.provider.service import locked_provider, providers_of
from services.identity.saml.certificates import read_certificate
from services.identity.tenant.service import TenantService
from services.identity.verification.service import VerificationService
from services.identity.verification.standing import populations_of
from shared.auth import Acr
from shared.kit import clock
from shared.queue import JobContext

RENEW = "login_evidence.renew"


async def renew_evidence(ctx: JobContext) -> dict[str, Any]:
    """Tenant by tenant, provider by provider; safe to run at any time."""
    async with ctx.transaction() as session:
        tenants = [tenant.id for tenant in await TenantService(session).everyone()]
    renewed = lapsed = 0
    for tenant in tenants:
        async with ctx.transaction(tenant) as session:
            active = [one.id for one in await providers_of(session) if one.state == "active"]
        for provider_id in active:
            async with ctx.transaction(tenant) as session:
                more, fewer = await _look(session, provider_id)
                renewed, lapsed = renewed + more, lapsed + fewer
    return {"renewed": renewed, "lapsed": lapsed}


async def _look(session: AsyncSession, provider_id: UUID) -> tuple[int, int]:
    provider = await locked_provider(session, provider_id)
    verification = VerificationService(session)
    rows = await verification.of(provider.id)
    if has_only_ended_certificates(provider):
        if all(row.lapsed_at for row in rows):
            return 0, 0
        await verification.lapse(provider, "certificate_expired")
        return 0, 1
    served = populations_of(provider)
    if len(served) != 1:  # a login does not tell which of several populations it was one of
        return 0, 0
    row = next((one for one in rows if one.population == served[0]), None)
    since = provider.updated_at if row is None else max(row.renewed_at, row.lapsed_at or row.renewed_at)
    login = await LoginLogService(session).newest_success(provider.id, since)
    if login is None or login.acr is None:
        return 0, 0
    await verification.prove(provider, served[0], Acr(login.acr))
    return 1, 0


def has_only_ended_certificates(provider: IdentityProvider) -> bool:
    """Whether no signing certificate of a SAML provider is valid any more; a federation's entity has its own term."""
    if provider.protocol != "saml" or provider.federation_id is not None:
        return False
    ends = [read_certificate(one).not_valid_after_utc for one in provider.configuration.get("certificates", ())]
    return bool(ends) and max(ends) <= clock.now()
