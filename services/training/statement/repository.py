"""Every query on the record store and what it was told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.statement.models import RecordStore
from services.training.statement.wording import statement_id
from shared.kit import clock
from shared.kit.db import tenant_of

# What could be said and was not: whatever became of a row meanwhile, each fact is told once. Nothing is told of
# protected people: even a pseudonym and the times of its meetings may tell who it is.
_FACTS = """
SELECT fact.subject_id, fact.verb, fact.person_id, fact.session_id, c.id AS course_id, c.title, fact.happened_at
FROM (
    SELECT e.id AS subject_id, 'registered' AS verb, e.person_id, e.session_id, s.course_id,
           e.created_at AS happened_at
    FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
    WHERE e.tenant_id = :tenant AND e.state IN ('confirmed', 'attended', 'partial', 'no_show')
    UNION ALL
    SELECT e.id, v.verb, e.person_id, e.session_id, s.course_id, s.ends_at
    FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
    CROSS JOIN (VALUES ('attended', true), ('completed', false)) v (verb, for_part)
    WHERE e.tenant_id = :tenant AND s.ends_at <= :now AND s.state <> 'cancelled'
      AND (e.state = 'attended' OR (e.state = 'partial' AND v.for_part))
    UNION ALL
    SELECT c.id, 'completed', c.person_id, NULL, c.course_id, c.completed_on::timestamptz
    FROM completion c WHERE c.tenant_id = :tenant
) fact
JOIN person p ON p.tenant_id = :tenant AND p.id = fact.person_id AND NOT p.protected
JOIN course c ON c.tenant_id = :tenant AND c.id = fact.course_id
WHERE NOT EXISTS (SELECT FROM statement s WHERE s.tenant_id = :tenant AND s.subject_id = fact.subject_id
                  AND s.verb = fact.verb)
"""
_WAITING = text(f"{_FACTS} ORDER BY fact.happened_at, fact.subject_id, fact.verb LIMIT :limit")
_COUNTS = text(
    f"SELECT (SELECT count(*) FROM statement WHERE tenant_id = :tenant) AS stored,"
    f" (SELECT count(*) FROM ({_FACTS}) waiting) AS waiting"
)
_STORED = text("""
INSERT INTO statement (tenant_id, id, subject_id, verb, stored_at)
SELECT :tenant, said.id, said.subject_id, said.verb, :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:subjects AS uuid[]), CAST(:verbs AS text[])) AS said (id, subject_id, verb)
ON CONFLICT DO NOTHING
""")
_FORGET = text("DELETE FROM statement WHERE tenant_id = :tenant")


class StatementRepository:
    """The record store of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def store(self, *, lock: bool = False) -> RecordStore | None:
        """The tenant's store; None where it has none."""
        query = select(RecordStore).where(RecordStore.tenant_id == tenant_of(self._session))
        return (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()

    async def waiting(self, limit: int) -> Sequence[Row[Any]]:
        """What the store was not told yet, oldest fact first."""
        return (await self._session.execute(_WAITING, self._values(limit=limit))).all()

    async def counts(self) -> Row[Any]:
        """(stored, waiting)"""
        return (await self._session.execute(_COUNTS, self._values())).one()

    async def note_stored(self, facts: Sequence[Row[Any]]) -> None:
        """The store has these."""
        tenant = tenant_of(self._session)
        ids: list[UUID] = [statement_id(tenant, fact.subject_id, fact.verb) for fact in facts]
        values = self._values(
            ids=ids, subjects=[fact.subject_id for fact in facts], verbs=[fact.verb for fact in facts]
        )
        await self._session.execute(_STORED, values)

    async def forget_stored(self) -> None:
        """Another store has nothing yet."""
        await self._session.execute(_FORGET, self._values())

    def add(self, store: RecordStore) -> None:
        self._session.add(store)

    async def remove(self, store: RecordStore) -> None:
        await self._session.delete(store)

    def _values(self, **values: Any) -> dict[str, Any]:
        return {"tenant": tenant_of(self._session), "now": clock.now()} | values
