"""Every statement about meetings."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import delete, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.meeting.errors import MeetingNotFound, SeriesNotFound
from services.projects.meeting.models import ActionItem, AgendaItem, Meeting, MeetingSeries, MeetingState
from shared.kit.db import tenant_of

Row = Meeting | MeetingSeries | AgendaItem | ActionItem

_DECISIONS = text("SELECT id FROM decision WHERE tenant_id = :tenant AND meeting_id = :meeting ORDER BY id")


class MeetingRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, rows: Sequence[Row]) -> None:
        self._session.add_all(rows)

    async def get(self, meeting_id: UUID, *, lock: bool = False) -> Meeting:
        """Raises MeetingNotFound."""
        query = select(Meeting).where(Meeting.tenant_id == tenant_of(self._session), Meeting.id == meeting_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise MeetingNotFound()
        return found

    async def series(self, series_id: UUID, *, lock: bool = False) -> MeetingSeries:
        """Raises SeriesNotFound."""
        query = select(MeetingSeries).where(
            MeetingSeries.tenant_id == tenant_of(self._session), MeetingSeries.id == series_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise SeriesNotFound()
        return found

    async def series_after(self, body_id: UUID, after: UUID | None, limit: int) -> Sequence[MeetingSeries]:
        query = select(MeetingSeries).where(
            MeetingSeries.tenant_id == tenant_of(self._session), MeetingSeries.body_id == body_id
        )
        if after is not None:
            query = query.where(col(MeetingSeries.id) > after)
        return (await self._session.exec(query.order_by(col(MeetingSeries.id)).limit(limit))).all()

    async def of_bodies(self, body_ids: Collection[UUID]) -> Sequence[Meeting]:
        """All that were not cancelled, in order."""
        query = select(Meeting).where(
            Meeting.tenant_id == tenant_of(self._session),
            col(Meeting.body_id).in_(body_ids),
            Meeting.state != MeetingState.cancelled,
        )
        return (await self._session.exec(query.order_by(col(Meeting.held_on), col(Meeting.id)))).all()

    async def of_series(self, series_id: UUID) -> Sequence[Meeting]:
        query = select(Meeting).where(
            Meeting.tenant_id == tenant_of(self._session),
            Meeting.series_id == series_id,
            Meeting.state != MeetingState.cancelled,
        )
        return (await self._session.exec(query)).all()

    async def list_after(
        self,
        project_id: UUID,
        after: tuple[date, UUID] | None,
        limit: int,
        *,
        body_id: UUID | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> Sequence[Meeting]:
        query = select(Meeting).where(Meeting.tenant_id == tenant_of(self._session), Meeting.project_id == project_id)
        if body_id is not None:
            query = query.where(Meeting.body_id == body_id)
        if first is not None:
            query = query.where(Meeting.held_on >= first)
        if last is not None:
            query = query.where(Meeting.held_on <= last)
        if after is not None:
            day, seen = after
            later = (col(Meeting.held_on) == day) & (col(Meeting.id) > seen)
            query = query.where((col(Meeting.held_on) > day) | later)
        return (await self._session.exec(query.order_by(col(Meeting.held_on), col(Meeting.id)).limit(limit))).all()

    async def agenda(self, meeting_id: UUID) -> Sequence[AgendaItem]:
        query = select(AgendaItem).where(
            AgendaItem.tenant_id == tenant_of(self._session), AgendaItem.meeting_id == meeting_id
        )
        return (await self._session.exec(query.order_by(col(AgendaItem.position)))).all()

    async def clear_agenda(self, meeting_id: UUID) -> None:
        query = delete(AgendaItem).where(
            col(AgendaItem.tenant_id) == tenant_of(self._session), col(AgendaItem.meeting_id) == meeting_id
        )
        await self._session.execute(query)

    async def actions(self, meeting_id: UUID) -> Sequence[ActionItem]:
        query = select(ActionItem).where(
            ActionItem.tenant_id == tenant_of(self._session), ActionItem.meeting_id == meeting_id
        )
        return (await self._session.exec(query.order_by(col(ActionItem.id)))).all()

    async def decisions(self, meeting_id: UUID) -> Sequence[UUID]:
        """What was decided at the meeting."""
        values = {"tenant": tenant_of(self._session), "meeting": meeting_id}
        return (await self._session.execute(_DECISIONS, values)).scalars().all()

    async def of_account(self, account_id: UUID) -> tuple[Sequence[Meeting], Sequence[AgendaItem]]:
        """Meetings whose minutes an account wrote, and points that it presents."""
        tenant = tenant_of(self._session)
        written = select(Meeting).where(Meeting.tenant_id == tenant, Meeting.minutes_by == account_id)
        presented = select(AgendaItem).where(AgendaItem.tenant_id == tenant, AgendaItem.presenter_id == account_id)
        return (await self._session.exec(written)).all(), (await self._session.exec(presented)).all()
