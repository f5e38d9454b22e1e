"""The scheduled removal of what has expired: codes, logins, assertions, sessions, refresh tokens."""

from datetime import timedelta
from typing import Any

from services.identity.alternative.service import AlternativeService
from services.identity.authorization.service import prune_authorizations
from services.identity.client.service import forget_assertions
from services.identity.device.service import prune_devices
from services.identity.logout.service import prune_logouts
from services.identity.par.service import prune_pushed
from services.identity.replay.service import ReplayService
from services.identity.session.service import SessionService
from services.identity.tenant.service import TenantService
from services.identity.token.service import Lifetimes, TokenService
from shared.kit.kit_tables import NO_TENANT
from shared.queue import JobContext

PRUNE = "tokens.prune"
_UNUSED = Lifetimes(idle=timedelta(0), longest=timedelta(0))


async def prune_all(ctx: JobContext) -> dict[str, Any]:
    """Tenant by tenant, each under its own row security."""
    async with ctx.transaction() as session:
        tenants = [NO_TENANT, *(tenant.id for tenant in await TenantService(session).everyone())]
    for tenant in tenants:
        async with ctx.transaction(tenant) as session:
            await prune_authorizations(session)
            await forget_assertions(session)
            await AlternativeService(session).prune()
            await prune_devices(session)
            await prune_logouts(session)
            await prune_pushed(session)
            await ReplayService(session).prune()
            await SessionService(session).prune()
            await TokenService(session, _UNUSED).prune()
    return {"tenants": len(tenants)}
