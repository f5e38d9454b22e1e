"""Mails from the row to their end. Each is marked before it leaves; one whose worker died then is sent once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.address.service import AddressSeal, AddressService
from services.training.invitation import letters
from services.training.invitation.letters import About, Sender
from services.training.invitation.models import Invitation, Mail, MailState
from services.training.invitation.repository import InvitationRepository
from services.training.invitation.timing import Quiet
from services.training.wording.defaults import KINDS
from services.training.wording.service import WordingService
from shared.contracts.training_mail import MailNotDelivered
from shared.kit import clock
from shared.kit.mail import Letter, MailRefused
from shared.kit.text import LANGUAGES, Lang, Text
from shared.queue import publish

TRIES = 6
_FIRST_PAUSE = timedelta(minutes=5)
_LEASE = timedelta(minutes=10)
"""After it, whoever was sending a mail is taken for dead."""
_ROSTER_IS_READ = timedelta(hours=1)
"""So long a mail waits for the roster to be read anew."""
_SEATED = ("confirmed", "attended", "partial")
_STATES = {"waiting": ("waiting",), "offer": ("offered",), "left": ("cancelled",), "reminder": (*_SEATED, "no_show"),
           "message": _SEATED}  # fmt: skip


@dataclass(frozen=True)
class Out:
    """What mails need of the settings: the key that opens addresses, and where they come from."""

    seal: AddressSeal
    sender: Sender


class MailService:
    """The mails of the session's tenant."""

    def __init__(self, session: AsyncSession, out: Out) -> None:
        self._session = session
        self._out = out
        self._mails = InvitationRepository(session)
        self._addresses = AddressService(session, out.seal)

    async def waiting(self, limit: int) -> Sequence[UUID]:
        """Mails to be tried now."""
        return await self._mails.waiting(clock.now(), limit)

    async def begin(self, mail_id: UUID) -> Letter | None:
        """The letter of a mail that is due, marked as leaving; None where it is not to be sent (now, or ever)."""
        mail, now = await self._mails.mail(mail_id), clock.now()
        if mail is None or mail.next_try_at is None or mail.next_try_at > now:
            return None
        if mail.state == MailState.sending and mail.is_repeated:
            await self._end(mail, MailState.failed, "given_up")
            return None
        mail.is_repeated = mail.is_repeated or mail.state == MailState.sending
        invitation = await self._mails.invitation(mail.invitation_id) if mail.invitation_id else None
        facts = await self._mails.facts(mail.enrolment_id)
        if facts is None or not await self._still_says(mail, invitation, facts):
            await self._end(mail, MailState.dropped, None)
            return None
        if invitation is not None and await self._is_night(mail, invitation):
            return None
        address = await self._address(mail)
        if address is None:
            return None
        mail.state, mail.attempts, mail.next_try_at = MailState.sending, mail.attempts + 1, now + _LEASE
        await self._mails.save(mail)
        return await self._letter(mail, invitation, facts, address)

    async def sent(self, mail_id: UUID) -> None:
        """The mail has left. Another run may be looking at it: what has happened is written down nevertheless."""
        if mail := await self._mails.mail(mail_id, waits=True):
            mail.sent_at = clock.now()
            await self._end(mail, MailState.sent, None)

    async def delayed(self, mail_id: UUID) -> None:
        """Try again later, each pause twice the former; after the last try it has failed."""
        mail = await self._mails.mail(mail_id, waits=True)
        if mail is None:
            return
        if mail.attempts >= TRIES:
            await self._end(mail, MailState.failed, "given_up")
            return
        mail.state, mail.is_repeated = MailState.waiting, False
        mail.next_try_at = clock.now() + _FIRST_PAUSE * 2 ** (mail.attempts - 1)
        await self._mails.save(mail)

    async def refused(self, mail_id: UUID, refusal: MailRefused) -> None:
        """The mail has failed; where the address is to blame, nothing more is sent to it."""
        mail = await self._mails.mail(mail_id, waits=True)
        if mail is None:
            return
        if refusal.blames_address:
            await self._addresses.refused(mail.person_id)
            await self._end(mail, MailState.unreachable, "bounced")
        else:
            await self._end(mail, MailState.failed, "refused")

    async def _address(self, mail: Mail) -> str | None:
        """Where the mail goes; without an address it ends, or waits until the roster was read for one."""
        address, why = await self._addresses.find(mail.person_id)
        if address is None and why == "unread" and mail.created_at > clock.now() - _ROSTER_IS_READ:
            mail.state, mail.next_try_at = MailState.waiting, clock.now() + timedelta(minutes=1)
            await self._mails.save(mail)
        elif address is None:
            await self._end(mail, MailState.unreachable, "bounced" if why == "bounced" else "no_address")
        return address

    async def _still_says(self, mail: Mail, invitation: Invitation | None, facts: Any) -> bool:
        """Whether the mail says what is so: a later one may have overtaken it."""
        if mail.kind in _STATES and facts.state not in _STATES[mail.kind]:
            return False
        if invitation is None:
            return mail.invitation_id is None
        if invitation.sequence != mail.sequence:
            return False
        if mail.kind == "reminder":
            return facts.session_state == "planned" and invitation.starts_at > clock.now()
        if mail.kind != "cancellation":
            return True
        before = await self._mails.states(invitation.id, ["invitation", "change"])
        return any(state != MailState.dropped for state in before)  # who was never invited is not disinvited

    async def _is_night(self, mail: Mail, invitation: Invitation) -> bool:
        """Whether a reminder that comes late waits for the morning, where that is before the session."""
        if mail.kind != "reminder":
            return False
        rule = await WordingService(self._session).rule()
        quiet, now = Quiet(rule.quiet_from, rule.quiet_to), clock.now()
        if not quiet.holds(now, invitation.zone):
            return False
        morning = quiet.until(now, invitation.zone)
        if morning >= invitation.starts_at:
            return False
        mail.state, mail.next_try_at = MailState.waiting, morning
        await self._mails.save(mail)
        return True

    async def _letter(self, mail: Mail, invitation: Invitation | None, facts: Any, address: str) -> Letter:
        lang = await self._language(mail.person_id)
        slots = await self._mails.slots(mail.session_id)
        message = await self._mails.message(mail.message_id) if mail.message_id else None
        about = About(
            mail.enrolment_id,
            Text.model_validate(facts.title).pick(lang),
            slots,
            told=invitation,
            expires=facts.offer_expires_at,
            subject=message.subject if message else "",
            text=message.body if message else "",
        )
        kind = next(one for one in KINDS if one == mail.kind)
        words = await WordingService(self._session).words(kind, lang)
        return letters.letter(words, about, address, self._out.sender, mail.id)

    async def _language(self, person_id: UUID) -> Lang:
        chosen = await self._addresses.language(person_id)
        if chosen is not None:
            return chosen
        rule = await WordingService(self._session).rule()
        return next(lang for lang in LANGUAGES if lang == rule.language)

    async def _end(self, mail: Mail, state: MailState, reason: str | None) -> None:
        """The mail's end; whoever enrols is told where it did not arrive."""
        mail.state, mail.reason, mail.next_try_at = state, reason, None
        await self._mails.save(mail)
        if reason is None:
            return
        facts = {
            "letter_id": mail.id,
            "enrolment_id": mail.enrolment_id,
            "session_id": mail.session_id,
            "reason": reason,
        }
        await publish(self._session, MailNotDelivered.model_validate(facts))
