"""Every statement of the reports: one for each, however many units, sessions or people it speaks of."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.report.models import SubstituteRate
from shared.kit import clock
from shared.kit.db import tenant_of

_MINE = "(CAST(:units AS uuid[]) IS NULL OR {column} = ANY(:units))"

_COVERAGE = text(f"""
SELECT u.id AS unit_id, u.name, c.role, c.trained, c.needed
FROM coverage c JOIN unit u ON u.tenant_id = c.tenant_id AND u.id = c.unit_id AND NOT u.ended
WHERE c.tenant_id = :tenant AND c.needed > 0 AND {_MINE.format(column="u.id")}
ORDER BY u.name, u.id, c.role
""")
_WHOLE = text(
    "SELECT role, trained, needed FROM coverage WHERE tenant_id = :tenant AND unit_id IS NULL AND needed > 0"
    " ORDER BY role"
)
# The index of sessions is by course: whoever looks at one sees few rows, and at all of them a season.
_SESSIONS = text("""
SELECT s.id, s.state, s.zone, s.place, s.capacity, c.title, d.starts_at, d.ends_at, r.name AS room,
       (SELECT count(e.seat) FROM enrolment e WHERE e.tenant_id = s.tenant_id AND e.session_id = s.id
            AND e.state <> 'cancelled') AS taken
FROM session_date d
JOIN session s ON s.tenant_id = d.tenant_id AND s.id = d.session_id AND s.state <> 'cancelled'
JOIN course c ON c.tenant_id = s.tenant_id AND c.id = s.course_id
LEFT JOIN room r ON r.tenant_id = d.tenant_id AND r.id = d.room_id
WHERE d.tenant_id = :tenant AND d.starts_at >= :from_time AND d.starts_at < :to_time
  AND (CAST(:course AS uuid) IS NULL OR s.course_id = :course)
ORDER BY d.starts_at, s.id
""").columns(title=JSONB)
_SESSION = text("""
SELECT s.id, s.state, s.zone, s.place, s.starts_at, s.ends_at, c.title,
       (SELECT string_agg(p.display_name, ', ' ORDER BY t.duty DESC, p.display_name) FROM session_trainer t
        JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
        WHERE t.tenant_id = s.tenant_id AND t.session_id = s.id) AS trainers
FROM session s JOIN course c ON c.tenant_id = s.tenant_id AND c.id = s.course_id
WHERE s.tenant_id = :tenant AND s.id = :session
""").columns(title=JSONB)
# A protected person stands under the alias: nothing else of them is kept here. Who was erased has no name.
_WORKS = """
EXISTS (SELECT FROM duty d WHERE d.tenant_id = e.tenant_id AND d.person_id = e.person_id AND NOT d.ended
        AND (d.starts_on IS NULL OR d.starts_on <= :today) AND (d.ends_on IS NULL OR d.ends_on >= :today)
        AND d.unit_id = ANY(:units))
"""
_LIST = text(f"""
SELECT coalesce(p.display_name, '') AS name, e.state, w.names AS units
FROM enrolment e
LEFT JOIN person p ON p.tenant_id = e.tenant_id AND p.id = e.person_id
LEFT JOIN LATERAL (
    SELECT string_agg(DISTINCT u.name, ', ') AS names FROM duty d
    JOIN unit u ON u.tenant_id = d.tenant_id AND u.id = d.unit_id AND NOT u.ended
    WHERE d.tenant_id = e.tenant_id AND d.person_id = e.person_id AND NOT d.ended
      AND (d.starts_on IS NULL OR d.starts_on <= :today) AND (d.ends_on IS NULL OR d.ends_on >= :today)) w ON true
WHERE e.tenant_id = :tenant AND e.session_id = :session
  AND e.state IN ('confirmed', 'attended', 'partial', 'no_show')
  AND (CAST(:units AS uuid[]) IS NULL OR {_WORKS})
