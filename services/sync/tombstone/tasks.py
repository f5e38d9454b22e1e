"""The worker's part: every night, erase whose time is over."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from services.sync.tombstone.service import AT_ONCE, TombstoneService
from shared.kit import clock
from shared.queue import JobContext, JobHandler, Schedule

PURGE = "tombstone-purge"
TOMBSTONE_SCHEDULE = (Schedule(PURGE, every=timedelta(days=1), offset=timedelta(hours=2, minutes=20)),)
_TENANTS = text("SELECT tombstone_tenants(:before)")


def handlers() -> dict[str, JobHandler]:
    return {PURGE: purge}


async def purge(ctx: JobContext) -> dict[str, Any]:
    """Erase, tenant by tenant, in transactions of at most `AT_ONCE` persons."""
    erased = 0
    async with ctx.transaction() as session:
        tenants = (await session.execute(_TENANTS, {"before": clock.now() - timedelta(days=1)})).scalars().all()
    for tenant in tenants:
        done = AT_ONCE
        while done == AT_ONCE:
            async with ctx.transaction(tenant) as session:
                done = await TombstoneService(session).purge()
            erased += done
    return {"erased": erased}
