"""Every SELECT of sessions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.session.models import SsoSession


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

    async def end(self, session_id: UUID, at: datetime) -> bool:
        statement = (
            update(SsoSession)
            .where(col(SsoSession.id) == session_id, col(SsoSession.ended_at).is_(None))
            .values(ended_at=at)
            .returning(col(SsoSession.id))
        )
        return (await self._session.execute(statement)).first() is not None

    async def delete_expired(self, until: datetime) -> None:
        await self._session.execute(delete(SsoSession).where(col(SsoSession.expires_at) < until))