ORDER BY 1, e.id
""")
# Hours of everybody who is or was away for a session, each person's split evenly between the units they work at, so
# that the sum of the units is that of the authority. Who did not come was at work.
_AWAY = """
away AS (
    SELECT e.person_id, s.course_id, sum(d.hours) AS hours
    FROM session s
    JOIN LATERAL (SELECT sum(extract(epoch FROM d.ends_at - d.starts_at)) / 3600 AS hours FROM session_date d
                  WHERE d.tenant_id = s.tenant_id AND d.session_id = s.id) d ON true
    JOIN enrolment e ON e.tenant_id = s.tenant_id AND e.session_id = s.id
        AND e.state IN ('confirmed', 'attended', 'partial')
    WHERE s.tenant_id = :tenant AND s.state <> 'cancelled'
      AND s.starts_at >= :from_time AND s.starts_at < :to_time
    GROUP BY e.person_id, s.course_id
),
place AS (
    SELECT DISTINCT d.person_id, d.unit_id FROM duty d
    JOIN unit u ON u.tenant_id = d.tenant_id AND u.id = d.unit_id AND NOT u.ended
    WHERE d.tenant_id = :tenant AND NOT d.ended AND EXISTS (SELECT FROM away a WHERE a.person_id = d.person_id)
      AND (d.starts_on IS NULL OR d.starts_on <= :today) AND (d.ends_on IS NULL OR d.ends_on >= :today)
),
share AS (
    SELECT a.person_id, a.course_id, p.unit_id, a.hours / greatest(count(*) OVER (
        PARTITION BY a.person_id, a.course_id), 1) AS hours
    FROM away a LEFT JOIN place p ON p.person_id = a.person_id
)
"""
_COSTS = {
    "unit": text(f"""
WITH {_AWAY}
SELECT s.unit_id AS id, u.name, NULL::jsonb AS title, count(DISTINCT s.person_id) AS people, sum(s.hours) AS hours
FROM share s LEFT JOIN unit u ON u.tenant_id = :tenant AND u.id = s.unit_id
WHERE {_MINE.format(column="s.unit_id")}
GROUP BY s.unit_id, u.name ORDER BY u.name NULLS LAST, s.unit_id
""").columns(title=JSONB),
    "course": text(f"""
WITH {_AWAY}
SELECT s.course_id AS id, c.key AS name, c.title, count(DISTINCT s.person_id) AS people, sum(s.hours) AS hours
FROM share s JOIN course c ON c.tenant_id = :tenant AND c.id = s.course_id
WHERE {_MINE.format(column="s.unit_id")}
GROUP BY s.course_id, c.key, c.title ORDER BY c.key, s.course_id
""").columns(title=JSONB),
}

Units = Collection[UUID] | None


class ReportRepository:
    """Reports on the session's tenant. `units` are those that the caller may see; None means all."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def coverage(self, units: Units) -> Sequence[Any]:
        """unit_id, name, role, trained, needed by name; units where nobody needs anything are left out."""
        return await self._rows(_COVERAGE, units=_listed(units))

    async def whole(self) -> Sequence[Any]:
        """role, trained, needed of the authority."""
        return await self._rows(_WHOLE)

    async def sessions(self, from_time: datetime, to_time: datetime, course_id: UUID | None) -> Sequence[Any]:
        """Dates of sessions that begin in that time, with title, room and seats taken."""
        return await self._rows(_SESSIONS, from_time=from_time, to_time=to_time, course=course_id)

    async def session(self, session_id: UUID) -> Any | None:
        """state, zone, place, times, title and trainers of one session."""
        return next(iter(await self._rows(_SESSION, session=session_id)), None)

    async def attendance(self, session_id: UUID, units: Units) -> Sequence[Any]:
        """name (the alias of protected persons), state and units of who has or had a seat, by name."""
        return await self._rows(_LIST, session=session_id, units=_listed(units), today=clock.today())

    async def costs(self, by: str, from_time: datetime, to_time: datetime, units: Units) -> Sequence[Any]:
        """id, name, title, people and hours away of each unit or course."""
        values = {"from_time": from_time, "to_time": to_time, "units": _listed(units), "today": clock.today()}
        return await self._rows(_COSTS[by], **values)

    async def rate(self, *, lock: bool = False) -> SubstituteRate | None:
        query = select(SubstituteRate).where(SubstituteRate.tenant_id == tenant_of(self._session))
        return (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()

    def add(self, rate: SubstituteRate) -> None:
        self._session.add(rate)

    async def _rows(self, statement: Any, **values: date | datetime | UUID | list[UUID] | None) -> Sequence[Any]:
        found = await self._session.execute(statement, {"tenant": tenant_of(self._session), **values})
        return found.all()


def _listed(units: Units) -> list[UUID] | None:
    return None if units is None else list(units)
