"""Every query on what a plan is made of. Sessions named in `without` count as not there: mending moves them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.seat.states import BOOKED
from shared.kit import clock
from shared.kit.db import tenant_of

_WORKING = """
working AS (
    SELECT d.unit_id, d.person_id FROM duty d
    JOIN person p ON p.tenant_id = d.tenant_id AND p.id = d.person_id AND NOT p.ended
    JOIN unit u ON u.tenant_id = d.tenant_id AND u.id = d.unit_id AND NOT u.ended
    WHERE d.tenant_id = :tenant AND NOT d.ended
      AND (d.starts_on IS NULL OR d.starts_on <= :today) AND (d.ends_on IS NULL OR d.ends_on >= :today)
    GROUP BY d.unit_id, d.person_id
)
"""
# Who sits in which meeting of a session that takes place, as participant or at its head.
_MEETING = f"""
meeting AS (
    SELECT x.person_id, x.takes_part, s.id AS session_id, d.room_id, d.starts_at, d.ends_at
    FROM session s
    JOIN session_date d ON d.tenant_id = s.tenant_id AND d.session_id = s.id
        AND d.starts_at < :ends AND d.ends_at > :starts
    LEFT JOIN (
        SELECT e.session_id, e.person_id, true AS takes_part FROM enrolment e
        WHERE e.tenant_id = :tenant AND {BOOKED}
        UNION ALL
        SELECT t.session_id, t.person_id, false FROM session_trainer t WHERE t.tenant_id = :tenant
    ) x ON x.session_id = s.id
    WHERE s.tenant_id = :tenant AND s.state = 'planned' AND s.starts_at < :ends AND s.ends_at > :starts
      AND NOT s.id = ANY(CAST(:without AS uuid[]))
)
"""
_UNITS = text(f"""
WITH {_WORKING}
SELECT u.id, u.school_forms, v.goes_live_on, count(w.person_id) AS staff
FROM unit u
LEFT JOIN working w ON w.unit_id = u.id
LEFT JOIN wave_unit x ON x.tenant_id = u.tenant_id AND x.unit_id = u.id
LEFT JOIN wave v ON v.tenant_id = x.tenant_id AND v.id = x.wave_id
WHERE u.tenant_id = :tenant AND NOT u.ended GROUP BY u.id, u.school_forms, v.goes_live_on ORDER BY u.id
""")
_WORK = text(f"WITH {_WORKING} SELECT person_id, unit_id FROM working ORDER BY person_id, unit_id")
_KEYS = text("""
SELECT person_id, unit_id FROM appointment WHERE tenant_id = :tenant AND role = 'key_person' ORDER BY person_id, unit_id
""")
_SEATED = text(f"""
SELECT DISTINCT e.person_id, s.course_id
FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
WHERE e.tenant_id = :tenant AND s.state = 'planned' AND {BOOKED}
  AND s.ends_at > :now AND s.course_id = ANY(CAST(:courses AS uuid[])) AND NOT s.id = ANY(CAST(:without AS uuid[]))
""")
_BUSY = text(f"""
WITH {_MEETING}
SELECT person_id, starts_at, ends_at FROM meeting WHERE person_id IS NOT NULL
GROUP BY person_id, starts_at, ends_at ORDER BY person_id, starts_at, ends_at
""")
_ROOMS_BUSY = text(f"""
WITH {_MEETING}
SELECT room_id, starts_at, ends_at FROM meeting WHERE room_id IS NOT NULL
GROUP BY room_id, starts_at, ends_at ORDER BY room_id, starts_at, ends_at
""")
_ABSENT = text(f"""
WITH {_WORKING}, {_MEETING}
SELECT w.unit_id, m.starts_at, m.ends_at, count(DISTINCT m.person_id) AS people
FROM meeting m JOIN working w ON w.person_id = m.person_id
WHERE m.takes_part GROUP BY w.unit_id, m.starts_at, m.ends_at ORDER BY w.unit_id, m.starts_at, m.ends_at
""")
_ROOMS = text("SELECT id, seats FROM room WHERE tenant_id = :tenant AND id = ANY(CAST(:rooms AS uuid[])) ORDER BY id")
_COURSES = text("""
SELECT c.id, c.mode, c.min_size, c.max_size, c.archived, ARRAY (
    SELECT p.requires_id FROM prerequisite p
    WHERE p.tenant_id = c.tenant_id AND p.course_id = c.id AND p.kind = 'hard' ORDER BY p.requires_id
) AS requires
FROM course c WHERE c.tenant_id = :tenant AND c.id = ANY(CAST(:courses AS uuid[])) ORDER BY c.id
""")

Rows = Sequence[Row[Any]]


class PlanningRepository:
    """Facts of the session's tenant between two instants."""

    def __init__(self, session: AsyncSession, without: Sequence[UUID] = ()) -> None:
        self._session = session
        self._without = list(without)

    async def units(self) -> Rows:
        """(id, school_forms, goes_live_on, staff) of every unit; staff are people who work there today."""
        return await self._run(_UNITS, today=clock.today())

    async def work(self) -> Rows:
        """(person_id, unit_id) of everybody who works today."""
        return await self._run(_WORK, today=clock.today())

    async def keys(self) -> Rows:
        """(person_id, unit_id) of key persons."""
        return await self._run(_KEYS)

    async def seated(self, courses: Sequence[UUID]) -> Rows:
        """(person_id, course_id) of who is enrolled in a session that is still to come."""
        return await self._run(_SEATED, courses=list(courses), now=clock.now(), without=self._without)

    async def busy(self, starts: datetime, ends: datetime) -> Rows:
        """(person_id, starts_at, ends_at) of meetings that people take part in or hold."""
        return await self._run(_BUSY, starts=starts, ends=ends, without=self._without)

    async def rooms_busy(self, starts: datetime, ends: datetime) -> Rows:
        """(room_id, starts_at, ends_at) of meetings in rooms."""
        return await self._run(_ROOMS_BUSY, starts=starts, ends=ends, without=self._without)

    async def absent(self, starts: datetime, ends: datetime) -> Rows:
        """(unit_id, starts_at, ends_at, people) away in meetings."""
        return await self._run(_ABSENT, starts=starts, ends=ends, without=self._without, today=clock.today())

    async def rooms(self, ids: Sequence[UUID]) -> Rows:
        """(id, seats) of those of `ids` that exist."""
        return await self._run(_ROOMS, rooms=list(ids))

    async def courses(self, ids: Sequence[UUID]) -> Rows:
        """(id, mode, min_size, max_size, archived, requires) of those of `ids` that exist."""
        return await self._run(_COURSES, courses=list(ids))

    async def _run(self, statement: Any, **values: Any) -> Rows:
        await self._session.flush()
        return (await self._session.execute(statement, {"tenant": tenant_of(self._session), **values})).all()
