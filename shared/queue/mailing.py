"""One mail from its row to the host, for every service that mails; no transaction is open while the host is asked."""

from collections.abc import Callable
from typing import Literal, Protocol
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.mail import Letter, MailDelayed, Mailer, MailRefused
from shared.queue.runner import JobContext

log = structlog.get_logger(__name__)

Outcome = Literal["left", "sent", "delayed", "refused"]


class Mailbag(Protocol):
    """The mails of one transaction. What `begin` gives is marked as leaving; each of the others ends that."""

    async def begin(self, mail_id: UUID) -> Letter | None: ...
    async def sent(self, mail_id: UUID) -> None: ...
    async def delayed(self, mail_id: UUID) -> None: ...
    async def refused(self, mail_id: UUID, refusal: MailRefused) -> None: ...


async def send_mail(
    ctx: JobContext, tenant: UUID | None, mail_id: UUID, mailer: Mailer, bag: Callable[[AsyncSession], Mailbag]
) -> Outcome:
    """What became of it; `left` where it is not to be sent, now or ever."""
    async with ctx.transaction(tenant) as session:
        letter = await bag(session).begin(mail_id)
    if letter is None:
        return "left"
    try:
        await mailer.send(letter)
    except MailDelayed as delay:
        log.warning("mail_delayed", mail=str(mail_id), reason=str(delay))
        async with ctx.transaction(tenant) as session:
            await bag(session).delayed(mail_id)
        return "delayed"
    except MailRefused as refusal:
        log.warning("mail_refused", mail=str(mail_id), reason=str(refusal))
        async with ctx.transaction(tenant) as session:
            await bag(session).refused(mail_id, refusal)
        return "refused"
    async with ctx.transaction(tenant) as session:
        await bag(session).sent(mail_id)
    return "sent"
