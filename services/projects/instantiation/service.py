"""Making a project from a template: all of it, or nothing."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.gate.service import GateService
from services.projects.instantiation.draft import Draft, draw
from services.projects.instantiation.rows import party_rows, plan_rows, role_rows
from services.projects.instantiation.schemas import ProjectCreate
from services.projects.phase.service import PhaseService
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.template.catalogue import shipped
from shared.contracts.projects import ProjectInstantiated
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish


class InstantiationService:
    """Makes projects in the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._projects = ProjectService(session)
        self._phases = PhaseService(session)
        self._activities = ActivityService(session)
        self._gates = GateService(session)

    async def create(self, wanted: ProjectCreate, created_by: UUID) -> Project:
        """Raises TemplateNotFound, ChoicesInvalid. Gates are judged at once: signals may be there already."""
        template = shipped().get(wanted.template_key, wanted.template_version)
        choices = wanted.settled()
        draft = draw(template, choices)
        project = Project(
            tenant_id=tenant_of(self._session),
            name=wanted.name,
            template_key=template.key,
            template_version=template.version,
            template_digest=shipped().digest(template),
            anchors={key: day.isoformat() for key, day in choices.anchors.items()},
            options=draft.options,
            school_forms=[form.value for form in draft.school_forms],
            created_by=created_by,
        )
        parties = party_rows(
            {side.value: name for side, name in choices.parties.items()}, project.tenant_id, project.id
        )
        roles = role_rows(draft, project.tenant_id, project.id)
        await self._projects.add(project, parties, roles, wanted.roles)
        await self._write_plan(draft, project)
        await self._tell(project, draft)
        await self._gates.reevaluate([project.id])
        return project

    async def _write_plan(self, draft: Draft, project: Project) -> None:
        rows = plan_rows(draft, project.tenant_id, project.id)
        self._phases.add(rows.phases)
        await self._session.flush()
        self._activities.add(rows.activities)
        await self._session.flush()
        await self._gates.add(rows.gates, rows.criteria)

    async def _tell(self, project: Project, draft: Draft) -> None:
        counts = {"activities": len(draft.activities), "gates": len(draft.gates)}
        made_from = {"template_key": project.template_key, "template_version": project.template_version}
        after = made_from | counts | {"options": draft.options, "anchors": project.anchors}
        await record(self._session, "project.create", "project", project.id, after=after)
        await publish(self._session, ProjectInstantiated(project_id=project.id, **made_from, **counts))
