"""Every statement about correlation cases."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.casework.models import CorrelationCase
from services.sync.roster.models import Person
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound


class CaseRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, case_id: UUID, *, lock: bool = False) -> CorrelationCase:
        """Raises NotFound."""
        query = select(CorrelationCase).where(
            CorrelationCase.tenant_id == tenant_of(self._session), CorrelationCase.id == case_id
        )
        query = query.execution_options(populate_existing=True).with_for_update() if lock else query
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise NotFound()
        return found

    async def list_after(
        self, state: str | None, source: str | None, after: UUID | None, limit: int
    ) -> Sequence[CorrelationCase]:
        query = select(CorrelationCase).where(CorrelationCase.tenant_id == tenant_of(self._session))
        if state is not None:
            query = query.where(CorrelationCase.state == state)
        if source is not None:
            query = query.where(CorrelationCase.source == source)
        if after is not None:
            query = query.where(CorrelationCase.id > after)
        return (await self._session.exec(query.order_by(col(CorrelationCase.id)).limit(limit))).all()

    async def persons(self, ids: Collection[UUID]) -> dict[UUID, Person]:
        query = select(Person).where(Person.tenant_id == tenant_of(self._session), col(Person.id).in_(list(ids)))
        return {person.id: person for person in await self._session.exec(query)}
