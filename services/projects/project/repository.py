"""Every statement about projects and their parties."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.project.errors import ProjectNotFound
from services.projects.project.models import Project, ProjectParty
from shared.kit.db import tenant_of


class ProjectRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, rows: Sequence[Project | ProjectParty]) -> None:
        self._session.add_all(rows)

    async def get(self, project_id: UUID, *, lock: bool = False) -> Project:
        """Raises ProjectNotFound."""
        query = select(Project).where(Project.tenant_id == tenant_of(self._session), Project.id == project_id)
        if lock:
            query = query.with_for_update()
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise ProjectNotFound()
        return found

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[Project]:
        """Oldest first; ids are ordered by time."""
        query = select(Project).where(Project.tenant_id == tenant_of(self._session))
        if after is not None:
            query = query.where(col(Project.id) > after)
        return (await self._session.exec(query.order_by(col(Project.id)).limit(limit))).all()

    async def active_ids(self) -> Sequence[UUID]:
        query = select(Project.id).where(Project.tenant_id == tenant_of(self._session), Project.state == "active")
        return (await self._session.exec(query.order_by(col(Project.id)))).all()

    async def parties(self, project_id: UUID) -> Sequence[ProjectParty]:
        query = select(ProjectParty).where(
            ProjectParty.tenant_id == tenant_of(self._session), ProjectParty.project_id == project_id
        )
        return (await self._session.exec(query.order_by(col(ProjectParty.id)))).all()
