"""Reading how ready units are. A page of units costs as many statements as one unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.readiness import facts
from services.projects.readiness.errors import UnitNotFound
from services.projects.readiness.facts import Judged, overall
from services.projects.readiness.repository import ReadinessRepository
from services.projects.readiness.vocabulary import Readiness
from services.projects.role.service import RoleService
from services.projects.unit.models import Unit
from services.projects.unit.service import UnitService
from shared.kit import clock

_SCHOOL = "school"


@dataclass(frozen=True)
class UnitView:
    """One unit in one project."""

    unit: Unit
    project: Project
    open_actions: int
    late_actions: int
    facts: Sequence[Judged]

    @property
    def state(self) -> Readiness:
        return overall(fact.state for fact in self.facts)


class ReadinessService:
    """The units of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._rows = ReadinessRepository(session)
        self._projects = ProjectService(session)
        self._roles = RoleService(session)
        self._units = UnitService(session)

    async def unit(self, unit_id: UUID) -> Unit:
        """Raises UnitNotFound."""
        found = await self._units.by_ids([unit_id])
        if not found:
            raise UnitNotFound()
        return found[0]

    async def of_unit(self, unit: Unit) -> list[UnitView]:
        """In every active project that has rows at the unit, or is about its school forms."""
        at_unit = await self._rows.projects_at(unit.id)
        views = []
        for project_id in await self._projects.active_ids():
            project = await self._projects.get(project_id)
            if project_id in at_unit or _concerns(project, unit):
                views += await self.of_units(project, [unit])
        return views

    async def list_after(self, project_id: UUID, after: tuple[str, UUID] | None, limit: int) -> list[UnitView]:
        """The schools that a project concerns, by name. Raises ProjectNotFound."""
        project = await self._projects.get(project_id)
        units = await self._units.by_ids(await self._units.present_ids())
        ordered = sorted((unit for unit in units if _concerns(project, unit)), key=lambda unit: (unit.name, unit.id))
        page = [unit for unit in ordered if after is None or (unit.name, unit.id) > after][:limit]
        return await self.of_units(project, page)

    async def of_units(self, project: Project, units: Sequence[Unit]) -> list[UnitView]:
        if not units:
            return []
        ids, today = [unit.id for unit in units], clock.today()
        counted = {row.unit_id: row for row in await self._rows.actions(project.id, ids, today)}
        per_unit = [role for role in await self._roles.roles(project.id) if role.is_per_unit]
        assignments = await self._roles.assignments(project.id) if per_unit else []
        musts, used = await self._rows.musts(project.id), await self._rows.used(project.id, ids)
        surveys, signals = await self._rows.surveys(project.id, ids, today), await self._rows.signals(ids)
        views = []
        for unit in units:
            row, told = counted.get(unit.id), [signal for signal in signals if signal.unit_id == unit.id]
            total, late = (row.open, row.late) if row else (0, 0)
            judged = [facts.actions(total, late)]
            for role in per_unit:
                at_unit = [one for one in assignments if one.role_id == role.id and one.unit_id == unit.id]
                judged.append(facts.roles(role, sum(one.counts_on(today, role) for one in at_unit)))
            judged += [*facts.training(told), facts.key_persons(told), *facts.access(told)]
            judged += [
                facts.accounts(told),
                facts.data_sign_off(told),
                facts.functions(musts, used, unit.id, unit.school_forms),
                facts.surveys(surveys.get(unit.id, 0)),
            ]
            views.append(UnitView(unit, project, total, late, judged))
        return views

    async def late(self, project_id: UUID, after: tuple[date, UUID] | None, limit: int) -> Sequence[Any]:
        """The late rows of a project, the latest first. Raises ProjectNotFound."""
        await self._projects.get(project_id)
        return await self._rows.late(project_id, clock.today(), after, limit)

    async def late_counts(self, project_id: UUID) -> Sequence[Any]:
        """See the repository. Raises ProjectNotFound."""
        await self._projects.get(project_id)
        return await self._rows.late_counts(project_id, clock.today())


def _concerns(project: Project, unit: Unit) -> bool:
    fits = not unit.school_forms or not project.school_forms or bool(set(unit.school_forms) & set(project.school_forms))
    return unit.kind == _SCHOOL and not unit.is_ended and fits
