"""Following the roster: an event says that there is a new version, a job reads what changed."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.address.service import AddressSeal, AddressService
from services.training.coverage.service import CoverageService
from services.training.roster.service import KEPT, RosterService
from shared.contracts.sync import PersonProtected, RosterApplied, changes_of, parse_page
from shared.kit.kit_tables import forget_answers
from shared.queue import EventEnvelope, JobContext, JobHandler, start_job
from shared.queue.changes import ChangeFeed

FOLLOW = "roster.follow"
Leave = Callable[[AsyncSession], Awaitable[int]]


async def on_roster_applied(session: AsyncSession, envelope: EventEnvelope, event: RosterApplied) -> None:
    """Start reading; the pages are too much work for one event's transaction."""
    await start_job(session, FOLLOW, {"version": event.version_to})


async def on_person_protected(session: AsyncSession, envelope: EventEnvelope, event: PersonProtected) -> None:
    """Forget name and address now, in stored answers too; the alias comes with the next page of the change feed."""
    await RosterService(session).hide(event.person_id, event.version)
    await AddressService(session).forget(event.person_id)
    await forget_answers(session)


def follow_roster(feed: ChangeFeed, seal: AddressSeal | None, leave: Leave) -> JobHandler:
    """The job that brings the copies of its tenant up to date and refreshes the coverage; may run twice.

    `leave` takes the seats to come from who is not in the roster any more. The feed is read from its beginning where
    it passed by somebody who works here now, or has a seat now."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            version = await RosterService(session).version()
        done = await _read(ctx, feed, version, seal)
        async with ctx.transaction() as session:
            lacks = await RosterService(session).lacks_staff() or await AddressService(session, seal).lacks()
        if lacks and version > 0:
            done += await _read(ctx, feed, 0, seal)
        async with ctx.transaction() as session:
            forgotten = await RosterService(session).keep_staff_alone()
            await AddressService(session).keep()
            changed = await CoverageService(session).refresh()
        async with ctx.transaction() as session:
            left = await leave(session)
        return {"lines": done, "forgotten": forgotten, "coverageChanged": changed, "left": left}

    return run


async def _read(ctx: JobContext, feed: ChangeFeed, after: int, seal: AddressSeal | None) -> int:
    """Take in every page after a roster version; how many lines there were."""
    assert ctx.tenant is not None  # noqa: S101 - started by an event of a tenant
    done = 0
    async for lines, mark in feed.pages("sync", ctx.tenant, after, parse_page, changes_of(*KEPT)):
        async with ctx.transaction() as session:
            await RosterService(session).take_in(lines, mark.version)
            await AddressService(session, seal).take_in(lines)
        done += len(lines)
        await ctx.progress(done)
    return done
