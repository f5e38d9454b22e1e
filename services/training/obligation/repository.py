"""Every query on cascades, obligations and attestations. What is owed is counted in one statement each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Result, Row, text
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.obligation.models import Attestation, Cascade, Obligation
from services.training.obligation.schemas import Sight
from services.training.seat.states import HAD
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text

# Who holds which role where today, and which courses each person has had.
_FACTS = f"""
working AS (
    SELECT d.unit_id, d.role, d.person_id FROM duty d
    JOIN person p ON p.tenant_id = d.tenant_id AND p.id = d.person_id AND NOT p.ended
    WHERE d.tenant_id = :tenant AND NOT d.ended
      AND (d.starts_on IS NULL OR d.starts_on <= :today) AND (d.ends_on IS NULL OR d.ends_on >= :today)
),
holder AS (
    SELECT unit_id, role, person_id FROM working
    UNION
    SELECT a.unit_id, a.role, a.person_id FROM appointment a
    WHERE a.tenant_id = :tenant
      AND EXISTS (SELECT FROM working w WHERE w.unit_id = a.unit_id AND w.person_id = a.person_id)
),
had AS (
    SELECT person_id, course_id, min(had_on) AS had_on FROM (
        SELECT e.person_id, s.course_id, s.ends_at::date AS had_on
        FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
        WHERE e.tenant_id = :tenant AND {HAD}
        UNION ALL
        SELECT c.person_id, c.course_id, c.completed_on FROM completion c WHERE c.tenant_id = :tenant
    ) each GROUP BY person_id, course_id
)
"""
_ARISING = text(f"""
WITH {_FACTS}
SELECT c.id AS cascade_id, h.person_id, h.unit_id,
       greatest(had.had_on, c.created_at::date) + c.days AS due_on
FROM cascade c
JOIN holder h ON h.role = c.holder_role
JOIN had ON had.person_id = h.person_id AND had.course_id = c.course_id
WHERE c.tenant_id = :tenant AND NOT c.archived AND NOT EXISTS (
    SELECT FROM obligation o WHERE o.tenant_id = :tenant AND o.cascade_id = c.id
      AND o.person_id = h.person_id AND o.unit_id = h.unit_id)
ORDER BY 1, 2, 3
""")
_STANDING = f"""
WITH {_FACTS},
owed AS (
    SELECT o.*, c.colleagues, c.teaches_id, c.colleague_role, c.holder_role, c.archived
    FROM obligation o JOIN cascade c ON c.tenant_id = o.tenant_id AND c.id = o.cascade_id
    WHERE o.tenant_id = :tenant
),
counted AS (
    SELECT o.*,
           (SELECT count(*) FROM attestation a WHERE a.tenant_id = :tenant AND a.obligation_id = o.id) AS taught,
           (SELECT count(DISTINCT h.person_id) FROM holder h
            WHERE h.unit_id = o.unit_id AND h.role = o.colleague_role AND h.person_id <> o.person_id
              AND NOT EXISTS (SELECT FROM had WHERE had.person_id = h.person_id AND had.course_id = o.teaches_id)
           ) AS left_over,
           EXISTS (SELECT FROM holder h WHERE h.unit_id = o.unit_id AND h.person_id = o.person_id
                     AND h.role = o.holder_role) AS holds
    FROM owed o WHERE {{which}}
)
SELECT c.*, coalesce(p.display_name, '') AS display_name,
       CASE WHEN c.state = 'released' THEN 'released'
            WHEN c.taught >= c.colleagues OR c.left_over = 0 THEN 'met'
            WHEN NOT c.holds THEN 'vacant'
            WHEN c.due_on < :today THEN 'overdue'
            ELSE 'open' END AS stands
