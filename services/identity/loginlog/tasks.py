"""The nightly end of what the log of logins keeps no longer."""

from typing import Any

from services.identity.loginlog.service import LoginLogService
from services.identity.tenant.service import TenantService
from shared.queue import JobContext

EXPIRE = "login_log.expire"


async def expire_logins(ctx: JobContext) -> dict[str, Any]:
    """Delete each tenant's entries that are older than it keeps; safe to run at any time."""
    async with ctx.transaction() as session:
        tenants = [tenant.id for tenant in await TenantService(session).everyone()]
    deleted = 0
    for tenant in tenants:
        async with ctx.transaction(tenant) as session:
            deleted += await LoginLogService(session).expire()
    return {"deleted": deleted}
