"""Every SELECT of memberships."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.membership.errors import MembershipNotFound
from services.identity.membership.models import Membership


class MembershipRepository:
    """The memberships in the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, membership: Membership) -> None:
        self._session.add(membership)

    async def find(self, membership_id: UUID) -> Membership | None:
        return (await self._session.exec(select(Membership).where(Membership.id == membership_id))).one_or_none()

    async def lock_account(self, account_id: UUID) -> None:
        """One grant at a time to an account: what it holds is read, and decides, before the row is written."""
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 0))")
        await self._session.execute(lock, {"account": f"membership/{account_id}"})

    async def get_locked(self, membership_id: UUID) -> Membership:
        """The membership, locked for a change; raises MembershipNotFound."""
        query = select(Membership).where(Membership.id == membership_id).with_for_update()
        membership = (await self._session.exec(query)).one_or_none()
        if membership is None:
            raise MembershipNotFound()
        return membership

    async def of_account(self, account_id: UUID) -> Sequence[Membership]:
        query = select(Membership).where(Membership.account_id == account_id).order_by(col(Membership.id))
        return (await self._session.exec(query)).all()

    async def list(
        self, limit: int, after: UUID | None, account_id: UUID | None, unit_id: UUID | None
    ) -> Sequence[Membership]:
        query = select(Membership).order_by(col(Membership.id)).limit(limit)
        if after is not None:
            query = query.where(col(Membership.id) > after)
        if account_id is not None:
            query = query.where(Membership.account_id == account_id)
        if unit_id is not None:
            query = query.where(Membership.unit_id == unit_id)
        return (await self._session.exec(query)).all()

    async def delete(self, membership: Membership) -> None:
        await self._session.delete(membership)
