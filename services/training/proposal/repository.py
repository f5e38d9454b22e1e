"""Every query on plans, their sessions and seats."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, text
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.proposal.models import Plan, PlanSeat, PlanSession
from services.training.session.models import Enrolment
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text

_MISSING = Text(sv="Planen finns inte", en="There is no such plan", da="Planen findes ikke")
# Of the sessions that a plan and those before it have made: what is still to come, at the hours that it was planned at.
_LINE = """
WITH RECURSIVE line AS (
    SELECT p.id, p.base_id FROM plan p WHERE p.tenant_id = :tenant AND p.id = :plan
    UNION SELECT p.id, p.base_id FROM plan p JOIN line l ON p.id = l.base_id WHERE p.tenant_id = :tenant
)
"""
_HELD = text(f"""
{_LINE}
SELECT DISTINCT ON (s.id) s.id, s.course_id, x.form, d.starts_at, d.ends_at, d.room_id, s.capacity,
    (SELECT t.person_id FROM session_trainer t WHERE t.tenant_id = s.tenant_id AND t.session_id = s.id
     AND t.duty = 'trainer' ORDER BY t.id LIMIT 1) AS trainer_id,
    (SELECT t.person_id FROM session_trainer t WHERE t.tenant_id = s.tenant_id AND t.session_id = s.id
     AND t.duty = 'backup' ORDER BY t.id LIMIT 1) AS backup_id
FROM plan_session x
JOIN line ON line.id = x.plan_id
JOIN session s ON s.tenant_id = x.tenant_id AND s.id = x.session_id AND s.state = 'planned' AND s.starts_at > :now
JOIN session_date d ON d.tenant_id = s.tenant_id AND d.session_id = s.id
    AND d.starts_at = s.starts_at AND d.ends_at = s.ends_at
WHERE x.tenant_id = :tenant ORDER BY s.id
""")
# Of those with a seat in these sessions, who got it by hand: no plan gave it, and they have not left.
_BY_HAND = text(f"""
{_LINE}
SELECT e.session_id, e.person_id, s.course_id
FROM enrolment e
JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
JOIN person p ON p.tenant_id = e.tenant_id AND p.id = e.person_id AND NOT p.ended
WHERE e.tenant_id = :tenant AND e.session_id = ANY(CAST(:sessions AS uuid[])) AND e.state IN ('confirmed', 'offered')
  AND NOT EXISTS (
    SELECT FROM plan_seat x JOIN line ON line.id = x.plan_id
    WHERE x.tenant_id = :tenant AND x.person_id = e.person_id AND x.course_id = s.course_id
      AND x.plan_session_id IS NOT NULL)
ORDER BY e.id
""")
_PUBLISHING = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:tenant AS uuid)::text, 37))")


class PlanRepository:
    """Plans of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, plan_id: UUID, *, lock: bool = False) -> Plan:
        """The plan, or NotFound."""
        query = select(Plan).where(Plan.tenant_id == tenant_of(self._session), Plan.id == plan_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise NotFound(_MISSING)
        return found

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Plan]:
        """Oldest first."""
        query = select(Plan).where(Plan.tenant_id == tenant_of(self._session))
        if after:
            query = query.where(tuple_(col(Plan.id)) > after)
        return (await self._session.exec(query.order_by(col(Plan.id)).limit(limit))).all()

    async def left_out(self, ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many needs of each plan have no seat in it."""
        query = select(PlanSeat.plan_id, func.count()).where(
            PlanSeat.tenant_id == tenant_of(self._session),
            col(PlanSeat.plan_id).in_(ids),
            col(PlanSeat.plan_session_id).is_(None),
        )
        rows = await self._session.exec(query.group_by(col(PlanSeat.plan_id)))
        return dict(rows.all())

    async def sessions(
        self, plan_id: UUID, limit: int | None = None, after: tuple[UUID] | None = None
    ) -> Sequence[PlanSession]:
        """The plan's sessions, in the order in which they were made."""
        query = select(PlanSession).where(
            PlanSession.tenant_id == tenant_of(self._session), PlanSession.plan_id == plan_id
        )
        if after:
            query = query.where(tuple_(col(PlanSession.id)) > after)
        return (await self._session.exec(query.order_by(col(PlanSession.id)).limit(limit))).all()

    async def seats(
        self, plan_id: UUID, limit: int | None = None, after: tuple[UUID] | None = None
    ) -> Sequence[PlanSeat]:
        """Who sits where, by id."""
        query = select(PlanSeat).where(PlanSeat.tenant_id == tenant_of(self._session), PlanSeat.plan_id == plan_id)
        if after:
            query = query.where(tuple_(col(PlanSeat.id)) > after)
        return (await self._session.exec(query.order_by(col(PlanSeat.id)).limit(limit))).all()

    async def held(self, plan_id: UUID) -> Sequence[Row[Any]]:
        """The real sessions of a plan, and of those that it mends, that are still to come and were not moved by hand:
        (id, course_id, form, starts_at, ends_at, room_id, capacity, trainer_id, backup_id)."""
        await self._session.flush()
        values = {"tenant": tenant_of(self._session), "plan": plan_id, "now": clock.now()}
        return (await self._session.execute(_HELD, values)).all()

    async def by_hand(self, plan_id: UUID, sessions: Sequence[UUID]) -> Sequence[Row[Any]]:
        """(session_id, person_id, course_id) of seats in these sessions that neither the plan nor those that it mends
        gave."""
        await self._session.flush()
        values = {"tenant": tenant_of(self._session), "plan": plan_id, "sessions": list(sessions)}
        return (await self._session.execute(_BY_HAND, values)).all()

    async def is_mended(self, plan_id: UUID) -> bool:
        """Whether a plan that mends this one was published."""
        query = select(Plan.id).where(
            Plan.tenant_id == tenant_of(self._session), Plan.base_id == plan_id, Plan.state == "published"
        )
        return (await self._session.exec(query.limit(1))).first() is not None

    async def enrolled(
        self, sessions: Sequence[UUID], states: Sequence[str] = ("confirmed", "offered")
    ) -> Sequence[Enrolment]:
        """Everybody with a seat in these sessions, as it is now; or whose enrolments are in other `states`."""
        query = select(Enrolment).where(
            Enrolment.tenant_id == tenant_of(self._session),
            col(Enrolment.session_id).in_(sessions),
            col(Enrolment.state).in_(states),
        )
        found = await self._session.exec(query.order_by(col(Enrolment.id)).execution_options(populate_existing=True))
        return found.all()

    async def lock_publishing(self) -> None:
        """Let one plan at a time be published: two would take the same sessions and people one after the other."""
        await self._session.execute(_PUBLISHING, {"tenant": tenant_of(self._session)})

    def add(self, *rows: Plan | PlanSession | PlanSeat) -> None:
        self._session.add_all(rows)