FROM counted c LEFT JOIN person p ON p.tenant_id = :tenant AND p.id = c.person_id
"""
_MOVED = text(f"SELECT * FROM ({_STANDING.format(which='true')}) every WHERE stands <> state ORDER BY id")
_ONE = text(_STANDING.format(which="o.id = :id"))
_LIST = text(
    _STANDING.format(
        which="(CAST(:units AS uuid[]) IS NULL OR o.unit_id = ANY(:units) OR o.person_id = :own)"
        " AND (CAST(:after AS uuid) IS NULL OR o.id > :after)"
        " AND (CAST(:state AS text) IS NULL OR o.state = :state)"
    )
    + " ORDER BY c.id LIMIT :limit"
)
_NOT_COLLEAGUES = text(f"""
WITH {_FACTS}
SELECT asked FROM unnest(CAST(:people AS uuid[])) asked
WHERE asked = :own OR NOT EXISTS (SELECT FROM holder h WHERE h.unit_id = :unit AND h.person_id = asked)
""")


class ObligationRepository:
    """What is owed, of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """One transaction at a time follows up a tenant's obligations."""
        query = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:tenant AS uuid)::text, 23))")
        await self._session.execute(query, {"tenant": tenant_of(self._session)})

    async def cascade(self, cascade_id: UUID, *, lock: bool = False) -> Cascade:
        """The rule, or NotFound."""
        query = select(Cascade).where(Cascade.tenant_id == tenant_of(self._session), Cascade.id == cascade_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise NotFound(Text(sv="Regeln finns inte", en="There is no such rule", da="Reglen findes ikke"))
        return found

    async def find_cascade(self, like: Cascade) -> Cascade | None:
        """The rule on the same courses and roles."""
        query = select(Cascade).where(
            Cascade.tenant_id == tenant_of(self._session),
            Cascade.course_id == like.course_id,
            Cascade.teaches_id == like.teaches_id,
            Cascade.holder_role == like.holder_role,
            Cascade.colleague_role == like.colleague_role,
        )
        return (await self._session.exec(query)).one_or_none()

    async def cascades(self, limit: int, after: tuple[UUID] | None) -> Sequence[Cascade]:
        """Rules, oldest first."""
        query = select(Cascade).where(Cascade.tenant_id == tenant_of(self._session))
        if after:
            query = query.where(tuple_(col(Cascade.id)) > after)
        return (await self._session.exec(query.order_by(col(Cascade.id)).limit(limit))).all()

    async def get(self, obligation_id: UUID, *, lock: bool = False) -> Obligation:
        """The obligation, or NotFound."""
        query = select(Obligation).where(
            Obligation.tenant_id == tenant_of(self._session), Obligation.id == obligation_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise NotFound(Text(sv="Åtagandet finns inte", en="No such obligation", da="Forpligtelsen findes ikke"))
        return found

    async def locked(self, ids: Sequence[UUID]) -> Sequence[Obligation]:
        """The obligations with these ids, locked in their order."""
        query = select(Obligation).where(Obligation.tenant_id == tenant_of(self._session), col(Obligation.id).in_(ids))
        return (await self._session.exec(query.order_by(col(Obligation.id)).with_for_update())).all()

    async def arising(self) -> Sequence[Row[Any]]:
        """(cascade_id, person_id, unit_id, due_on) of what is owed since somebody qualified, and not written down."""
        return (await self._run(_ARISING)).all()

    async def moved(self) -> dict[UUID, str]:
        """Which obligations no longer stand as they are stored, and how they stand."""
        return {row.id: row.stands for row in await self._run(_MOVED)}

    async def standing(self, obligation_id: UUID) -> Row[Any]:
        """One obligation with names and counts."""
        return (await self._run(_ONE, id=obligation_id)).one()

    async def list(self, sight: Sight, state: str | None, limit: int, after: tuple[UUID] | None) -> Sequence[Row[Any]]:
        """Obligations with names and counts, oldest first."""
        units = None if sight.units is None else list(sight.units)
        at = after[0] if after else None
        return (await self._run(_LIST, units=units, own=sight.own, state=state, limit=limit, after=at)).all()

    async def strangers(self, obligation: Obligation, people: Sequence[UUID]) -> frozenset[UUID]:
        """Those of `people` who are no colleagues at the obligation's unit today."""
        values = {"people": list(people), "own": obligation.person_id, "unit": obligation.unit_id}
        return frozenset((await self._run(_NOT_COLLEAGUES, **values)).scalars())

    async def attestations(self, obligation_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Attestation]:
        """Who was taught, oldest first."""
        query = select(Attestation).where(
            Attestation.tenant_id == tenant_of(self._session), Attestation.obligation_id == obligation_id
        )
        if after:
            query = query.where(tuple_(col(Attestation.id)) > after)
        return (await self._session.exec(query.order_by(col(Attestation.id)).limit(limit))).all()

    async def attestation(self, attestation_id: UUID) -> Attestation:
        """The attestation, or NotFound."""
        query = select(Attestation).where(
            Attestation.tenant_id == tenant_of(self._session), Attestation.id == attestation_id
        )
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise NotFound(Text(sv="Intyget finns inte", en="No such attestation", da="Attesten findes ikke"))
        return found

    def add(self, row: Cascade | Obligation | Attestation) -> None:
        self._session.add(row)

    async def remove(self, row: Attestation) -> None:
        await self._session.delete(row)

    async def _run(self, statement: Executable, **values: Any) -> Result[Any]:
        await self._session.flush()
        common = {"tenant": tenant_of(self._session), "today": clock.today(), "now": clock.now()}
        return await self._session.execute(statement, common | values)
