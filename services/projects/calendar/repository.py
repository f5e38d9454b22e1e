"""Every statement about calendars."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.calendar.errors import CalendarExceptionNotFound
from services.projects.calendar.models import CalendarException, ProjectCalendar
from shared.kit.db import tenant_of


class CalendarRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: CalendarException | ProjectCalendar) -> None:
        self._session.add(row)

    async def remove(self, row: CalendarException) -> None:
        await self._session.delete(row)
        await self._session.flush()

    async def get(self, exception_id: UUID, *, lock: bool = False) -> CalendarException:
        """Raises CalendarExceptionNotFound."""
        query = select(CalendarException).where(
            CalendarException.tenant_id == tenant_of(self._session), CalendarException.id == exception_id
        )
        if lock:
            query = query.with_for_update()
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise CalendarExceptionNotFound()
        return found

    async def list_after(
        self, after: tuple[date, UUID] | None, limit: int, unit_id: UUID | None
    ) -> Sequence[CalendarException]:
        """By first day. `unit_id` narrows to one unit's own."""
        query = select(CalendarException).where(CalendarException.tenant_id == tenant_of(self._session))
        if unit_id is not None:
            query = query.where(CalendarException.unit_id == unit_id)
        if after is not None:
            query = query.where(tuple_(CalendarException.starts_on, CalendarException.id) > after)
        query = query.order_by(col(CalendarException.starts_on), col(CalendarException.id))
        return (await self._session.exec(query.limit(limit))).all()

    async def all(self) -> Sequence[CalendarException]:
        query = select(CalendarException).where(CalendarException.tenant_id == tenant_of(self._session))
        return (await self._session.exec(query.order_by(col(CalendarException.id)))).all()

    async def of_project(self, project_id: UUID, *, lock: bool = False) -> ProjectCalendar | None:
        query = select(ProjectCalendar).where(
            ProjectCalendar.tenant_id == tenant_of(self._session), ProjectCalendar.project_id == project_id
        )
        if lock:
            query = query.with_for_update()
        return (await self._session.exec(query)).one_or_none()
