"""Following the platform: an event says that its export was read; logins through us are asked for by the clock."""

from typing import Any
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.access.service import AccessService
from services.training.signal.service import SignalService
from shared.contracts.identity_access import parse_logins_page
from shared.contracts.sync_access import AccountSeen, PlatformSeen, parse_access_page
from shared.contracts.sync_verification import PlatformCompared
from shared.kit.problems import Unavailable
from shared.queue import EventEnvelope, JobContext, JobHandler, start_job
from shared.queue.changes import ChangeFeed

log = structlog.get_logger(__name__)

FOLLOW = "access.follow"
FOLLOW_LOGINS = "logins.follow"
_PATH = "platform-access"


async def on_platform_compared(session: AsyncSession, envelope: EventEnvelope, event: PlatformCompared) -> None:
    """Start reading; the accounts of everybody are too much for one event's transaction."""
    await start_job(session, FOLLOW, {"comparison": event.comparison_id}, slot=str(event.comparison_id))


def follow_access(feed: ChangeFeed) -> JobHandler:
    """The job that copies accounts and last logins of its tenant and computes the signals anew; may run twice.

    All of it is held until the last page has come, since one look replaces the other as a whole: 0.6 KB for
    each who works there."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        assert ctx.tenant is not None  # noqa: S101 - started by an event of a tenant
        accounts, sight = list[AccountSeen](), PlatformSeen()
        async for lines, seen in feed.pages("sync", ctx.tenant, 0, parse_access_page, _PATH):
            accounts.extend(lines)
            sight = seen
            await ctx.progress(len(accounts))
        async with ctx.transaction() as session:
            is_newer = await AccessService(session).take_in(accounts, sight)
            changed = await SignalService(session).refresh() if is_newer else 0
        return {"accounts": len(accounts), "changed": changed}

    return run


def follow_logins(feed: ChangeFeed) -> JobHandler:
    """The job that reads, for every tenant that has named its platform, who has logged in there; may run twice.

    A tenant whose logins cannot be read now keeps nobody else waiting: they are read with the next run."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            tenants = await AccessService(session).tenants()
        read = 0
        for done, tenant in enumerate(tenants, start=1):
            try:
                read += await _follow(ctx, feed, tenant)
            except (Unavailable, ValueError) as failed:
                log.warning("logins_not_read", tenant=str(tenant), reason=str(failed))
            await ctx.progress(done, len(tenants))
        return {"tenants": len(tenants), "logins": read}

    return run


async def _follow(ctx: JobContext, feed: ChangeFeed, tenant: UUID) -> int:
    """Take in a tenant's logins since the last time; how many people there were."""
    async with ctx.transaction(tenant) as session:
        policy = await AccessService(session).policy()
        client_id, after = policy.client_id, policy.read_until
    if client_id is None:
        return 0
    read = 0
    async for logins, mark in feed.pages("identity", tenant, after, parse_logins_page, f"client-logins/{client_id}"):
        async with ctx.transaction(tenant) as session:
            until = mark.version if mark.next is None else None
            if not await AccessService(session).log_in(client_id, logins, until):
                return read
        read += len(logins)
    if read:
        async with ctx.transaction(tenant) as session:
            await SignalService(session).refresh()
    return read
