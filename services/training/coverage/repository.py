"""Coverage as one set-based statement: nothing is counted in Python."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.coverage.holders import HOLDERS, PEOPLE
from services.training.coverage.models import Coverage
from services.training.seat.states import HAD
from shared.kit import clock
from shared.kit.db import tenant_of

# Everybody at once fits into memory: sorting on disk takes three times as long.
_ROOM = text("SET LOCAL work_mem = '48MB'")
# The same for everybody at once: a course is a bit, for arrays of 60 000 people do not fit into memory.
_BIT = """set_bit((SELECT none FROM course_bits),
            array_position((SELECT ids FROM course_bits), n.course_id) - 1, 1)"""
_CHANGED = text(f"""
WITH {PEOPLE},
course_bits AS MATERIALIZED (
    SELECT array_agg(c.course_id) AS ids, repeat('0', count(*)::integer)::"bit" AS none
    FROM (SELECT DISTINCT course_id FROM required) c
),
needed_bits AS (SELECT n.unit_id, n.role, bit_or({_BIT}) AS courses FROM needed_at n GROUP BY n.unit_id, n.role),
had_bits AS (
    SELECT n.person_id, bit_or({_BIT}) AS courses FROM (
        SELECT e.person_id, s.course_id
        FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
        WHERE e.tenant_id = :tenant AND {HAD}
        UNION ALL
        SELECT c.person_id, c.course_id FROM completion c WHERE c.tenant_id = :tenant
    ) n GROUP BY n.person_id
),
status AS (
    SELECT h.unit_id, h.role, h.person_id, coalesce(n.courses & a.courses = n.courses, false) AS trained
    FROM holder h
    LEFT JOIN needed_bits n ON n.unit_id = h.unit_id AND n.role = h.role
    LEFT JOIN had_bits a ON a.person_id = h.person_id
),
fresh AS (
    SELECT unit_id, role, count(*) FILTER (WHERE trained) AS trained, count(*) AS needed
    FROM status GROUP BY unit_id, role
    UNION ALL
    SELECT NULL, role, count(*) FILTER (WHERE trained), count(*)
    FROM (SELECT role, person_id, bool_or(trained) AS trained FROM status GROUP BY role, person_id) each
    GROUP BY role
)
SELECT coalesce(f.unit_id, c.unit_id) AS unit_id, coalesce(f.role, c.role) AS role,
       coalesce(f.trained, 0) AS trained, coalesce(f.needed, 0) AS needed, c.id AS id
FROM fresh f
FULL JOIN (SELECT * FROM coverage WHERE tenant_id = :tenant) c
    ON c.role = f.role AND coalesce(c.unit_id, :nobody) = coalesce(f.unit_id, :nobody)
WHERE (c.trained, c.needed) IS DISTINCT FROM (coalesce(f.trained, 0)::integer, coalesce(f.needed, 0)::integer)
ORDER BY 2, 1
""")

_NEEDS = text(f"""
WITH {HOLDERS}
SELECT s.unit_id, s.role, s.person_id, p.display_name, s.trained, ARRAY (
    SELECT n.course_id FROM needed_at n WHERE n.unit_id = s.unit_id AND n.role = s.role AND NOT EXISTS (
        SELECT FROM attended a WHERE a.person_id = s.person_id AND n.course_id = ANY (a.courses)
    ) ORDER BY n.course_id
) AS missing_course_ids
FROM status s JOIN person p ON p.tenant_id = :tenant AND p.id = s.person_id
WHERE (CAST(:units AS uuid[]) IS NULL OR s.unit_id = ANY(:units))
  AND (CAST(:role AS text) IS NULL OR s.role = :role)
  AND (CAST(:is_trained AS boolean) IS NULL OR s.trained = :is_trained)
  AND (CAST(:after_unit AS uuid) IS NULL
       OR (s.unit_id, s.role, s.person_id) > (:after_unit, :after_role, :after_person))
ORDER BY s.unit_id, s.role, s.person_id LIMIT :limit
""")

_NEEDING = text(f"""
WITH {HOLDERS}
SELECT DISTINCT h.person_id FROM holder h JOIN needed_at n ON n.unit_id = h.unit_id AND n.role = h.role
WHERE n.course_id = :course AND h.person_id = ANY(CAST(:people AS uuid[]))
""")

_GROUPS = {
    "school_form": "SELECT u.id AS unit_id, form AS key FROM unit u, unnest(u.school_forms) form"
    " WHERE u.tenant_id = :tenant",
    "wave": "SELECT w.unit_id, w.wave_id::text AS key FROM wave_unit w WHERE w.tenant_id = :tenant",
}
_SUMMARIES = {
    by: text(f"""
