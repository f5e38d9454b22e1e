"""Every statement about imports, and the whole plan in one read."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.interchange.errors import ImportNotFound
from services.projects.interchange.models import PlanImport
from shared.kit.db import tenant_of


class InterchangeRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: PlanImport) -> None:
        self._session.add(row)

    async def get(self, import_id: UUID, *, lock: bool = False) -> PlanImport:
        """Raises ImportNotFound."""
        query = select(PlanImport).where(PlanImport.tenant_id == tenant_of(self._session), PlanImport.id == import_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise ImportNotFound()
        return found

    async def list_before(self, project_id: UUID, before: UUID | None, limit: int) -> Sequence[PlanImport]:
        """The newest first."""
        query = select(PlanImport).where(
            PlanImport.tenant_id == tenant_of(self._session), PlanImport.project_id == project_id
        )
        if before is not None:
            query = query.where(col(PlanImport.id) < before)
        return (await self._session.exec(query.order_by(col(PlanImport.id).desc()).limit(limit))).all()

    async def of_account(self, account_id: UUID) -> Sequence[PlanImport]:
        """What an account sent or applied."""
        query = select(PlanImport).where(
            PlanImport.tenant_id == tenant_of(self._session),
            (col(PlanImport.created_by) == account_id) | (col(PlanImport.applied_by) == account_id),
        )
        return (await self._session.exec(query)).all()

    async def plan(self, project_id: UUID) -> Sequence[Activity]:
        """Every row of a project that was not removed, in the order of the plan."""
        query = (
            select(Activity)
            .where(Activity.tenant_id == tenant_of(self._session), Activity.project_id == project_id)
            .where(col(Activity.deleted_at).is_(None))
            .order_by(col(Activity.position), col(Activity.id))
        )
        return (await self._session.exec(query)).all()
