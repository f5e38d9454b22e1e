"""Reading and changing projects."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.plan.vocabulary import RECHECK, PlanState
from services.projects.project.errors import PlanIsApproved, ProjectClosed
from services.projects.project.models import Project, ProjectParty
from services.projects.project.repository import ProjectRepository
from services.projects.project.schemas import ProjectChange
from services.projects.role.errors import RoleUnknown
from services.projects.role.models import ProjectRole
from services.projects.role.service import RoleService
from shared.contracts.projects import ProjectChanged
from shared.kit.journal import record
from shared.kit.text import Text
from shared.queue.jobs import start_job
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


class ProjectService:
    """The projects of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._projects = ProjectRepository(session)
        self._roles = RoleService(session)

    async def get(self, project_id: UUID) -> Project:
        """Raises ProjectNotFound."""
        return await self._projects.get(project_id)

    async def get_active(self, project_id: UUID) -> Project:
        """A project that may still be changed. Raises ProjectNotFound, ProjectClosed."""
        found = await self._projects.get(project_id)
        if found.state == "closed":
            raise ProjectClosed()
        return found

    async def lock_active(self, project_id: UUID) -> Project:
        """The same, held until the end of the transaction."""
        found = await self._projects.get(project_id, lock=True)
        if found.state == "closed":
            raise ProjectClosed()
        return found

    async def get_replannable(self, project_id: UUID) -> Project:
        """A project whose plan may be changed without asking. Raises ProjectNotFound, ProjectClosed, PlanApproved."""
        found = await self.get_active(project_id)
        if found.plan_state == PlanState.approved:
            raise PlanIsApproved()
        return found

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[Project]:
        return await self._projects.list_after(after, limit)

    async def active_ids(self) -> Sequence[UUID]:
        return await self._projects.active_ids()

    async def parties(self, project_id: UUID) -> Sequence[ProjectParty]:
        return await self._projects.parties(project_id)

    async def roles(self, project_id: UUID) -> Sequence[tuple[ProjectRole, UUID | None]]:
        """Each role with the account that holds it today for the whole authority; None is a vacancy."""
        holders = await self._roles.holders(project_id)
        return [(role, holders.get(role.id)) for role in await self._roles.roles(project_id)]

    async def add(
        self,
        project: Project,
        parties: Sequence[ProjectParty],
        roles: Sequence[ProjectRole],
        holders: Mapping[str, UUID] | None = None,
    ) -> None:
        """Write a new project before anything that refers to it; `holders` are accounts by the key of their role."""
        self._projects.add([project])
        await self._session.flush()
        self._projects.add(parties)
        await self._roles.add(roles, holders)

    async def change(self, project_id: UUID, version: int, change: ProjectChange) -> Project:
        """Raises ProjectNotFound, StaleVersion, RoleUnknown. A change that changes nothing leaves no trace."""
        project = await self._projects.get(project_id, lock=True)
        check_version(version, project.version)
        before, after = self._apply_own(project, change)
        await self._apply_roles(project, change, before, after)
        if not after:
            return project
        project.touch()
        await record(self._session, "project.change", "project", project.id, before=before, after=after)
        await publish(self._session, ProjectChanged(project_id=project.id, version=project.version))
        if after.get("state") == "active":  # its gates did not follow the facts while it was closed
            await start_job(self._session, RECHECK, {"project": project.id})
        return project

    def _apply_own(self, project: Project, change: ProjectChange) -> tuple[dict[str, Any], dict[str, Any]]:
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for name in ("name", "state"):
            wanted = getattr(change, name)
            if wanted is not None and wanted != getattr(project, name):
                before[name], after[name] = getattr(project, name), wanted
                setattr(project, name, wanted)
        return before, after

    async def _apply_roles(
        self, project: Project, change: ProjectChange, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        if not change.roles:
            return
        known = {role.key: (role, holder) for role, holder in await self.roles(project.id)}
        for key, account_id in change.roles.items():
            if key not in known:
                raise RoleUnknown(Text(sv=f"Projektet har ingen roll {key}", en=f"The project has no role {key}"))
            role, holder = known[key]
            if holder != account_id:
                before[f"role.{key}"], after[f"role.{key}"] = holder, account_id
                await self._roles.hold(role, account_id)
