"""Every statement about flows, destinations and runs."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.transfer.errors import DestinationNotFound, FlowNotFound, RunNotFound
from services.projects.transfer.models import MigrationCheck, MigrationFlow, MigrationRun, TransferDestination
from shared.kit.db import tenant_of

Row = MigrationFlow | TransferDestination | MigrationRun | MigrationCheck


class TransferRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    def add(self, rows: Sequence[Row]) -> None:
        self._session.add_all(rows)

    async def flow(self, flow_id: UUID, *, lock: bool = False) -> MigrationFlow:
        """Raises FlowNotFound."""
        query = select(MigrationFlow).where(MigrationFlow.tenant_id == self._tenant, MigrationFlow.id == flow_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise FlowNotFound()
        return found

    async def flows(self, project_id: UUID) -> Sequence[MigrationFlow]:
        """All of a project in their order."""
        query = select(MigrationFlow).where(
            MigrationFlow.tenant_id == self._tenant, MigrationFlow.project_id == project_id
        )
        return (await self._session.exec(query.order_by(col(MigrationFlow.position), col(MigrationFlow.id)))).all()

    async def last_position(self, project_id: UUID) -> int:
        query = select(func.max(MigrationFlow.position)).where(
            MigrationFlow.tenant_id == self._tenant, MigrationFlow.project_id == project_id
        )
        return (await self._session.exec(query)).one() or 0

    async def destination(self, destination_id: UUID, *, lock: bool = False) -> TransferDestination:
        """Raises DestinationNotFound."""
        query = select(TransferDestination).where(
            TransferDestination.tenant_id == self._tenant, TransferDestination.id == destination_id
        )
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise DestinationNotFound()
        return found

    async def destinations(self, project_id: UUID) -> Sequence[TransferDestination]:
        query = select(TransferDestination).where(
            TransferDestination.tenant_id == self._tenant, TransferDestination.project_id == project_id
        )
        return (await self._session.exec(query.order_by(col(TransferDestination.key)))).all()

    async def run(self, run_id: UUID, *, lock: bool = False) -> MigrationRun:
        """Raises RunNotFound."""
        query = select(MigrationRun).where(MigrationRun.tenant_id == self._tenant, MigrationRun.id == run_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise RunNotFound()
        return found

    async def runs_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[MigrationRun]:
        query = select(MigrationRun).where(
            MigrationRun.tenant_id == self._tenant, MigrationRun.project_id == project_id
        )
        if after is not None:
            query = query.where(col(MigrationRun.id) > after)
        return (await self._session.exec(query.order_by(col(MigrationRun.id)).limit(limit))).all()

    async def checks(self, run_ids: Collection[UUID]) -> Sequence[MigrationCheck]:
        query = select(MigrationCheck).where(
            MigrationCheck.tenant_id == self._tenant, col(MigrationCheck.run_id).in_(run_ids)
        )
        return (await self._session.exec(query.order_by(col(MigrationCheck.id)))).all()

    async def checked_by(self, account_id: UUID) -> Sequence[MigrationCheck]:
        query = select(MigrationCheck).where(
            MigrationCheck.tenant_id == self._tenant, MigrationCheck.checked_by == account_id
        )
        return (await self._session.exec(query)).all()
