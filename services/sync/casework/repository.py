"""Every statement about correlation cases."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.casework.models import CorrelationCase
from services.sync.roster.models import Person
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

_BUILT_UPON = """
SELECT r.id FROM run r
WHERE r.tenant_id = :tenant AND r.kind = 'delivery' AND r.source = :source AND r.state = 'applied'
  AND r.ended_at > :since
  AND EXISTS (SELECT FROM planned_person p WHERE p.tenant_id = r.tenant_id AND p.run_id = r.id
              AND (p.id = :person OR p.source_id = :row))
  AND NOT EXISTS (SELECT FROM run u WHERE u.tenant_id = r.tenant_id AND u.undoes_run_id = r.id AND u.state = 'applied')
ORDER BY r.applied_version DESC LIMIT 1
"""


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

    async def built_upon(self, case: CorrelationCase) -> UUID | None:
        """The newest run that was applied by the decision and not undone since."""
        values = {"tenant": case.tenant_id, "source": case.source, "since": case.decided_at}
        values |= {"person": case.person_id, "row": case.source_id}
        found: UUID | None = await self._session.scalar(text(_BUILT_UPON), values)
        return found

    async def bearer(self, source: str, source_id: str) -> UUID | None:
        """The person who has this id in the roster."""
        query = select(Person.id).where(
            Person.tenant_id == tenant_of(self._session), Person.source == source, Person.source_id == source_id
        )
        return (await self._session.exec(query)).one_or_none()

    async def persons(self, ids: Collection[UUID]) -> dict[UUID, Person]:
        query = select(Person).where(Person.tenant_id == tenant_of(self._session), col(Person.id).in_(list(ids)))
        return {person.id: person for person in await self._session.exec(query)}
