"""What time does to sessions: offers lapse, and sessions with too few people are decided on."""

from typing import Any

from services.training.coverage.service import CoverageService
from services.training.session.service import SessionService
from shared.queue import JobContext

SETTLE = "sessions.settle"


async def settle_all(ctx: JobContext) -> dict[str, Any]:
    """Settle what is due, one transaction for each session; may run twice."""
    async with ctx.transaction() as session:
        tenants = await CoverageService(session).tenants()
    settled = 0
    for tenant in tenants:
        async with ctx.transaction(tenant) as session:
            due = await SessionService(session).due()
        for session_id in due:
            async with ctx.transaction(tenant) as session:
                await SessionService(session).settle(session_id)
            settled += 1
    return {"tenants": len(tenants), "settled": settled}
