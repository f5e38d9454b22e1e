"""Every statement about links between activities."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Dependency
from services.projects.dependency.ends import End, LinkRow
from services.projects.dependency.errors import DependencyNotFound
from services.projects.plan.vocabulary import DependencyType
from services.projects.project.models import Project
from shared.kit.db import tenant_of

# Plain columns: a plan can have 15 000 links, and nothing here needs them as rows of the ORM.
_LINKS = text(
    "SELECT id, predecessor_id, successor_id, type, lag_days, is_soft FROM dependency"
    " WHERE tenant_id = :tenant AND project_id = :project ORDER BY id"
)
_ENDS = text(
    "SELECT id, project_id, parent_id, source_ref, title, side, deleted_at IS NOT NULL,"
    " is_enabled AND deleted_at IS NULL AND state <> 'cancelled'"
    " FROM activity WHERE tenant_id = :tenant AND id = ANY(:ids)"
).columns(title=JSONB)
_PARENTS = text(
    "SELECT id, parent_id FROM activity"
    " WHERE tenant_id = :tenant AND project_id = :project AND parent_id IS NOT NULL AND deleted_at IS NULL"
)


class DependencyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, rows: Sequence[Dependency]) -> None:
        self._session.add_all(rows)

    async def remove(self, row: Dependency) -> None:
        await self._session.delete(row)
        await self._session.flush()

    async def hold(self, project_id: UUID) -> None:
        """Let one transaction at a time change the links of a project: two at once could close a circle together."""
        query = select(Project.id).where(Project.tenant_id == tenant_of(self._session), Project.id == project_id)
        await self._session.exec(query.with_for_update())

    async def get(self, dependency_id: UUID, *, lock: bool = False) -> Dependency:
        """Raises DependencyNotFound."""
        query = select(Dependency).where(
            Dependency.tenant_id == tenant_of(self._session), Dependency.id == dependency_id
        )
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise DependencyNotFound()
        return found

    async def twin(self, predecessor_id: UUID, successor_id: UUID, kind: DependencyType) -> UUID | None:
        """The link of this type between the two that is there already."""
        query = select(Dependency.id).where(
            Dependency.tenant_id == tenant_of(self._session),
            Dependency.predecessor_id == predecessor_id,
            Dependency.successor_id == successor_id,
            Dependency.type == kind.value,
        )
        return (await self._session.exec(query)).first()

    async def list_after(
        self, project_id: UUID, after: UUID | None, limit: int | None, activity_id: UUID | None
    ) -> Sequence[Dependency]:
        """Oldest first; with an activity, only the links at it."""
        query = select(Dependency).where(
            Dependency.tenant_id == tenant_of(self._session), Dependency.project_id == project_id
        )
        if activity_id is not None:
            query = query.where(
                (col(Dependency.predecessor_id) == activity_id) | (col(Dependency.successor_id) == activity_id)
            )
        if after is not None:
            query = query.where(col(Dependency.id) > after)
        query = query.order_by(col(Dependency.id))
        return (await self._session.exec(query if limit is None else query.limit(limit))).all()

    async def links(self, project_id: UUID) -> list[LinkRow]:
        """Every link of a project, oldest first."""
        found = await self._session.execute(_LINKS, self._of(project_id))
        return [LinkRow(*row) for row in found.all()]

    async def ends(self, ids: Collection[UUID]) -> dict[UUID, End]:
        """The activities with these ids, removed ones included, so that a link to one can still be shown."""
        found = await self._session.execute(_ENDS, {"tenant": tenant_of(self._session), "ids": list(ids)})
        return {row[0]: End(*row) for row in found.all()}

    async def parents(self, project_id: UUID) -> dict[UUID, UUID]:
        """The row above each row of a project that has one."""
        found = await self._session.execute(_PARENTS, self._of(project_id))
        return {row[0]: row[1] for row in found.all()}

    def _of(self, project_id: UUID) -> dict[str, UUID]:
        return {"tenant": tenant_of(self._session), "project": project_id}
