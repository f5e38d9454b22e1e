"""What enrollers see of the mail, and what they may have sent: a mail again, or a message to all."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.address.service import AddressService
from services.training.enrolment.service import EnrolmentService
from services.training.invitation.errors import NothingToRepeat, TooManyMails
from services.training.invitation.models import Mail, SessionMessage
from services.training.invitation.repository import InvitationRepository
from services.training.session.models import Enrolment
from services.training.session.service import SessionService
from shared.contracts.training_mail import SessionMessageSent
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish

A_DAY = timedelta(days=1)
MESSAGES_A_DAY = 3
REPEATS_A_DAY = 3
_KINDS = {"waiting": "waiting", "offered": "offer"}


class DeskService:
    """`units` are those whose people the caller may see or enrol; None means all."""

    def __init__(self, session: AsyncSession, units: frozenset[UUID] | None) -> None:
        self._session = session
        self._units = units
        self._mails = InvitationRepository(session)

    async def of_session(
        self, session_id: UUID, limit: int, after: UUID | None, state: str | None
    ) -> Sequence[tuple[Mail, str]]:
        """(Mail, display name), oldest first; NotFound without the session."""
        await SessionService(self._session).get(session_id)
        return await self._mails.listed(limit, after, session_id=session_id, state=state, units=self._units)

    async def of_enrolment(self, enrolment_id: UUID, limit: int, after: UUID | None) -> Sequence[tuple[Mail, str]]:
        """The same of one enrolment."""
        await EnrolmentService(self._session, self._units).read(enrolment_id)
        return await self._mails.listed(limit, after, enrolment_id=enrolment_id, units=self._units)

    async def repeat(self, enrolment_id: UUID) -> int:
        """Write what the person should know again, with the same UID and SEQUENCE; an address that was refused is
        tried again. Raises NothingToRepeat, TooManyMails."""
        enrolment, _ = await EnrolmentService(self._session, self._units).read(enrolment_id)
        await SessionService(self._session).lock_for_seats(enrolment.session_id)
        if await self._mails.repeats_since(enrolment.id, clock.now() - A_DAY) >= REPEATS_A_DAY:
            raise TooManyMails()
        mails = await self._again(enrolment)
        if not mails:
            raise NothingToRepeat(state=enrolment.state)
        await AddressService(self._session).try_again(enrolment.person_id)
        await self._mails.add_mails(mails)
        await record(self._session, "enrolment.repeat_mail", "enrolment", enrolment.id, after={"written": len(mails)})
        return len(mails)

    async def write(self, session_id: UUID, subject: str, text: str, author: UUID) -> tuple[SessionMessage, int]:
        """A message to everybody with a seat; how many that is. Raises TooManyMails."""
        await SessionService(self._session).lock_for_seats(session_id)
        if await self._mails.messages_since(session_id, clock.now() - A_DAY) >= MESSAGES_A_DAY:
            raise TooManyMails()
        message = SessionMessage(
            tenant_id=tenant_of(self._session), session_id=session_id, subject=subject, body=text, created_by=author
        )
        await self._mails.save(message)
        seated = await self._mails.seated(session_id)
        mails = [
            Mail(
                tenant_id=message.tenant_id,
                enrolment_id=row.id,
                session_id=session_id,
                person_id=row.person_id,
                message_id=message.id,
                kind="message",
                key=f"{message.id}:{row.id}",
            )
            for row in seated
        ]
        await self._mails.add_mails(mails)
        told = {"announcement_id": message.id, "session_id": session_id, "recipients": len(mails)}
        after = {"session_id": str(session_id), "recipients": len(mails)}
        await record(self._session, "session_message.send", "session_message", message.id, after=after)
        await publish(self._session, SessionMessageSent.model_validate(told))
        return message, len(mails)

    async def _again(self, enrolment: Enrolment) -> list[Mail]:
        """The mails that say what is so, each under a key of its own."""
        time = new_id()
        common: dict[str, Any] = {
            "tenant_id": enrolment.tenant_id,
            "enrolment_id": enrolment.id,
            "session_id": enrolment.session_id,
            "person_id": enrolment.person_id,
        }
        if enrolment.state in _KINDS:
            kind = _KINDS[enrolment.state]
            return [Mail(**common, kind=kind, key=f"again:{time}:0")]
        if enrolment.state not in ("confirmed", "attended", "partial"):
            return []
        known = (await self._mails.invitations([enrolment.id])).get(enrolment.id, [])
        return [
            Mail(
                **common, kind="invitation", key=f"again:{time}:{row.part}", invitation_id=row.id, sequence=row.sequence
            )
            for row in known
            if not row.is_cancelled and row.ends_at > clock.now()
        ]
