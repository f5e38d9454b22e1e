"""The turn of the day: duties begin and end by date, so coverage moves without anybody doing anything."""

from typing import Any

from services.training.coverage.service import CoverageService
from shared.queue import JobContext

REFRESH = "coverage.refresh"


async def refresh_all(ctx: JobContext) -> dict[str, Any]:
    """Refresh the coverage of every tenant that has a roster, one transaction each; may run twice."""
    async with ctx.transaction() as session:
        tenants = await CoverageService(session).tenants()
    changed = 0
    for done, tenant in enumerate(tenants, start=1):
        async with ctx.transaction(tenant) as session:
            changed += await CoverageService(session).refresh()
        await ctx.progress(done, len(tenants))
    return {"tenants": len(tenants), "changed": changed}
