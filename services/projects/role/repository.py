"""Every statement about roles and their holders."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.role.errors import AssignmentNotFound, RoleUnknown
from services.projects.role.models import ProjectRole, RoleAssignment
from shared.kit.db import tenant_of


class RoleRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, rows: Sequence[ProjectRole | RoleAssignment]) -> None:
        self._session.add_all(rows)

    async def remove(self, assignment: RoleAssignment) -> None:
        await self._session.delete(assignment)

    async def roles(self, project_id: UUID) -> Sequence[ProjectRole]:
        query = select(ProjectRole).where(
            ProjectRole.tenant_id == tenant_of(self._session), ProjectRole.project_id == project_id
        )
        return (await self._session.exec(query.order_by(col(ProjectRole.id)))).all()

    async def role(self, role_id: UUID, *, lock: bool = False) -> ProjectRole:
        """Raises RoleUnknown."""
        query = select(ProjectRole).where(ProjectRole.tenant_id == tenant_of(self._session), ProjectRole.id == role_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise RoleUnknown()
        return found

    async def assignment(self, assignment_id: UUID, *, lock: bool = False) -> RoleAssignment:
        """Raises AssignmentNotFound."""
        query = select(RoleAssignment).where(
            RoleAssignment.tenant_id == tenant_of(self._session), RoleAssignment.id == assignment_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise AssignmentNotFound()
        return found

    async def assignments(self, project_id: UUID) -> Sequence[RoleAssignment]:
        """All of a project, ended ones included, oldest first."""
        query = select(RoleAssignment).where(
            RoleAssignment.tenant_id == tenant_of(self._session), RoleAssignment.project_id == project_id
        )
        return (await self._session.exec(query.order_by(col(RoleAssignment.id)))).all()

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[RoleAssignment]:
        query = select(RoleAssignment).where(
            RoleAssignment.tenant_id == tenant_of(self._session), RoleAssignment.project_id == project_id
        )
        if after is not None:
            query = query.where(col(RoleAssignment.id) > after)
        return (await self._session.exec(query.order_by(col(RoleAssignment.id)).limit(limit))).all()

    async def of_role(self, role_id: UUID) -> Sequence[RoleAssignment]:
        query = select(RoleAssignment).where(
            RoleAssignment.tenant_id == tenant_of(self._session), RoleAssignment.role_id == role_id
        )
        return (await self._session.exec(query.order_by(col(RoleAssignment.id)))).all()

    async def of_account(self, account_id: UUID) -> Sequence[tuple[RoleAssignment, ProjectRole]]:
        """What an account holds or is deputy for, now and before."""
        query = (
            select(RoleAssignment, ProjectRole)
            .where(RoleAssignment.tenant_id == tenant_of(self._session))
            .where(
                ProjectRole.tenant_id == RoleAssignment.tenant_id, col(ProjectRole.id) == col(RoleAssignment.role_id)
            )
            .where((col(RoleAssignment.account_id) == account_id) | (col(RoleAssignment.deputy_id) == account_id))
        )
        return (await self._session.exec(query.order_by(col(RoleAssignment.id)))).all()
