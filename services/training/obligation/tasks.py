"""The turn of the day: people qualify, leave and run late without anybody calling."""

from typing import Any

from services.training.coverage.service import CoverageService
from services.training.obligation.service import follow
from shared.queue import JobContext

OBLIGE = "obligations.follow"


async def follow_all(ctx: JobContext) -> dict[str, Any]:
    """Follow up every tenant with a roster, one transaction each; may run twice."""
    async with ctx.transaction() as session:
        tenants = await CoverageService(session).tenants()
    moved = 0
    for done, tenant in enumerate(tenants, start=1):
        async with ctx.transaction(tenant) as session:
            moved += await follow(session)
        await ctx.progress(done, len(tenants))
    return {"tenants": len(tenants), "moved": moved}
