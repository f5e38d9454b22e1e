"""Every query on sessions and the counts of their seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.seat.states import BOOKED
from services.training.session.models import Session
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text

_COUNTS = text(
    "SELECT session_id, count(seat) FILTER (WHERE state <> 'cancelled') AS taken,"
    " count(*) FILTER (WHERE state = 'offered') AS offered, count(*) FILTER (WHERE state = 'waiting') AS waiting,"
    " sum(version) AS changes"
    " FROM enrolment WHERE tenant_id = :tenant AND session_id = ANY(:ids) GROUP BY session_id"
)
_DUE = text("""
SELECT s.id FROM session s
WHERE s.tenant_id = :tenant AND s.state = 'planned' AND (
    s.decides_at <= :now AND s.decided_at IS NULL AND s.min_size IS NOT NULL
    OR EXISTS (SELECT FROM enrolment e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.id
               AND e.state = 'offered' AND e.offer_expires_at <= :now))
ORDER BY s.id
""")
# Who is in a session, or waits for it, and has another at the same time.
_OVERLAPPING = text(f"""
SELECT mine.id FROM enrolment mine
WHERE mine.tenant_id = :tenant AND mine.session_id = :session AND mine.state NOT IN ('cancelled', 'no_show')
  AND EXISTS (
    SELECT FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
    JOIN session_date theirs ON theirs.tenant_id = s.tenant_id AND theirs.session_id = s.id
    JOIN session_date ours ON ours.tenant_id = s.tenant_id AND ours.session_id = :session
        AND ours.starts_at < theirs.ends_at AND theirs.starts_at < ours.ends_at AND ours.ends_at > :now
    WHERE e.tenant_id = :tenant AND e.person_id = mine.person_id AND e.session_id <> :session
      AND {BOOKED} AND s.state = 'planned')
ORDER BY mine.id
""")


@dataclass(frozen=True)
class SeatCounts:
    """Seats in use (offers among them), people in the queue, and how often any of it changed."""

    taken: int = 0
    offered: int = 0
    waiting: int = 0
    changes: int = 0


class SessionRepository:
    """Sessions of the database session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, session_id: UUID, *, lock: bool = False) -> Session:
        """The session, or NotFound. `lock` is what every change of seats takes first; foreign keys pass it by."""
        query = select(Session).where(Session.tenant_id == tenant_of(self._session), Session.id == session_id)
        if lock:
            query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise NotFound(Text(sv="Tillfället finns inte", en="There is no such session", da="Sessionen findes ikke"))
        return found

    async def list(self, course_id: UUID | None, limit: int, after: tuple[datetime, UUID] | None) -> Sequence[Session]:
        """Sessions by start, then id."""
        query = select(Session).where(Session.tenant_id == tenant_of(self._session))
        if course_id is not None:
            query = query.where(Session.course_id == course_id)
        if after:
            query = query.where(tuple_(col(Session.starts_at), col(Session.id)) > after)
        ordered = query.order_by(col(Session.starts_at), col(Session.id)).limit(limit)
        return (await self._session.exec(ordered)).all()

    async def counts(self, ids: Sequence[UUID]) -> dict[UUID, SeatCounts]:
        """Of each session that anybody ever enrolled in."""
        await self._session.flush()
        rows = await self._session.execute(_COUNTS, {"tenant": tenant_of(self._session), "ids": list(ids)})
        return {row.session_id: SeatCounts(row.taken, row.offered, row.waiting, row.changes) for row in rows}

    async def overlapping(self, session_id: UUID) -> Sequence[UUID]:
        """Enrolments of people who have another session at the same time."""
        await self._session.flush()
        values = {"tenant": tenant_of(self._session), "session": session_id, "now": clock.now()}
        return (await self._session.execute(_OVERLAPPING, values)).scalars().all()

    async def due(self) -> Sequence[UUID]:
        """Sessions with offers that lapsed or whose day of decision has come."""
        values = {"tenant": tenant_of(self._session), "now": clock.now()}
        return (await self._session.execute(_DUE, values)).scalars().all()

    def add(self, session: Session) -> None:
        self._session.add(session)
