"""Keeping the days that an authority frees or claims, and giving the calendars of a project."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.calendar.errors import DaysOutOfOrder, UnitUnknown
from services.projects.calendar.facts import CalendarFacts, DayException
from services.projects.calendar.models import CalendarException, ProjectCalendar
from services.projects.calendar.repository import CalendarRepository
from services.projects.calendar.schemas import (
    CalendarExceptionChange,
    CalendarExceptionCreate,
    ProjectCalendarChange,
)
from services.projects.calendar.vocabulary import Country, ExceptionKind
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.unit.service import UnitService
from shared.contracts.projects import CalendarChanged, ProjectCalendarChanged
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

LONGEST = 400
_COUNTRIES = {"dk": Country.dk, "no": Country.no, "fi": Country.fi}


def country_of(project: Project) -> Country:
    """The country whose plans the project's template describes: its key begins with it, or with the language."""
    return _COUNTRIES.get(project.template_key.partition("-")[0], Country.se)


class CalendarService:
    """The calendars of the session's tenant. A change moves nothing: computed dates follow, windows stay."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._calendars = CalendarRepository(session)
        self._projects = ProjectService(session)
        self._units = UnitService(session)

    async def list_after(
        self, after: tuple[date, UUID] | None, limit: int, unit_id: UUID | None
    ) -> Sequence[CalendarException]:
        return await self._calendars.list_after(after, limit, unit_id)

    async def get(self, exception_id: UUID) -> CalendarException:
        """Raises CalendarExceptionNotFound."""
        return await self._calendars.get(exception_id)

    async def facts(self, project: Project) -> CalendarFacts:
        """What the calendars of a project depend on."""
        kept = await self._calendars.of_project(project.id)
        return await self.facts_in(Country(kept.country) if kept else country_of(project))

    async def facts_in(self, country: Country) -> CalendarFacts:
        """A country's days as the authority and its units change them."""
        exceptions = [exception_of(row) for row in await self._calendars.all()]
        parents = {unit.id: unit.parent_id for unit in await self._units.current()} if exceptions else {}
        return CalendarFacts(country, tuple(exceptions), parents)

    async def create(self, new: CalendarExceptionCreate) -> CalendarException:
        """Raises DaysOutOfOrder, UnitUnknown."""
        await self.demand_unit(new.unit_id)
        row = CalendarException(
            tenant_id=tenant_of(self._session),
            unit_id=new.unit_id,
            kind=new.kind.value,
            title=new.title.text().model_dump(),
            starts_on=new.starts_on,
            ends_on=new.ends_on,
        )
        demand_order(row.starts_on, row.ends_on)
        self._calendars.add(row)
        await self._tell(row, "added", {}, _shown(row))
        return row

    async def change(self, exception_id: UUID, version: int, change: CalendarExceptionChange) -> CalendarException:
        """Raises CalendarExceptionNotFound, StaleVersion, DaysOutOfOrder."""
        row = await self._calendars.get(exception_id, lock=True)
        check_version(version, row.version)
        before = _shown(row)
        for name in change.model_fields_set - {"title", "kind"}:
            setattr(row, name, getattr(change, name))
        if change.kind is not None:
            row.kind = change.kind.value
        if change.title is not None:
            row.title = change.title.text().model_dump()
        demand_order(row.starts_on, row.ends_on)
        after = _shown(row)
        if after != before:
            row.touch()
            await self._tell(row, "changed", before, after)
        return row

    async def remove(self, exception_id: UUID, version: int | None = None) -> None:
        """Raises CalendarExceptionNotFound, StaleVersion."""
        row = await self._calendars.get(exception_id, lock=True)
        if version is not None:
            check_version(version, row.version)
        await self._tell(row, "removed", _shown(row), {})
        await self._calendars.remove(row)

    async def of_project(self, project_id: UUID) -> tuple[Country, int]:
        """The country of a project and the version of that choice. Raises ProjectNotFound."""
        project = await self._projects.get(project_id)
        kept = await self._calendars.of_project(project_id)
        return (Country(kept.country), kept.version) if kept else (country_of(project), 0)

    async def choose(self, project_id: UUID, version: int, change: ProjectCalendarChange) -> tuple[Country, int]:
        """Count another country's days. Raises ProjectNotFound, ProjectClosed, StaleVersion."""
        project = await self._projects.get_active(project_id)
        kept = await self._calendars.of_project(project_id, lock=True)
        check_version(version, kept.version if kept else 0)
        before = Country(kept.country) if kept else country_of(project)
        if before is change.country:
            return before, version
        if kept is None:
            kept = ProjectCalendar(
                tenant_id=tenant_of(self._session), project_id=project_id, country=change.country.value
            )
            self._calendars.add(kept)
        else:
            kept.country = change.country.value
            kept.touch()
        facts = ({"country": before}, {"country": change.country})
        await record(self._session, "project.calendar", "project", project_id, before=facts[0], after=facts[1])
        await publish(self._session, ProjectCalendarChanged(project_id=project_id, country=change.country.value))
        return change.country, kept.version

    async def demand_unit(self, unit_id: UUID | None, pointer: str = "#/unitId") -> None:
        """Raises UnitUnknown."""
        if unit_id is not None and not await self._units.by_ids([unit_id]):
            raise UnitUnknown(pointer)

    async def _tell(
        self,
        row: CalendarException,
        what: Literal["added", "changed", "removed"],
        before: dict[str, object],
        after: dict[str, object],
    ) -> None:
        verb = {"added": "add", "changed": "change", "removed": "remove"}[what]
        await record(self._session, f"calendar.{verb}", "calendar_exception", row.id, before=before, after=after)
        event = CalendarChanged(calendar_exception_id=row.id, unit_id=row.unit_id, change=what)
        await publish(self._session, event)


def demand_order(start: date, end: date, pointer: str = "#/endsOn") -> None:
    """Raises DaysOutOfOrder."""
    if not 0 <= (end - start).days <= LONGEST:
        raise DaysOutOfOrder(pointer)


def exception_of(row: CalendarException) -> DayException:
    return DayException(row.id, row.unit_id, ExceptionKind(row.kind), row.starts_on, row.ends_on)


def _shown(row: CalendarException) -> dict[str, object]:
    return {
        "kind": row.kind,
        "title": dict(row.title),
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "unit_id": row.unit_id,
    }
