"""The daily care of tenants' keys: successors in good time, changes before expiry, destruction of what is past."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from services.identity.secret.sealing import Sealer
from services.identity.settings import Settings
from services.identity.tenant.service import TenantService
from services.identity.tenantkey.material import Purpose, make
from services.identity.tenantkey.service import TenantKeyService
from shared.kit import clock
from shared.queue import JobContext, JobHandler

ROLL = "tenant_keys.roll"
# A successor is published this long before the key in use expires, and takes over that long before.
PREPARED_BEFORE_EXPIRY = timedelta(days=60)
USED_BEFORE_EXPIRY = timedelta(days=14)


def roll_tenant_keys(settings: Settings) -> JobHandler:
    """The job that keeps every key of every tenant from expiring; safe to run at any time."""
    sealer = Sealer(settings.file_key_bytes())
    name = urlsplit(settings.issuer).hostname or "startklar"

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            tenants = [tenant.id for tenant in await TenantService(session).everyone()]
        made = activated = forgotten = 0
        for tenant in tenants:
            made += await _prepare(ctx, sealer, tenant, name)
            async with ctx.transaction(tenant) as session:
                service = TenantKeyService(session, sealer)
                before = clock.now() + USED_BEFORE_EXPIRY
                activated += sum([await service.succeed_due(purpose, before) for purpose in Purpose])
                forgotten += await service.forget_retired()
        return {"made": made, "activated": activated, "forgotten": forgotten}

    return run


async def _prepare(ctx: JobContext, sealer: Sealer, tenant: UUID, name: str) -> int:
    async with ctx.transaction(tenant) as session:
        expiring = await TenantKeyService(session, sealer).expiring(PREPARED_BEFORE_EXPIRY)
        waiting = {key.purpose for key in expiring if key.state == "next"}
        present = {key.purpose for key in await TenantKeyService(session, sealer).usable() if key.state == "next"}
        due = {key.purpose for key in expiring if key.state == "active"} - waiting - present
    for purpose in sorted(due):
        material = await asyncio.to_thread(make, Purpose(purpose), name)
        async with ctx.transaction(tenant) as session:
            await TenantKeyService(session, sealer).prepare(material)
    return len(due)
