"""Looking, every hour, at who missed what."""

from typing import Any

from services.training.catchup.service import CatchUpService
from services.training.coverage.service import CoverageService
from shared.queue import JobContext

CATCH_UP = "catch_up.look"
_ROUNDS = 20


async def catch_up_all(ctx: JobContext) -> dict[str, Any]:
    """Look at every course that somebody seeks until there is nothing left to do for it; may run twice."""
    async with ctx.transaction() as session:
        tenants = await CoverageService(session).tenants()
    changed = 0
    for tenant in tenants:
        async with ctx.transaction(tenant) as session:
            courses = await CatchUpService(session).courses()
        for course_id in courses:
            for _ in range(_ROUNDS):
                async with ctx.transaction(tenant) as session:
                    done = await CatchUpService(session).look_at(course_id)
                changed += done
                if not done:
                    break
    return {"tenants": len(tenants), "changed": changed}
