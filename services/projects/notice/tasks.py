"""Sending mail: what people are to be told is claimed and sent every quarter of an hour, a code at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.projects.notice.sealing import Sealer
from services.projects.notice.service import CONFIRM, MailService, Out
from shared.kit.mail import Mailer, MailSettings
from shared.queue import JobContext, JobHandler, Schedule
from shared.queue.mailing import send_mail

SEND = "notice.send"
NOTICE_SCHEDULE = (Schedule(SEND, every=timedelta(minutes=15)),)

_TENANTS = text("SELECT plan_tenants()")


@dataclass(frozen=True)
class Post:
    """Everything that a mail needs on its way."""

    mailer: Mailer
    out: Out

    @classmethod
    def of(cls, settings: MailSettings) -> "Post":
        return cls(Mailer(settings), Out(Sealer(settings.file_key_bytes()), settings.public_url))


async def send_all(ctx: JobContext, post: Post) -> dict[str, Any]:
    """Claim and send for every tenant, one transaction for each person and mail; what was told is not told again."""
    counts = {"sent": 0, "delayed": 0, "refused": 0}
    async with ctx.transaction() as session:
        tenants = (await session.execute(_TENANTS)).scalars().all()
    for done, tenant in enumerate(tenants, start=1):
        async with ctx.transaction(tenant) as session:
            accounts = await MailService(session, post.out).recipients()
        for account_id in accounts:
            async with ctx.transaction(tenant) as session:
                await MailService(session, post.out).plan(account_id)
        async with ctx.transaction(tenant) as session:
            waiting = await MailService(session, post.out).waiting()
        for mail_id in waiting:
            outcome = await deliver(ctx, tenant, mail_id, post)
            if outcome in counts:
                counts[outcome] += 1
        await ctx.progress(done, len(tenants))
    return counts


async def deliver(ctx: JobContext, tenant: UUID | None, mail_id: UUID, post: Post) -> str:
    """Send one mail; says what became of it."""
    return await send_mail(ctx, tenant, mail_id, post.mailer, lambda session: MailService(session, post.out))


def notice_jobs(post: Post | None) -> Mapping[str, JobHandler]:
    """The long work of this feature, by kind. Where no way out is set nothing is claimed, and codes wait."""

    async def send(ctx: JobContext) -> dict[str, Any]:
        return await send_all(ctx, post) if post and post.mailer.enabled else {"sent": 0}

    async def confirm(ctx: JobContext) -> dict[str, Any]:
        if post is None or not post.mailer.enabled:
            return {"outcome": "left"}
        return {"outcome": await deliver(ctx, ctx.tenant, UUID(ctx.params["mail"]), post)}

    return {SEND: send, CONFIRM: confirm}
