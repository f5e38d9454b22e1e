"""Every statement about calendar feeds."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.feed.errors import FeedNotFound
from services.projects.feed.models import CalendarFeed
from shared.kit.db import tenant_of


class FeedRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, feed: CalendarFeed) -> None:
        self._session.add(feed)

    async def get(self, feed_id: UUID, *, lock: bool = False) -> CalendarFeed:
        """Raises FeedNotFound."""
        query = select(CalendarFeed).where(
            CalendarFeed.tenant_id == tenant_of(self._session), CalendarFeed.id == feed_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise FeedNotFound()
        return found

    async def valid(self, secret_hash: bytes) -> CalendarFeed | None:
        query = select(CalendarFeed).where(
            CalendarFeed.tenant_id == tenant_of(self._session),
            CalendarFeed.secret_hash == secret_hash,
            col(CalendarFeed.revoked_at).is_(None),
        )
        return (await self._session.exec(query)).one_or_none()

    async def list_after(self, account_id: UUID, after: UUID | None, limit: int) -> Sequence[CalendarFeed]:
        """Those of one account, oldest first."""
        query = select(CalendarFeed).where(
            CalendarFeed.tenant_id == tenant_of(self._session), CalendarFeed.created_by == account_id
        )
        if after is not None:
            query = query.where(col(CalendarFeed.id) > after)
        return (await self._session.exec(query.order_by(col(CalendarFeed.id)).limit(limit))).all()

    async def of_account(self, account_id: UUID) -> Sequence[CalendarFeed]:
        query = select(CalendarFeed).where(
            CalendarFeed.tenant_id == tenant_of(self._session), CalendarFeed.created_by == account_id
        )
        return (await self._session.exec(query.with_for_update())).all()

    async def count(self, account_id: UUID) -> int:
        """How many addresses of the account are good."""
        query = select(func.count()).where(
            col(CalendarFeed.tenant_id) == tenant_of(self._session),
            col(CalendarFeed.created_by) == account_id,
            col(CalendarFeed.revoked_at).is_(None),
        )
        return (await self._session.exec(query)).one()

    async def activities(self, project_id: UUID, limit: int) -> Sequence[Activity]:
        """The rows of a plan that have dates and apply, without those per unit, in the order of their days."""
        query = (
            select(Activity)
            .where(Activity.tenant_id == tenant_of(self._session), Activity.project_id == project_id)
            .where(col(Activity.deleted_at).is_(None), col(Activity.is_enabled), col(Activity.parent_id).is_(None))
            .where(col(Activity.window_start).is_not(None))
            .order_by(col(Activity.window_start), col(Activity.id))
        )
        return (await self._session.exec(query.limit(limit))).all()
