"""Telling people: every minute what changed and what is due becomes mails, and all mail that waits leaves."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.training.address.service import AddressSeal, AddressService
from services.training.coverage.service import CoverageService
from services.training.invitation.letters import Sender
from services.training.invitation.service import FollowingService, MailService, Out
from services.training.roster.tasks import FOLLOW
from services.training.settings import Settings
from shared.kit import clock
from shared.kit.mail import Mailer
from shared.queue import JobContext, JobHandler, Schedule, start_job
from shared.queue.mailing import send_mail

TELL = "invitations.tell"
INVITATION_SCHEDULE = (Schedule(TELL, every=timedelta(minutes=1)),)
_AT_ONCE = 500
"""Mails that are sent for a tenant before it is another's turn."""
_PATIENCE = 5
"""Delays in a row after which a run takes the mail host for down, and leaves the rest for later."""
_ASK_EVERY = timedelta(minutes=10)


@dataclass(frozen=True)
class Post:
    """Everything that mails need on their way, of which so many leave together."""

    mailer: Mailer
    out: Out
    at_a_time: int = 5

    @classmethod
    def of(cls, settings: Settings) -> "Post":
        sender = Sender(settings.mail_from, settings.front_end_url or settings.public_url)
        return cls(Mailer(settings), Out(AddressSeal(settings.file_key_bytes()), sender))


async def tell_all(ctx: JobContext, post: Post) -> dict[str, Any]:
    """Every tenant, one transaction for each session and mail; what was told is not told again. Whoever has more to
    send than goes in one turn gets another when the others have had theirs."""
    counts = {"written": 0, "sent": 0, "delayed": 0, "refused": 0}
    async with ctx.transaction() as session:
        tenants = list(await CoverageService(session).tenants())
    for tenant in tenants:
        await _ask_for_addresses(ctx, tenant, post)
        counts["written"] += await _write(ctx, tenant)
    while tenants:
        sent = {tenant: await _send(ctx, tenant, post) for tenant in tenants}
        for outcome in ("sent", "delayed", "refused"):
            counts[outcome] += sum(each[outcome] for each in sent.values())
        await ctx.progress(counts["sent"])
        tenants = [tenant for tenant, each in sent.items() if each["tried"] == _AT_ONCE]
    return counts


async def _ask_for_addresses(ctx: JobContext, tenant: UUID, post: Post) -> None:
    """Have the roster read again where it passed by somebody who has a seat now."""
    async with ctx.transaction(tenant) as session:
        if await AddressService(session, post.out.seal).lacks():
            slot = int(clock.now().timestamp() // _ASK_EVERY.total_seconds())
            await start_job(session, FOLLOW, {"reason": "addresses"}, slot=f"addresses-{slot}")


async def _write(ctx: JobContext, tenant: UUID) -> int:
    async with ctx.transaction(tenant) as session:
        due = await FollowingService(session).due()
    written = 0
    for session_id in due:
        async with ctx.transaction(tenant) as session:
            written += await FollowingService(session).follow(session_id)
    async with ctx.transaction(tenant) as session:
        return written + await FollowingService(session).remind()


async def _send(ctx: JobContext, tenant: UUID, post: Post) -> dict[str, int]:
    counts = {"sent": 0, "delayed": 0, "refused": 0, "tried": 0}
    async with ctx.transaction(tenant) as session:
        waiting = await MailService(session, post.out).waiting(_AT_ONCE)
    delays = 0
    for start in range(0, len(waiting), post.at_a_time):
        some = waiting[start : start + post.at_a_time]
        counts["tried"] += len(some)
        for outcome in await asyncio.gather(*(deliver(ctx, tenant, mail_id, post) for mail_id in some)):
            if outcome in counts:
                counts[outcome] += 1
            delays = delays + 1 if outcome == "delayed" else 0
        if delays >= _PATIENCE:
            break
    return counts


async def deliver(ctx: JobContext, tenant: UUID, mail_id: UUID, post: Post) -> str:
    """Send one mail; says what became of it."""
    return await send_mail(ctx, tenant, mail_id, post.mailer, lambda session: MailService(session, post.out))


def invitation_jobs(settings: Settings) -> Mapping[str, JobHandler]:
    """The long work of this feature. Where no way out is set nobody is told, and nothing is taken for told."""
    post = Post.of(settings)

    async def tell(ctx: JobContext) -> dict[str, Any]:
        return await tell_all(ctx, post) if post.mailer.enabled else {"sent": 0}

    return {TELL: tell}
