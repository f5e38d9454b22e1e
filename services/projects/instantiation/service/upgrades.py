"""Bringing a running project to a newer version of its template: reviewed row by row, then done exactly so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.gate.service import GateService
from services.projects.instantiation.comparison import FIELDS, plan_values
from services.projects.instantiation.conflicts import Conflict, conflicts
from services.projects.instantiation.draft import Draft, draw
from services.projects.instantiation.errors import NoUpgrade
from services.projects.instantiation.fan_out import UnitRef
from services.projects.instantiation.recall import recall
from services.projects.instantiation.repository import InstantiationRepository
from services.projects.instantiation.rows import PlanRows, plan_rows, role_rows
from services.projects.instantiation.service.criteria import CriteriaFollower, CriterionEffect
from services.projects.instantiation.service.sections import SectionWriter
from services.projects.instantiation.service.upgrading import PlanUpgrader
from services.projects.instantiation.threeway import RowChange, RowState, compare
from services.projects.instantiation.verdicts import Verdicts
from services.projects.plan.vocabulary import ActivityState, PlanState
from services.projects.project.errors import PlanIsApproved
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.role.service import RoleService
from services.projects.template.catalogue import numbers
from services.projects.template.definition import Template
from services.projects.template.published import Published
from services.projects.template.service import TemplateService
from services.projects.unit.service import UnitService
from shared.contracts.projects import ProjectChanged
from shared.kit.journal import record
from shared.kit.text import Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

# Gates hold decisions, and other rows hang on phases and tracks: an upgrade never takes one away.
NEVER_REMOVED = frozenset({"phases", "tracks", "gates"})


@dataclass(frozen=True)
class Upgrade:
    """What a newer version means for a project. `new_refs` are source rows of other sections that come with it."""

    project: Project
    published: Published
    old: Draft
    new: Draft
    ours: PlanRows
    changes: list[RowChange]
    criteria: list[CriterionEffect]
    conflicts: list[Conflict]
    new_refs: list[str]

    @property
    def undecided(self) -> list[RowChange]:
        return [change for change in self.changes if change.state is RowState.conflict]


class UpgradeService:
    """Template upgrades of the session's tenant's projects."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._projects = ProjectService(session)
        self._templates = TemplateService(session)
        self._units = UnitService(session)
        self._roles = RoleService(session)
        self._gates = GateService(session)
        self._rows = InstantiationRepository(session)
        self._criteria = CriteriaFollower(session)
        self._sections = SectionWriter(session)

    async def preview(self, project_id: UUID, version: str, anchors: Mapping[str, date]) -> Upgrade:
        """Writes nothing. Raises ProjectNotFound, TemplateNotFound, NoUpgrade, ChoicesInvalid."""
        return await self._compared(await self._projects.get(project_id), version, anchors)

    async def apply(
        self, project_id: UUID, held: int, version: str, anchors: Mapping[str, date], verdicts: Verdicts
    ) -> Project:
        """Take what the template changed, keep what the project changed, and do as decided where both did.

        Raises what `preview` raises, and ProjectClosed, PlanIsApproved, StaleVersion, UpgradeUndecided.
        """
        project = await self._projects.lock_active(project_id)
        check_version(held, project.version)
        if project.plan_state == PlanState.approved:
            raise PlanIsApproved()
        upgrade = await self._compared(project, version, anchors)
        verdicts.demand_complete(upgrade.changes, NEVER_REMOVED)
        drawn = plan_rows(upgrade.new, project.tenant_id, project.id)
        await PlanUpgrader(self._session, upgrade.ours, drawn, upgrade.new).apply(upgrade.changes, verdicts)
        await self._add_roles(upgrade)
        await self._sections.write(upgrade.new, project)
        await self._sections.follow_options(upgrade.new, project)
        await self._criteria.follow(project.id, upgrade.old, upgrade.new, write=True)
        await self._move(upgrade, anchors, verdicts)
        await self._gates.reevaluate([project.id])
        return project

    async def _compared(self, project: Project, version: str, anchors: Mapping[str, date]) -> Upgrade:
        if numbers(version) <= numbers(project.template_version):
            raise NoUpgrade(
                Text(
                    sv=f"Projektet följer version {project.template_version}; välj en senare",
                    en=f"The project follows version {project.template_version}; choose a later one",
                )
            )
        current = await self._templates.get(project.template_key, project.template_version)
        published = await self._templates.get(project.template_key, version)
        old = await self._drawn(project, current.template, {})
        new = await self._drawn(project, published.template, anchors)
        ours = await self._rows.whole_plan(project.id)
        return Upgrade(
            project=project,
            published=published,
            old=old,
            new=new,
            ours=ours,
            changes=_changes(project, old, new, ours),
            criteria=await self._criteria.follow(project.id, old, new, write=False),
            conflicts=conflicts(new),
            new_refs=_new_refs(current.template, published.template),
        )

    async def _drawn(self, project: Project, template: Template, anchors: Mapping[str, date]) -> Draft:
        units = [UnitRef.of(unit) for unit in await self._units.current()]
        choices = recall(project, await self._projects.parties(project.id), template, units=units)
        return draw(template, replace(choices, anchors={**choices.anchors, **anchors}))

    async def _add_roles(self, upgrade: Upgrade) -> None:
        project = upgrade.project
        known = {role.key for role in await self._roles.roles(project.id)}
        fresh = [row for row in role_rows(upgrade.new, project.tenant_id, project.id) if row.key not in known]
        await self._roles.add(fresh)

    async def _move(self, upgrade: Upgrade, anchors: Mapping[str, date], verdicts: Verdicts) -> None:
        project = upgrade.project
        before = {"template_version": project.template_version, "template_digest": project.template_digest}
        project.template_version = upgrade.published.template.version
        project.template_digest = upgrade.published.digest
        project.options = upgrade.new.options
        project.anchors = project.anchors | {key: day.isoformat() for key, day in anchors.items()}
        project.touch()
        after = {"template_version": project.template_version, "template_digest": project.template_digest}
        await record(
            self._session,
            "project.upgrade",
            "project",
            project.id,
            before=before,
            after=after | {"decisions": verdicts.as_json()},
            reason=verdicts.reason,
        )
        await publish(self._session, ProjectChanged(project_id=project.id, version=project.version))


def _changes(project: Project, old: Draft, new: Draft, ours: PlanRows) -> list[RowChange]:
    base = plan_values(plan_rows(old, project.tenant_id, project.id)).sections
    theirs = plan_values(plan_rows(new, project.tenant_id, project.id)).sections
    present = plan_values(ours).sections
    begun = {str(row.source_ref) for row in ours.activities if row.state != ActivityState.planned}
    busy: Mapping[str, set[str]] = {"activities": begun} | {name: set(present[name]) for name in NEVER_REMOVED}
    return [
        change
        for section in FIELDS
        for change in compare(section, base[section], present[section], theirs[section], busy.get(section, set()))
    ]


def _new_refs(old: Template, new: Template) -> list[str]:
    known = set(old.source_refs())
    rows: Sequence[str] = [row.source_ref for row in (*new.activities, *new.gates)]
    return sorted({ref for ref in new.source_refs() if ref not in known and ref not in set(rows)})
