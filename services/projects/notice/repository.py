"""Every statement about preferences and mails."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.notice.models import (
    AddressState,
    MailKind,
    MailState,
    NoticeMail,
    NotificationPreference,
    SentNotice,
)
from shared.kit.db import tenant_of
from shared.kit.ids import new_id

_PAUSED = text(
    "SELECT EXISTS (SELECT FROM access_cutoff WHERE tenant_id = :tenant AND account_id = :account"
    " AND not_before > :since)"
)
_MEETINGS = text(
    "SELECT t.id, t.held_on, t.local_start, t.zone, t.state, t.summon_by, b.title FROM meeting t"
    " JOIN body b ON b.tenant_id = t.tenant_id AND b.id = t.body_id"
    " WHERE t.tenant_id = :tenant AND t.id = ANY(:ids) ORDER BY t.held_on, t.local_start, t.id"
).columns(title=JSONB)


class NoticeRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def save(self, row: NotificationPreference | NoticeMail) -> None:
        self._session.add(row)
        await self._session.flush()

    async def preference(self, account_id: UUID, *, lock: bool = False) -> NotificationPreference | None:
        query = select(NotificationPreference).where(
            NotificationPreference.tenant_id == tenant_of(self._session),
            NotificationPreference.account_id == account_id,
        )
        query = query.with_for_update().execution_options(populate_existing=True) if lock else query
        return (await self._session.exec(query)).one_or_none()

    async def confirmed(self) -> Sequence[UUID]:
        """The accounts that may be mailed."""
        query = select(NotificationPreference.account_id).where(
            NotificationPreference.tenant_id == tenant_of(self._session),
            NotificationPreference.address_state == AddressState.confirmed,
        )
        return (await self._session.exec(query.order_by(col(NotificationPreference.id)))).all()

    async def is_paused(self, preference: NotificationPreference) -> bool:
        """Whether access was removed after the preferences were saved."""
        values = {"tenant": preference.tenant_id, "account": preference.account_id, "since": preference.updated_at}
        return bool((await self._session.execute(_PAUSED, values)).scalar_one())

    async def codes_since(self, account_id: UUID, since: datetime) -> int:
        query = select(func.count()).where(
            col(NoticeMail.tenant_id) == tenant_of(self._session),
            col(NoticeMail.account_id) == account_id,
            col(NoticeMail.kind) == MailKind.confirmation,
            col(NoticeMail.created_at) > since,
        )
        return (await self._session.exec(query)).one()

    async def mail(self, mail_id: UUID, *, waits: bool = False) -> NoticeMail | None:
        """Held until the end of the transaction; None where it is no more, or while another worker holds it, unless
        the caller waits."""
        query = (
            select(NoticeMail)
            .where(NoticeMail.tenant_id == tenant_of(self._session), NoticeMail.id == mail_id)
            .with_for_update(skip_locked=not waits)
        )
        return (await self._session.exec(query.execution_options(populate_existing=True))).one_or_none()

    async def by_secret(self, digest: bytes) -> NoticeMail | None:
        query = select(NoticeMail).where(
            NoticeMail.tenant_id == tenant_of(self._session), NoticeMail.secret_hash == digest
        )
        return (await self._session.exec(query)).one_or_none()

    async def waiting(self, now: datetime) -> Sequence[UUID]:
        """Mails that are to be tried now, the oldest first."""
        query = select(NoticeMail.id).where(
            NoticeMail.tenant_id == tenant_of(self._session),
            NoticeMail.state == MailState.waiting,
            col(NoticeMail.next_try_at) <= now,
        )
        return (await self._session.exec(query.order_by(col(NoticeMail.id)))).all()

    async def claim(self, mail: NoticeMail, keys: Collection[tuple[str, str, UUID | None]]) -> int:
        """Take these (kind, key, about) for the mail, but for those that were told before; returns how many are new."""
        await self.save(mail)
        if not keys:
            return 0
        rows = [
            {
                "tenant_id": mail.tenant_id, "id": new_id(), "account_id": mail.account_id, "mail_id": mail.id,
                "kind": kind, "key": key, "about_id": about,
            }
            for kind, key, about in keys
        ]  # fmt: skip
        done = insert(SentNotice).values(rows).on_conflict_do_nothing().returning(col(SentNotice.id))
        return len((await self._session.execute(done)).all())

    async def told_in(self, mail_id: UUID) -> Sequence[SentNotice]:
        query = select(SentNotice).where(
            SentNotice.tenant_id == tenant_of(self._session), SentNotice.mail_id == mail_id
        )
        return (await self._session.exec(query.order_by(col(SentNotice.id)))).all()

    async def meetings(self, ids: Collection[UUID]) -> Sequence[Any]:
        values = {"tenant": tenant_of(self._session), "ids": list(ids)}
        return (await self._session.execute(_MEETINGS, values)).all()

    async def mails_of(self, account_id: UUID) -> Sequence[NoticeMail]:
        query = select(NoticeMail).where(
            NoticeMail.tenant_id == tenant_of(self._session), NoticeMail.account_id == account_id
        )
        return (await self._session.exec(query.order_by(col(NoticeMail.id)))).all()

    async def forget(self, account_id: UUID) -> int:
        """Remove all that is held about an account; returns how many rows that were."""
        removed = 0
        for table in (SentNotice, NoticeMail, NotificationPreference):
            done = await self._session.execute(
                delete(table)
                .where(col(table.tenant_id) == tenant_of(self._session), col(table.account_id) == account_id)
                .returning(col(table.id))
            )
            removed += len(done.all())
        return removed
