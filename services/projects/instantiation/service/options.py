"""Choosing an option of a running project anew: shown first, then done; rows keep their history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.gate.service import GateService
from services.projects.instantiation.choices import OptionValue
from services.projects.instantiation.draft import Draft, draw
from services.projects.instantiation.fan_out import UnitRef
from services.projects.instantiation.recall import recall
from services.projects.instantiation.repository import InstantiationRepository
from services.projects.instantiation.service.criteria import CriteriaFollower, CriterionEffect
from services.projects.instantiation.service.sections import SectionWriter
from services.projects.plan.vocabulary import PlanState
from services.projects.project.errors import PlanIsApproved
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.template.service import TemplateService
from services.projects.unit.service import UnitService
from shared.contracts.projects import ProjectChanged
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


@dataclass(frozen=True)
class RowEffect:
    """A row that comes to apply, or stops applying. `units` are rows per unit that would be written."""

    activity: Activity
    is_enabled: bool
    units: int


@dataclass(frozen=True)
class OptionEffects:
    """What a choice of options would change."""

    options: dict[str, OptionValue]
    rows: list[RowEffect]
    criteria: list[CriterionEffect]


@dataclass(frozen=True)
class _Drawings:
    before: Draft
    after: Draft


class OptionService:
    """The options of the session's tenant's projects."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._projects = ProjectService(session)
        self._templates = TemplateService(session)
        self._units = UnitService(session)
        self._gates = GateService(session)
        self._rows = InstantiationRepository(session)
        self._criteria = CriteriaFollower(session)
        self._sections = SectionWriter(session)

    async def preview(self, project_id: UUID, chosen: Mapping[str, OptionValue]) -> OptionEffects:
        """Writes nothing. Raises ProjectNotFound, ChoicesInvalid."""
        project = await self._projects.get(project_id)
        return await self._effects(project, await self._drawings(project, chosen), write=False)

    async def apply(
        self, project_id: UUID, version: int, chosen: Mapping[str, OptionValue], reason: str | None = None
    ) -> Project:
        """Raises ProjectNotFound, ProjectClosed, PlanIsApproved, StaleVersion, ChoicesInvalid.

        A choice that changes nothing leaves no trace.
        """
        project = await self._projects.lock_active(project_id)
        check_version(version, project.version)
        if project.plan_state == PlanState.approved:
            raise PlanIsApproved()
        drawings = await self._drawings(project, chosen)
        if drawings.after.options == project.options:
            return project
        effects = await self._effects(project, drawings, write=True)
        await self._sections.write(drawings.after, project)
        await self._sections.follow_options(drawings.after, project)
        before, project.options = project.options, effects.options
        project.touch()
        await self._tell(project, before, reason)
        await self._gates.reevaluate([project.id])
        return project

    async def _drawings(self, project: Project, chosen: Mapping[str, OptionValue]) -> _Drawings:
        published = await self._templates.get(project.template_key, project.template_version)
        units = [UnitRef.of(unit) for unit in await self._units.current()]
        choices = recall(project, await self._projects.parties(project.id), published.template, units=units)
        wanted = replace(choices, options={**choices.options, **chosen})
        return _Drawings(draw(published.template, choices), draw(published.template, wanted))

    async def _effects(self, project: Project, drawings: _Drawings, *, write: bool) -> OptionEffects:
        was, wanted = _applies(drawings.before), _applies(drawings.after)
        turned = {ref for ref, enabled in wanted.items() if was.get(ref) != enabled}
        rows = [row for row in await self._rows.plan_rows(project.id) if row.source_ref in turned]
        units = {a.row.source_ref: [unit.id for unit in a.units] for a in drawings.after.activities}
        effects = [RowEffect(row, wanted[str(row.source_ref)], len(units[str(row.source_ref)])) for row in rows]
        if write:
            await self._turn(effects, units)
        criteria = await self._criteria.follow(project.id, drawings.before, drawings.after, write=write)
        return OptionEffects(drawings.after.options, effects, criteria)

    async def _turn(self, effects: Sequence[RowEffect], units: Mapping[str, Sequence[UUID]]) -> None:
        for effect in effects:
            await self._rows.enable(effect.activity, effect.is_enabled)
            refs = units[str(effect.activity.source_ref)]
            await self._rows.add_children([(effect.activity.id, unit) for unit in refs])

    async def _tell(self, project: Project, before: dict[str, Any], reason: str | None) -> None:
        changed = {key for key, value in project.options.items() if before.get(key) != value}
        await record(
            self._session,
            "project.choose",
            "project",
            project.id,
            before={"options": {key: before.get(key) for key in sorted(changed)}},
            after={"options": {key: project.options[key] for key in sorted(changed)}},
            reason=reason,
        )
        await publish(self._session, ProjectChanged(project_id=project.id, version=project.version))


def _applies(draft: Draft) -> dict[str, bool]:
    return {activity.row.source_ref: activity.is_enabled for activity in draft.activities}
