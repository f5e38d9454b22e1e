"""What happens when an assignment has ended and nobody took over: the vacancy is told, once, and for a role that
needs a mandate the plan gets the task to find a successor (MIT-A: continuity is required)."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.activity.service import ActivityService
from services.projects.phase.service import PhaseService
from services.projects.plan.vocabulary import ActivityKind
from services.projects.project.models import Project
from services.projects.role.models import ProjectRole
from services.projects.role.service import RoleService
from services.projects.staffing.vacancies import RoleVacancy
from shared.contracts.projects import ActivityAdded
from shared.contracts.projects_steering import RoleVacant
from shared.kit import clock
from shared.kit.journal import record
from shared.queue.outbox import publish

Missing = Mapping[tuple[UUID, UUID | None], RoleVacancy]


class Succession:
    """Follows up the ended assignments of a project."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def follow(self, project: Project, missing: Missing) -> int:
        """Returns how many vacancies were told. An end that was told, or that left no gap, is not told again."""
        today = clock.today()
        ended = [
            row
            for row in await RoleService(self._session).assignments(project.id)
            if row.vacancy_told_at is None
            and (row.account_id is None or (row.valid_to is not None and row.valid_to < today))
        ]
        told: set[tuple[UUID, UUID | None]] = set()
        for row in ended:
            row.vacancy_told_at = clock.now()
            place = (row.role_id, row.unit_id)
            found = missing.get(place) or missing.get((row.role_id, None))
            if found is not None and (found.role.id, found.unit_id) not in told:
                told.add((found.role.id, found.unit_id))
                await self._tell(project, found)
        await self._session.flush()
        return len(told)

    async def _tell(self, project: Project, found: RoleVacancy) -> None:
        event = RoleVacant(project_id=project.id, role_id=found.role.id, unit_id=found.unit_id, missing=found.missing)
        await publish(self._session, event)
        after = {"unit_id": found.unit_id, "missing": found.missing}
        await record(self._session, "project_role.vacate", "project_role", found.role.id, after=after)
        if found.role.needs_mandate:
            await self._ask_for_successor(project, found.role)

    async def _ask_for_successor(self, project: Project, role: ProjectRole) -> None:
        today = clock.today()
        phases = await PhaseService(self._session).list_after(project.id, None, None)
        running = [one for one in phases if one.window and one.window.start <= today <= one.window.end]
        activities = ActivityService(self._session)
        activity = Activity(
            tenant_id=project.tenant_id,
            project_id=project.id,
            phase_id=(running or list(phases))[-1].id,
            position=await activities.last_position(project.id) + 1,
            title={
                "sv": f"Utse efterträdare: {role.title['sv']}",
                "en": f"Appoint a successor: {role.title['en']}",
                "da": None,
            },
            kind=ActivityKind.task.value,
            side=role.side,
        )
        activities.add([activity])
        await record(self._session, "activity.create", "activity", activity.id, after={"role_id": role.id})
        event = ActivityAdded(project_id=project.id, activity_id=activity.id, version=activity.version)
        await publish(self._session, event)
