"""The daily watch over governance: meetings that were missed, roles that ran out, decisions that are late."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from services.projects.decision.service import DecisionService
from services.projects.meeting.service import MeetingService
from services.projects.project.service import ProjectService
from services.projects.staffing.service import StaffingService
from shared.queue import JobContext, JobHandler, Schedule

WATCH = "governance.watch"
# An hour after midnight in Stockholm, in winter and in summer: a day that ended is over everywhere we serve.
GOVERNANCE_SCHEDULE = (Schedule(WATCH, every=timedelta(days=1), offset=timedelta(minutes=10)),)

_TENANTS = text("SELECT plan_tenants()")


async def watch(ctx: JobContext) -> dict[str, Any]:
    """Visit every tenant with a plan, one transaction for each project; what was told is not told again."""
    async with ctx.transaction() as session:
        tenants = (await session.execute(_TENANTS)).scalars().all()
    counts = {"projects": 0, "overdue_meetings": 0, "vacant_roles": 0, "overdue_decisions": 0}
    for done, tenant in enumerate(tenants, start=1):
        async with ctx.transaction(tenant) as session:
            projects = await ProjectService(session).active_ids()
        for project_id in projects:
            async with ctx.transaction(tenant) as session:
                counts["projects"] += 1
                counts["overdue_meetings"] += await MeetingService(session).tell_overdue(project_id)
                counts["vacant_roles"] += await StaffingService(session).tell_vacant(project_id)
                counts["overdue_decisions"] += await DecisionService(session).tell_overdue(project_id)
        await ctx.progress(done, len(tenants))
    return counts


def governance_jobs() -> Mapping[str, JobHandler]:
    """The long work about governance, by kind."""
    return {WATCH: watch}
