"""Making a project from a template: at once in one transaction, or by a job in chunks."""

from dataclasses import replace
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.instantiation.choices import Choices
from services.projects.instantiation.draft import Draft, draw
from services.projects.instantiation.errors import ChoicesInvalid, PlanTooLarge
from services.projects.instantiation.fan_out import UnitRef
from services.projects.instantiation.infeasible import demand_feasible
from services.projects.instantiation.models import Instantiation, InstantiationState
from services.projects.instantiation.recall import recall
from services.projects.instantiation.repository import InstantiationRepository
from services.projects.instantiation.rows import party_rows, role_rows
from services.projects.instantiation.schemas import PlanChoices, ProjectCreate
from services.projects.instantiation.service.writing import CHUNK, PlanWriter
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.template.published import Published
from services.projects.template.service import TemplateService
from services.projects.unit.service import UnitService
from shared.contracts.projects import ProjectInstantiated
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError
from shared.kit.text import Text
from shared.queue.jobs import start_job
from shared.queue.outbox import publish

INSTANTIATE = "plans.instantiate"
# A plan with more rows per unit than this is made by a job: nobody waits that long for an answer.
MOST_AT_ONCE = 2 * CHUNK


class InstantiationService:
    """Makes projects in the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._projects = ProjectService(session)
        self._templates = TemplateService(session)
        self._units = UnitService(session)
        self._instantiations = InstantiationRepository(session)
        self._writer = PlanWriter(session)

    async def get(self, instantiation_id: UUID) -> Instantiation:
        """Raises InstantiationNotFound."""
        return await self._instantiations.get(instantiation_id)

    async def settled(self, wanted: PlanChoices) -> Choices:
        """The choices with the units that they are for. Raises ChoicesInvalid."""
        known = {unit.id: UnitRef.of(unit) for unit in await self._units.current()}
        if wanted.unit_ids is None:
            return replace(wanted.settled(), units=tuple(known.values()))
        unknown = [place for place, unit in enumerate(wanted.unit_ids) if unit not in known]
        if unknown:
            raise ChoicesInvalid([_unknown_unit(place) for place in unknown[:100]])
        return replace(wanted.settled(), units=tuple(known[unit] for unit in sorted(set(wanted.unit_ids))))

    async def create(self, wanted: ProjectCreate, published: Published, created_by: UUID) -> Project:
        """The whole plan, or nothing. Raises ChoicesInvalid, PlanInfeasible, PlanTooLarge."""
        choices, draft = await self._draw(wanted, published)
        if draft.children > MOST_AT_ONCE:
            raise PlanTooLarge(draft.children, MOST_AT_ONCE)
        project = await self._add_project(wanted, published, choices, draft, created_by)
        await self._writer.write(draft, project)
        await self._writer.write_children(draft, project.id, 0, MOST_AT_ONCE)
        await self._tell(project, draft)
        return project

    async def start(self, wanted: ProjectCreate, published: Published, created_by: UUID) -> Instantiation:
        """The project, and the job that writes its plan. Raises ChoicesInvalid, PlanInfeasible."""
        choices, draft = await self._draw(wanted, published)
        project = await self._add_project(wanted, published, choices, draft, created_by)
        instantiation = Instantiation(
            tenant_id=project.tenant_id,
            project_id=project.id,
            job_id=project.id,
            units=[unit.frozen() for unit in choices.units],
            children_total=draft.children,
        )
        instantiation.job_id = await start_job(
            self._session, INSTANTIATE, {"instantiation": instantiation.id}, created_by=created_by
        )
        await self._instantiations.add([instantiation])
        return instantiation

    async def open(self, instantiation_id: UUID) -> tuple[Instantiation, Draft]:
        """The plan of a job, its own rows written if they were not yet."""
        instantiation = await self._instantiations.get(instantiation_id, lock=True)
        project = await self._projects.get(instantiation.project_id)
        published = await self._templates.get(project.template_key, project.template_version)
        units = [UnitRef.thawed(unit) for unit in instantiation.units]
        parties = await self._projects.parties(project.id)
        draft = draw(published.template, recall(project, parties, published.template, units=units))
        if instantiation.state == InstantiationState.waiting:
            await self._writer.write(draft, project)
            self._move(instantiation, InstantiationState.writing)
        return instantiation, draft

    async def write_chunk(self, instantiation_id: UUID, draft: Draft, size: int = CHUNK) -> Instantiation:
        """The next rows per unit, counted where they are written; after the last, the plan is told."""
        instantiation = await self._instantiations.get(instantiation_id, lock=True)
        if instantiation.state == InstantiationState.done:
            return instantiation
        done = instantiation.children_done
        written = await self._writer.write_children(draft, instantiation.project_id, done, size)
        instantiation.children_done = done + written
        instantiation.touch()
        if written == 0 or instantiation.children_done >= instantiation.children_total:
            self._move(instantiation, InstantiationState.done)
            await self._tell(await self._projects.get(instantiation.project_id), draft)
        return instantiation

    async def _draw(self, wanted: ProjectCreate, published: Published) -> tuple[Choices, Draft]:
        choices = await self.settled(wanted)
        draft = draw(published.template, choices)
        if wanted.strict:
            demand_feasible(draft)
        return choices, draft

    async def _add_project(
        self, wanted: ProjectCreate, published: Published, choices: Choices, draft: Draft, created_by: UUID
    ) -> Project:
        template = published.template
        project = Project(
            tenant_id=tenant_of(self._session),
            name=wanted.name,
            template_key=template.key,
            template_version=template.version,
            template_digest=published.digest,
            anchors={key: day.isoformat() for key, day in choices.anchors.items()},
            options=draft.options,
            school_forms=[form.value for form in draft.school_forms],
            created_by=created_by,
        )
        names = {side.value: name for side, name in choices.parties.items()}
        parties = party_rows(names, project.tenant_id, project.id)
        roles = role_rows(draft, project.tenant_id, project.id)
        await self._projects.add(project, parties, roles, wanted.roles)
        after = {**_made_from(project), **_counts(draft), "options": draft.options, "anchors": project.anchors}
        await record(self._session, "project.create", "project", project.id, after=after)
        return project

    async def _tell(self, project: Project, draft: Draft) -> None:
        event = ProjectInstantiated(project_id=project.id, **_made_from(project), **_counts(draft))
        await publish(self._session, event)

    def _move(self, instantiation: Instantiation, state: InstantiationState) -> None:
        instantiation.state = state.value
        instantiation.touch()


def _made_from(project: Project) -> dict[str, str]:
    return {"template_key": project.template_key, "template_version": project.template_version}


def _counts(draft: Draft) -> dict[str, int]:
    return {"activities": len(draft.activities) + draft.children, "gates": len(draft.gates)}


def _unknown_unit(place: int) -> FieldError:
    text = Text(sv="Enheten finns inte eller är avslutad", en="The unit is not there, or has ended")
    return FieldError(pointer=f"#/unitIds/{place}", detail=text, code="unknown")
