"""Every statement about the programmes that an authority takes part in."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.membership.errors import ProgrammeMembershipNotFound
from services.projects.membership.models import ProgrammeMembership
from services.projects.project.models import Project
from shared.kit.db import tenant_of

MOST_PROJECTS = 200


class MembershipRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, membership: ProgrammeMembership) -> None:
        self._session.add(membership)
        await self._session.flush()

    async def get(self, membership_id: UUID, *, lock: bool = False) -> ProgrammeMembership:
        """Raises ProgrammeMembershipNotFound."""
        query = select(ProgrammeMembership).where(
            ProgrammeMembership.tenant_id == tenant_of(self._session), ProgrammeMembership.id == membership_id
        )
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise ProgrammeMembershipNotFound()
        return found

    async def by_handle(self, digest: bytes) -> ProgrammeMembership | None:
        query = select(ProgrammeMembership).where(
            ProgrammeMembership.tenant_id == tenant_of(self._session), ProgrammeMembership.handle_hash == digest
        )
        return (await self._session.exec(query.with_for_update())).one_or_none()

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[ProgrammeMembership]:
        query = select(ProgrammeMembership).where(ProgrammeMembership.tenant_id == tenant_of(self._session))
        if after is not None:
            query = query.where(col(ProgrammeMembership.id) > after)
        return (await self._session.exec(query.order_by(col(ProgrammeMembership.id)).limit(limit))).all()

    async def projects_of(self, template_key: str, other_than: str) -> Sequence[UUID]:
        """Active projects that were made from another version of this template."""
        query = select(Project.id).where(
            Project.tenant_id == tenant_of(self._session),
            Project.template_key == template_key,
            Project.template_version != other_than,
            Project.state == "active",
        )
        return (await self._session.exec(query.order_by(col(Project.id)).limit(MOST_PROJECTS))).all()
