"""Mails from claim to end. Each is marked before it leaves: a crash may lose one mail and never repeats one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.notice import letters
from services.projects.notice.composing import Composer
from services.projects.notice.models import AddressState, MailKind, MailState, NoticeMail, NotificationPreference
from services.projects.notice.planning import Planner, is_quiet
from services.projects.notice.repository import NoticeRepository
from services.projects.notice.sealing import Sealer
from services.projects.notice.service.preferences import NoticeService
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle
from shared.kit.mail import Letter, MailRefused
from shared.kit.text import Lang

TRIES = 6
_FIRST_PAUSE = timedelta(minutes=5)
_LANGUAGES: dict[str, Lang] = {"sv": "sv", "da": "da", "en": "en"}


@dataclass(frozen=True)
class Out:
    """What the mails need of the settings: the key that opens addresses, and the URL that links begin with."""

    sealer: Sealer
    base: str


class MailService:
    """The mails of the session's tenant."""

    def __init__(self, session: AsyncSession, out: Out) -> None:
        self._session = session
        self._out = out
        self._notices = NoticeRepository(session)

    async def recipients(self) -> Sequence[UUID]:
        """The accounts with a confirmed address."""
        return await self._notices.confirmed()

    async def waiting(self) -> Sequence[UUID]:
        """Mails to be tried now."""
        return await self._notices.waiting(clock.now())

    async def plan(self, account_id: UUID) -> int:
        """Claim what the account is to be told now; returns how many mails that makes. Nothing in quiet hours."""
        preference, now = await self._notices.preference(account_id, lock=True), clock.now()
        if preference is None or not await self._may_be_told(preference) or is_quiet(preference, now):
            return 0
        made = 0
        for kind, claims in (await Planner(self._session).claims(preference, now)).items():
            if not claims:
                continue
            mail = NoticeMail(tenant_id=tenant_of(self._session), account_id=account_id, kind=kind)
            if await self._notices.claim(mail, claims):
                made += 1
            else:
                await self._session.delete(mail)
                await self._session.flush()
        return made

    async def begin(self, mail_id: UUID) -> Letter | None:
        """The letter of a waiting mail, marked as leaving; None where it is not to be sent (now, or ever)."""
        mail = await self._notices.mail(mail_id)
        if mail is None or mail.state != MailState.waiting:
            return None
        preference = await self._notices.preference(mail.account_id, lock=True)
        if preference is not None and mail.kind != MailKind.confirmation and is_quiet(preference, clock.now()):
            return None
        letter = await self._letter(mail, preference) if preference else None
        mail.state = MailState.sending if letter else MailState.dropped
        mail.attempts += 1
        await self._notices.save(mail)
        return letter

    async def sent(self, mail_id: UUID) -> None:
        if mail := await self._notices.mail(mail_id, waits=True):
            mail.state, mail.sent_at = MailState.sent, clock.now()
            await self._notices.save(mail)

    async def delayed(self, mail_id: UUID) -> None:
        """Try again later, each pause four times the former; after the last try it has failed."""
        if mail := await self._notices.mail(mail_id, waits=True):
            mail.state = MailState.waiting if mail.attempts < TRIES else MailState.failed
            mail.next_try_at = clock.now() + _FIRST_PAUSE * 4 ** (mail.attempts - 1)
            await self._notices.save(mail)

    async def refused(self, mail_id: UUID, refusal: MailRefused) -> None:
        """The mail has failed; where the address is to blame, nothing more is sent to it."""
        mail = await self._notices.mail(mail_id, waits=True)
        if mail is None:
            return
        mail.state = MailState.failed
        await self._notices.save(mail)
        preference = await self._notices.preference(mail.account_id, lock=True)
        if preference is not None and refusal.blames_address and preference.address_sealed is not None:
            preference.address_state, preference.code_sealed = AddressState.bouncing, None
            await self._notices.save(preference)

    async def _may_be_told(self, preference: NotificationPreference) -> bool:
        is_confirmed = preference.address_state == AddressState.confirmed
        return is_confirmed and not await self._notices.is_paused(preference)

    async def _letter(self, mail: NoticeMail, preference: NotificationPreference) -> Letter | None:
        to = self._out.sealer.open(preference.address_sealed, preference, "address")
        kind, lang = MailKind(mail.kind), _LANGUAGES[preference.language]
        if to is None:
            return None
        if kind is MailKind.confirmation:
            if preference.address_state != AddressState.unconfirmed:
                return None
            code = NoticeService(self._session, self._out.sealer).new_code(preference)
            await self._notices.save(preference)
            text, html = letters.confirmation(code, lang)
            return Letter(to, letters.subject(kind, lang), text, html, lang)
        if not await self._may_be_told(preference) or not _wants(preference, kind):
            return None
        about = [one.about_id for one in await self._notices.told_in(mail.id) if one.about_id is not None]
        meetings = await self._notices.meetings(about) if kind is MailKind.summons else []
        composer = Composer(self._session, lang, self._out.base)
        said = await composer.listing(kind, mail.account_id, about, meetings)
        if said is None:
            return None
        handle = Handle.new(mail.tenant_id)
        mail.secret_hash = handle.digest
        way_out = f"{self._out.base.rstrip('/')}/projects/v1/unsubscriptions/{handle.text}"
        return Letter(to, letters.subject(kind, lang), *said, lang, way_out)


def _wants(preference: NotificationPreference, kind: MailKind) -> bool:
    """Whether the kind of mail is still wanted when it is about to leave."""
    wanted = {
        MailKind.digest: preference.digest != "off",
        MailKind.reminder: preference.has_reminders,
        MailKind.summons: preference.has_summons,
    }
    return wanted.get(kind, True)
