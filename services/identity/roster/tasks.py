"""Following the roster: an event says that there is a new version, a job reads what changed."""

from dataclasses import asdict
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.roster.service import KEPT, RosterService, Tally
from services.identity.tenant.service import TenantService
from shared.contracts.sync import PersonProtected, RosterApplied, changes_of, parse_page
from shared.kit.kit_tables import forget_answers
from shared.queue import EventEnvelope, JobContext, JobHandler, start_job
from shared.queue.changes import ChangeFeed

FOLLOW = "roster.follow"
ALIGN = "roster.align"


async def on_roster_applied(session: AsyncSession, envelope: EventEnvelope, event: RosterApplied) -> None:
    """Start reading; the pages are too much work for one event's transaction."""
    await start_job(session, FOLLOW, {"version": event.version_to})


async def on_person_protected(session: AsyncSession, envelope: EventEnvelope, event: PersonProtected) -> None:
    """Forget the name now, in stored answers too; the alias comes with the next page."""
    await forget_answers(session)
    await RosterService(session).hide(event.person_id, event.version)


def follow_roster(feed: ChangeFeed) -> JobHandler:
    """The job that brings accounts and roles of its tenant up to date; may run twice."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        assert ctx.tenant is not None  # noqa: S101 - started by an event of a tenant
        tally, done = Tally(), 0
        async with ctx.transaction() as session:
            version = await RosterService(session).version()
        async for lines, mark in feed.pages("sync", ctx.tenant, version, parse_page, changes_of(*KEPT)):
            async with ctx.transaction() as session:
                await RosterService(session).take_in(lines, mark.version, tally)
            done += len(lines)
            await ctx.progress(done)
        async with ctx.transaction() as session:
            service = RosterService(session)
            await service.align(tally)
            await service.conclude(ctx.job_id, tally)
        return {"lines": done, **asdict(tally)}

    return run


async def align_all(ctx: JobContext) -> dict[str, Any]:
    """The daily job: duties begin and end by their dates, without any event."""
    tally = Tally()
    async with ctx.transaction() as session:
        tenants = [tenant.id for tenant in await TenantService(session).authorities()]
    for tenant in tenants:
        async with ctx.transaction(tenant) as session:
            await RosterService(session).align(tally)
    return {"tenants": len(tenants), "granted": tally.granted, "removed": tally.removed}
