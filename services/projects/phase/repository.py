"""Every statement about phases."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.phase.models import Phase
from shared.kit.db import tenant_of


class PhaseRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, phases: Sequence[Phase]) -> None:
        self._session.add_all(phases)

    async def list_after(self, project_id: UUID, after: int | None, limit: int) -> Sequence[Phase]:
        query = select(Phase).where(Phase.tenant_id == tenant_of(self._session), Phase.project_id == project_id)
        if after is not None:
            query = query.where(Phase.position > after)
        return (await self._session.exec(query.order_by(col(Phase.position)).limit(limit))).all()
