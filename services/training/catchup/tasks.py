"""Looking, every hour, at who missed what."""

from typing import Any

from services.training.catchup.service import CatchUpService
from services.training.coverage.service import CoverageService
from shared.queue import JobContext

CATCH_UP = "catch_up.look"


async def catch_up_all(ctx: JobContext) -> dict[str, Any]:
    """Look at every course that somebody seeks, one transaction each; may run twice."""
    async with ctx.transaction() as session:
        tenants = await CoverageService(session).tenants()
    changed = 0
    for tenant in tenants:
        async with ctx.transaction(tenant) as session:
            courses = await CatchUpService(session).courses()
        for course_id in courses:
            async with ctx.transaction(tenant) as session:
                changed += await CatchUpService(session).look_at(course_id)
    return {"tenants": len(tenants), "changed": changed}