WITH {HOLDERS}, grouped AS ({units})
SELECT g.key, s.role, count(DISTINCT s.person_id) FILTER (WHERE s.trained) AS trained,
       count(DISTINCT s.person_id) AS needed
FROM status s JOIN grouped g ON g.unit_id = s.unit_id
WHERE (CAST(:units AS uuid[]) IS NULL OR s.unit_id = ANY(:units))
  AND (CAST(:after_key AS text) IS NULL OR (g.key, s.role) > (:after_key, :after_role))
GROUP BY g.key, s.role ORDER BY g.key, s.role LIMIT :limit
""")
    for by, units in _GROUPS.items()
}


class CoverageRepository:
    """Reads what is covered, of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """Let one transaction at a time compare and store the tenant's coverage: two would overwrite each other."""
        key = int.from_bytes(tenant_of(self._session).bytes[8:], "big", signed=True)
        await self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    async def changed(self) -> Sequence[Row[Any]]:
        """What differs from the stored coverage: unit_id, role, trained, needed, and the id of the stored row."""
        await self._session.execute(_ROOM)
        values = {"tenant": tenant_of(self._session), "today": clock.today(), "now": clock.now(), "nobody": UUID(int=0)}
        return (await self._session.execute(_CHANGED, values)).all()

    async def by_id(self, ids: Sequence[UUID]) -> dict[UUID, Coverage]:
        """The stored rows with these ids."""
        query = select(Coverage).where(Coverage.tenant_id == tenant_of(self._session), col(Coverage.id).in_(ids))
        return {row.id: row for row in (await self._session.exec(query)).all()}

    async def list(
        self, *, units: frozenset[UUID] | None, role: str | None, limit: int, after: tuple[UUID] | None
    ) -> Sequence[Coverage]:
        """Coverage rows by id; `units` None means all, the authority's own row included."""
        query = select(Coverage).where(Coverage.tenant_id == tenant_of(self._session))
        if units is not None:
            query = query.where(col(Coverage.unit_id).in_(units))
        if role is not None:
            query = query.where(Coverage.role == role)
        if after:
            query = query.where(tuple_(col(Coverage.id)) > after)
        return (await self._session.exec(query.order_by(col(Coverage.id)).limit(limit))).all()

    async def needs(
        self,
        *,
        units: frozenset[UUID] | None,
        role: str | None,
        is_trained: bool | None,
        limit: int,
        after: tuple[UUID, str, UUID] | None,
    ) -> Sequence[Row[Any]]:
        """Who needs training in a role at a unit, and whether they have it."""
        after_unit, after_role, after_person = after or (None, None, None)
        values = {
            "tenant": tenant_of(self._session),
            "today": clock.today(),
            "now": clock.now(),
            "units": None if units is None else list(units),
            "role": role,
            "is_trained": is_trained,
            "after_unit": after_unit,
            "after_role": after_role,
            "after_person": after_person,
            "limit": limit,
        }
        return (await self._session.execute(_NEEDS, values)).all()

    async def needing(self, course_id: UUID, people: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `people` who need the course today, whether or not they have it."""
        values = {
            "tenant": tenant_of(self._session),
            "today": clock.today(),
            "now": clock.now(),
            "course": course_id,
            "people": list(people),
        }
        return frozenset((await self._session.execute(_NEEDING, values)).scalars())

    async def summaries(
        self, by: str, units: frozenset[UUID] | None, limit: int, after: tuple[str, str] | None
    ) -> Sequence[Row[Any]]:
        """(key, role, trained, needed) per school form or wave, counted now; each person once."""
        after_key, after_role = after or (None, None)
        values = {
            "tenant": tenant_of(self._session),
            "today": clock.today(),
            "now": clock.now(),
            "units": None if units is None else list(units),
            "after_key": after_key,
            "after_role": after_role,
            "limit": limit,
        }
        return (await self._session.execute(_SUMMARIES[by], values)).all()

    async def tenants(self) -> Sequence[UUID]:
        """Every tenant with a roster, through the one function that may tell without a tenant."""
        return (await self._session.execute(text("SELECT roster_tenants()"))).scalars().all()
