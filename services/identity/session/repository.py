"""Every SELECT of sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.identity.account.models import Account
from services.identity.session.models import SessionClient, SsoSession


class SessionRepository:
    """The sessions of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: SsoSession) -> None:
        self._session.add(row)

    async def find_live(self, secret_hash: bytes, at: datetime) -> SsoSession | None:
        """The session that a cookie opens, while it and its account are open."""
        query = (
            select(SsoSession)
            .join(
                Account,
                (col(Account.tenant_id) == col(SsoSession.tenant_id)) & (col(Account.id) == col(SsoSession.account_id)),
            )
            .where(
                SsoSession.secret_hash == secret_hash,
                col(SsoSession.ended_at).is_(None),
                col(SsoSession.expires_at) > at,
                Account.state == "open",
            )
        )
        return (await self._session.exec(query)).one_or_none()

    async def of_account(self, account_id: UUID) -> Sequence[SsoSession]:
        query = select(SsoSession).where(SsoSession.account_id == account_id).order_by(col(SsoSession.id))
        return (await self._session.exec(query)).all()

    async def is_live(self, session_id: UUID, at: datetime) -> bool:
        query = select(SsoSession.id).where(
            SsoSession.id == session_id, col(SsoSession.ended_at).is_(None), col(SsoSession.expires_at) > at
        )
        return (await self._session.exec(query)).one_or_none() is not None

    async def page_of_account(self, account_id: UUID, limit: int, before: UUID | None) -> Sequence[SsoSession]:
        """Newest first."""
        query = select(SsoSession).where(SsoSession.account_id == account_id)
        if before is not None:
            query = query.where(col(SsoSession.id) < before)
        return (await self._session.exec(query.order_by(col(SsoSession.id).desc()).limit(limit))).all()

    async def find_by_id(self, session_id: UUID) -> SsoSession | None:
        return (await self._session.exec(select(SsoSession).where(SsoSession.id == session_id))).one_or_none()

    async def live_of_account(self, account_id: UUID, at: datetime) -> Sequence[SsoSession]:
        return (await self._session.exec(_live(at).where(SsoSession.account_id == account_id))).all()

    async def live_upstream(
        self, provider_id: UUID, subject_hash: bytes | None, sessions: Sequence[str], at: datetime
    ) -> Sequence[SsoSession]:
        """What is open of a provider's logins: of a person, of the provider's named sessions, or of both at once."""
        query = _live(at).where(SsoSession.provider_id == provider_id)
        if subject_hash is not None:
            query = query.where(SsoSession.upstream_subject_hash == subject_hash)
        if sessions:
            query = query.where(col(SsoSession.upstream_session).in_(sessions))
        return (await self._session.exec(query)).all()

    async def end(self, session_id: UUID, at: datetime, reason: str) -> bool:
        statement = (
            update(SsoSession)
            .where(col(SsoSession.id) == session_id, col(SsoSession.ended_at).is_(None))
            .values(ended_at=at, end_reason=reason)
            .returning(col(SsoSession.id))
        )
        return (await self._session.execute(statement)).first() is not None

    async def add_client(self, values: dict[str, Any]) -> None:
        """Remember that a client took part; once is enough."""
        await self._session.execute(insert(SessionClient).values(values).on_conflict_do_nothing())

    async def clients(self, session_ids: Sequence[UUID]) -> Sequence[SessionClient]:
        query = select(SessionClient).where(col(SessionClient.session_id).in_(session_ids))
        return (await self._session.exec(query.order_by(col(SessionClient.id)))).all()

    async def move_clients(self, former: UUID, following: UUID) -> None:
        """The clients of a session belong to the one that took its place."""
        statement = update(SessionClient).where(col(SessionClient.session_id) == former)
        await self._session.execute(statement.values(session_id=following))

    async def delete_expired(self, until: datetime) -> None:
        await self._session.execute(delete(SsoSession).where(col(SsoSession.expires_at) < until))


def _live(at: datetime) -> SelectOfScalar[SsoSession]:
    """Sessions that are open, locked: two logouts at once must not both end one."""
    query = select(SsoSession).where(col(SsoSession.ended_at).is_(None), col(SsoSession.expires_at) > at)
    return query.order_by(col(SsoSession.id)).with_for_update()
