"""Reading plans and computing them."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.calendar.service import CalendarService
from services.projects.calendar.workdays import BeyondCalendar
from services.projects.dependency.graph import Circle
from services.projects.dependency.service import DependencyService, circle_of
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.schedule.engine import Schedule
from services.projects.schedule.errors import PlanTooLong
from services.projects.schedule.plan import Plan
from services.projects.schedule.repository import ScheduleRepository
from services.projects.schedule.what_if import Change, Outcome, simulate
from shared.kit import clock

END_ANCHOR = "end_date"
# A plan of this many rows takes long enough to be felt by everybody else in the process.
_LARGE = 1000

T = TypeVar("T")


class ScheduleService:
    """The computed plans of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._rows = ScheduleRepository(session)
        self._projects = ProjectService(session)
        self._calendars = CalendarService(session)
        self._dependencies = DependencyService(session)

    async def plan(self, project_id: UUID) -> Plan:
        """Raises ProjectNotFound."""
        return await self.plan_of(await self._projects.get(project_id))

    async def plan_of(self, project: Project) -> Plan:
        """The plan of a project that was read."""
        anchor = project.anchors.get(END_ANCHOR)
        begins = [date.fromisoformat(day) for key, day in project.anchors.items() if key != END_ANCHOR]
        return Plan(
            project_id=project.id,
            name=project.name,
            activities=await self._rows.rows(project.id, min(begins, default=None)),
            links=tuple(await self._dependencies.links(project.id)),
            calendar=await self._calendars.facts(project),
            today=clock.today(),
            must_end_by=date.fromisoformat(anchor) if anchor else None,
        )

    async def compute(self, plan: Plan) -> Schedule:
        """Raises DependencyCircle, PlanTooLong."""
        try:
            return await _apart(plan, plan.compute)
        except Circle as circle:
            raise await self._named(circle) from None
        except BeyondCalendar:
            raise PlanTooLong() from None

    async def simulate(self, plan: Plan, change: Change) -> Outcome:
        """Raises DependencyCircle, PlanTooLong."""
        try:
            return await _apart(plan, lambda: simulate(plan, change))
        except Circle as circle:
            raise await self._named(circle) from None
        except BeyondCalendar:
            raise PlanTooLong() from None

    async def responsible(self, activity_id: UUID) -> tuple[str, dict[str, str]] | None:
        """Key and title of the role that carries out an activity, where one is named."""
        return (await self._rows.responsible([activity_id])).get(activity_id)

    async def _named(self, circle: Circle) -> Exception:
        path = [each for each in circle.path if isinstance(each, UUID)]
        return circle_of(path, await self._dependencies.ends(path))


async def _apart(plan: Plan, work: Callable[[], T]) -> T:
    """Do pure work on a plan; on a large one in a thread, so that others are served meanwhile."""
    return await asyncio.to_thread(work) if len(plan.activities) > _LARGE else work()
