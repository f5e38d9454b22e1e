"""What a person wants to be told, the address for it, and the way out of it."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.notice.errors import (
    AddressInvalid,
    CodeWrong,
    NothingToConfirm,
    TooManyCodes,
    UnsubscribeNotValid,
    ZoneUnknown,
)
from services.projects.notice.models import AddressState, Digest, MailKind, NoticeMail, NotificationPreference
from services.projects.notice.repository import NoticeRepository
from services.projects.notice.schemas import PreferenceInput, empty_preference
from services.projects.notice.sealing import Sealer
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle
from shared.kit.journal import record
from shared.kit.mail import ADDRESS
from shared.queue.jobs import start_job
from shared.web.preconditions import check_version

CONFIRM = "notice.confirm"
CODES_A_DAY = 3
CODE_LIVES = timedelta(hours=24)
ATTEMPTS = 5
# Without letters and digits that look alike.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 12
_PLAIN = ("digest", "has_reminders", "has_summons", "language", "zone", "quiet_from", "quiet_to")


class NoticeService:
    """The preferences of accounts in the session's tenant."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer
        self._notices = NoticeRepository(session)

    async def shown(self, account_id: UUID) -> dict[str, Any]:
        """The preferences with the address in the clear, for the person alone."""
        row = await self._notices.preference(account_id)
        if row is None:
            return empty_preference(account_id)
        address = self._sealer.open(row.address_sealed, row, "address")
        return row.model_dump() | {"address": address, "is_paused": await self._notices.is_paused(row)}

    async def save(self, account_id: UUID, version: int, wanted: PreferenceInput) -> None:
        """Raises StaleVersion, AddressInvalid, ZoneUnknown, TooManyCodes. The journal tells of no address."""
        _demand_valid(wanted)
        row = await self._notices.preference(account_id, lock=True)
        check_version(version, row.version if row else 0)
        is_new = row is None
        row = row or NotificationPreference(tenant_id=tenant_of(self._session), account_id=account_id)
        for name in _PLAIN:
            setattr(row, name, getattr(wanted, name))
        asks = "address" in wanted.model_fields_set and self._take_address(row, wanted.address)
        if not is_new:
            row.touch()
        await self._notices.save(row)
        if asks:
            await self._ask_for_code(row)
        after = {"digest": row.digest, "has_reminders": row.has_reminders, "address_state": row.address_state}
        await record(self._session, "notification_preference.change", "notification_preference", row.id, after=after)

    async def confirm(self, account_id: UUID, code: str) -> None:
        """Raises NothingToConfirm; CodeWrong must not undo the count of attempts, so the caller commits before it."""
        row = await self._notices.preference(account_id, lock=True)
        known = self._sealer.open(row.code_sealed, row, "code") if row else None
        if row is None or known is None or row.address_state != AddressState.unconfirmed:
            raise NothingToConfirm()
        if row.code_expires_at is None or row.code_expires_at <= clock.now() or row.code_attempts >= ATTEMPTS:
            raise NothingToConfirm()
        row.code_attempts += 1
        given = "".join(code.upper().split()).replace("-", "")
        if hmac.compare_digest(given.encode(), known.encode()):
            row.address_state, row.code_sealed, row.confirmed_at = AddressState.confirmed, None, clock.now()
            row.touch()
            after = {"address_state": row.address_state}
            name = "notification_preference"
            await record(self._session, f"{name}.confirm", name, row.id, after=after)
        await self._notices.save(row)

    async def demand_confirmed(self, account_id: UUID) -> None:
        """Raises CodeWrong unless the address is confirmed."""
        row = await self._notices.preference(account_id)
        if row is None or row.address_state != AddressState.confirmed:
            raise CodeWrong()

    async def unsubscribe(self, handle: Handle) -> None:
        """End all mail to the account whose mail carried the secret; again changes nothing. Raises
        UnsubscribeNotValid."""
        mail = await self._notices.by_secret(handle.digest)
        row = await self._notices.preference(mail.account_id, lock=True) if mail else None
        if row is None:
            raise UnsubscribeNotValid()
        row.digest, row.has_reminders, row.has_summons = Digest.off.value, False, False
        row.touch()
        await self._notices.save(row)
        name = "notification_preference"
        await record(self._session, f"{name}.unsubscribe", name, row.id, after={"digest": row.digest})

    def new_code(self, row: NotificationPreference) -> str:
        """A fresh code for an unconfirmed address; the former one is worth nothing any more."""
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        row.code_sealed = self._sealer.seal(code, row, "code")
        row.code_expires_at, row.code_attempts = clock.now() + CODE_LIVES, 0
        return "-".join(code[at : at + 4] for at in range(0, _CODE_LENGTH, 4))

    def _take_address(self, row: NotificationPreference, address: str | None) -> bool:
        """Store an address that is new; returns whether it needs a code."""
        if address is None:
            row.address_sealed, row.address_state, row.code_sealed = None, AddressState.none, None
            return False
        known = self._sealer.open(row.address_sealed, row, "address")
        if address == known and row.address_state == AddressState.confirmed:
            return False
        row.address_sealed = self._sealer.seal(address, row, "address")
        row.address_state, row.confirmed_at, row.code_sealed = AddressState.unconfirmed, None, None
        return True

    async def _ask_for_code(self, row: NotificationPreference) -> None:
        """Three a day: nobody fills a stranger's mailbox through us."""
        since = clock.now() - timedelta(days=1)
        if await self._notices.codes_since(row.account_id, since) >= CODES_A_DAY:
            raise TooManyCodes()
        mail = NoticeMail(tenant_id=row.tenant_id, account_id=row.account_id, kind=MailKind.confirmation)
        await self._notices.save(mail)
        await start_job(self._session, CONFIRM, {"mail": mail.id})


class NoticeData:
    """What is held about an account's mail, for whoever shows or forgets a person."""

    def __init__(self, session: AsyncSession) -> None:
        self._notices = NoticeRepository(session)

    async def preference(self, account_id: UUID) -> NotificationPreference | None:
        return await self._notices.preference(account_id)

    async def mails_of(self, account_id: UUID) -> Sequence[NoticeMail]:
        return await self._notices.mails_of(account_id)

    async def forget(self, account_id: UUID) -> int:
        """Returns how many rows were removed."""
        return await self._notices.forget(account_id)


def _demand_valid(wanted: PreferenceInput) -> None:
    try:
        ZoneInfo(wanted.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ZoneUnknown() from None
    if wanted.address is not None and ADDRESS.fullmatch(wanted.address) is None:
        raise AddressInvalid()
