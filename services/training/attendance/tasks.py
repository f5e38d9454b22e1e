"""What time does to attendance: sessions that are over are gone through; coverage follows who checked in by code."""

from typing import Any

from services.training.attendance.service import GATHER, AttendanceService
from services.training.coverage.service import CoverageService
from shared.queue import JobContext

CLOSE = "attendance.close"
__all__ = ["CLOSE", "GATHER", "close_all", "gather"]


async def close_all(ctx: JobContext) -> dict[str, Any]:
    """Go through sessions that ended long enough ago, one transaction each; may run twice."""
    async with ctx.transaction() as session:
        tenants = await CoverageService(session).tenants()
    settled = missing = 0
    for tenant in tenants:
        async with ctx.transaction(tenant) as session:
            due = await AttendanceService(session).due()
        for session_id in due:
            async with ctx.transaction(tenant) as session:
                is_missing = await AttendanceService(session).close(session_id) == "missing"
            missing += is_missing
            settled += not is_missing
    return {"settled": settled, "missing": missing}


async def gather(ctx: JobContext) -> dict[str, Any]:
    """Coverage of one tenant after people checked in; may run twice."""
    async with ctx.transaction() as session:
        return {"coverageChanged": await CoverageService(session).refresh()}
