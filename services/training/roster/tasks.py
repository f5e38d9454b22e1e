"""Following the roster: an event says that there is a new version, a job reads what changed."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.coverage.service import CoverageService
from services.training.roster.service import RosterService
from shared.contracts.sync import PersonProtected, RosterApplied, parse_page
from shared.kit.kit_tables import forget_answers
from shared.queue import EventEnvelope, JobContext, JobHandler, start_job
from shared.queue.changes import ChangeFeed

FOLLOW = "roster.follow"


async def on_roster_applied(session: AsyncSession, envelope: EventEnvelope, event: RosterApplied) -> None:
    """Start reading; the pages are too much work for one event's transaction."""
    await start_job(session, FOLLOW, {"version": event.version_to})


async def on_person_protected(session: AsyncSession, envelope: EventEnvelope, event: PersonProtected) -> None:
    """Forget the name now, in stored answers too; the alias comes with the next page of the change feed."""
    await RosterService(session).hide(event.person_id, event.version)
    await forget_answers(session)


def follow_roster(feed: ChangeFeed) -> JobHandler:
    """The job that brings the copies of its tenant up to date and refreshes the coverage; may run twice."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            version = await RosterService(session).version()
        done = await _read(ctx, feed, version)
        async with ctx.transaction() as session:
            lacks_staff = await RosterService(session).lacks_staff()
        if lacks_staff and version > 0:
            done += await _read(ctx, feed, 0)
        async with ctx.transaction() as session:
            forgotten = await RosterService(session).keep_staff_alone()
            changed = await CoverageService(session).refresh()
        return {"lines": done, "forgotten": forgotten, "coverageChanged": changed}

    return run


async def _read(ctx: JobContext, feed: ChangeFeed, after: int) -> int:
    """Take in every page after a roster version; how many lines there were."""
    assert ctx.tenant is not None  # noqa: S101 - started by an event of a tenant
    done = 0
    async for lines, mark in feed.pages("sync", ctx.tenant, after, parse_page):
        async with ctx.transaction() as session:
            await RosterService(session).take_in(lines, mark.version)
        done += len(lines)
        await ctx.progress(done)
    return done
