"""Following the platform: an event says that its export was read, a job fetches who has access."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.access.service import AccessService
from services.training.signal.service import SignalService
from shared.contracts.sync_access import AccountSeen, PlatformSeen, parse_access_page
from shared.contracts.sync_verification import PlatformCompared
from shared.queue import EventEnvelope, JobContext, JobHandler, start_job
from shared.queue.changes import ChangeFeed

FOLLOW = "access.follow"
_PATH = "platform-access"


async def on_platform_compared(session: AsyncSession, envelope: EventEnvelope, event: PlatformCompared) -> None:
    """Start reading; the accounts of everybody are too much for one event's transaction."""
    await start_job(session, FOLLOW, {"comparison": event.comparison_id}, slot=str(event.comparison_id))


def follow_access(feed: ChangeFeed) -> JobHandler:
    """The job that copies accounts and last logins of its tenant and computes the signals anew; may run twice."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        assert ctx.tenant is not None  # noqa: S101 - started by an event of a tenant
        accounts, sight = list[AccountSeen](), PlatformSeen()
        async for lines, seen in feed.pages("sync", ctx.tenant, 0, parse_access_page, _PATH):
            accounts, sight = accounts + lines, seen
            await ctx.progress(len(accounts))
        async with ctx.transaction() as session:
            is_newer = await AccessService(session).take_in(accounts, sight)
            changed = await SignalService(session).refresh() if is_newer else 0
        return {"accounts": len(accounts), "changed": changed}

    return run
