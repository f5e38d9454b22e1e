"""Every query of catch-up."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.catchup.models import CatchUp, CatchUpPolicy
from services.training.coverage.holders import HOLDERS
from services.training.seat.states import AHEAD
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text

_MISSING = Text(sv="Förslaget finns inte", en="There is no such proposal", da="Forslaget findes ikke")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:course AS uuid)::text, 31))")
# Who still needs a course that is taught in sessions, has no seat ahead, and missed it (or waited until it was over),
# cancelled late, was in a session that was cancelled, or came anew.
_SEEKERS = f"""
WITH {HOLDERS},
wanting AS (
    SELECT h.person_id, n.course_id, max(d.starts_on) AS since
    FROM holder h
    JOIN needed_at n ON n.unit_id = h.unit_id AND n.role = h.role
    JOIN course c ON c.tenant_id = :tenant AND c.id = n.course_id AND c.mode <> 'self_study'
    LEFT JOIN attended a ON a.person_id = h.person_id
    LEFT JOIN duty d ON d.tenant_id = :tenant AND d.person_id = h.person_id AND d.unit_id = h.unit_id
        AND d.role = h.role AND NOT d.ended
    WHERE NOT coalesce(n.course_id = ANY (a.courses), false)
      AND (CAST(:course AS uuid) IS NULL OR n.course_id = :course)
    GROUP BY h.person_id, n.course_id
),
had AS (
    SELECT e.person_id, s.course_id,
        bool_or(e.state IN ('no_show', 'partial', 'waiting') AND s.ends_at <= :now) AS missed,
        bool_or(e.state = 'cancelled' AND (s.state = 'cancelled'
                OR e.updated_at > s.starts_at - make_interval(hours => CAST(:late_cancel_hours AS integer))))
            AS cancelled,
        bool_or({AHEAD} OR e.state = 'waiting' AND s.state = 'planned' AND s.ends_at > :now) AS ahead
    FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
    WHERE e.tenant_id = :tenant GROUP BY e.person_id, s.course_id
),
begun AS (
    SELECT DISTINCT course_id FROM session s
    WHERE s.tenant_id = :tenant AND s.state <> 'cancelled' AND s.ends_at <= :now
),
seeker AS (
    SELECT w.course_id, w.person_id,
        CASE WHEN had.missed THEN 'missed' WHEN had.cancelled THEN 'cancelled' ELSE 'newcomer' END AS reason
    FROM wanting w
    LEFT JOIN had ON had.person_id = w.person_id AND had.course_id = w.course_id
    WHERE NOT coalesce(had.ahead, false)
      AND (coalesce(had.missed OR had.cancelled, false)
           OR w.since > CAST(:today AS date) - CAST(:newcomer_days AS integer)
              AND EXISTS (SELECT FROM begun b WHERE b.course_id = w.course_id))
)
"""
_COURSES = text(f"{_SEEKERS} SELECT DISTINCT course_id FROM seeker ORDER BY course_id")
_IN_TURN = text(
    f"{_SEEKERS} SELECT person_id FROM seeker"
    " ORDER BY seats_goes_first(:tenant, person_id) DESC, reason = 'missed' DESC, person_id"
)
_NAMED = text(
    f"{_SEEKERS} SELECT s.person_id, s.reason, p.display_name FROM seeker s"
    " JOIN person p ON p.tenant_id = :tenant AND p.id = s.person_id"
    " WHERE CAST(:after AS uuid) IS NULL OR s.person_id > :after ORDER BY s.person_id LIMIT :limit"
)
# The earliest session, a day ahead, with seats that nobody waits for and people whom nothing hinders.
_ROOM = text("""
SELECT s.id, fit.people FROM session s
CROSS JOIN LATERAL (SELECT count(*) AS seats FROM free_seat f
                    WHERE f.tenant_id = s.tenant_id AND f.session_id = s.id) free
CROSS JOIN LATERAL (SELECT count(*) AS people FROM (
    SELECT FROM unnest(CAST(:people AS uuid[])) person WHERE NOT EXISTS (
        SELECT FROM seats_hurdle(s.tenant_id, s.id, s.choice_id, s.starts_at, s.ends_at, person, NULL))
    LIMIT free.seats) fitting) fit
WHERE s.tenant_id = :tenant AND s.course_id = :course AND s.state = 'planned' AND s.choice_id IS NULL
  AND s.starts_at > CAST(:now AS timestamptz) + interval '1 day' AND (s.freezes_at IS NULL OR s.freezes_at > :now)
  AND fit.people > 0
ORDER BY s.starts_at, s.id LIMIT 1
""")
_LIKE = text("""
SELECT s.id, s.zone, s.place FROM session s
WHERE s.tenant_id = :tenant AND s.course_id = :course AND s.state <> 'cancelled'
ORDER BY s.starts_at DESC, s.id LIMIT 1
""")
_OPEN = text("SELECT course_id FROM catch_up WHERE tenant_id = :tenant AND state = 'proposed' ORDER BY course_id")


class CatchUpRepository:
    """Catch-up in the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def policy(self) -> CatchUpPolicy | None:
        """The tenant's rule, where it has set one."""
        query = select(CatchUpPolicy).where(CatchUpPolicy.tenant_id == self._tenant)
        return (await self._session.exec(query)).one_or_none()

    async def lock(self, course_id: UUID) -> None:
        """Let one transaction at a time decide about a course."""
        await self._session.execute(_LOCK, {"course": course_id})

    async def courses(self, policy: CatchUpPolicy) -> Sequence[UUID]:
        """Courses that somebody seeks, or of which a proposal is open."""
        sought = (await self._session.execute(_COURSES, self._values(policy, None))).scalars().all()
        proposed = (await self._session.execute(_OPEN, {"tenant": self._tenant})).scalars().all()
        return sorted({*sought, *proposed})

    async def seekers(self, course_id: UUID, policy: CatchUpPolicy) -> Sequence[UUID]:
        """Who seeks a course: key persons of uncovered units, who missed it, the others."""
        return (await self._session.execute(_IN_TURN, self._values(policy, course_id))).scalars().all()

    async def named(
        self, course_id: UUID, policy: CatchUpPolicy, limit: int, after: tuple[UUID] | None
    ) -> Sequence[Row[Any]]:
        """person_id, reason and display_name of who seeks a course, by id."""
        values = self._values(policy, course_id) | {"limit": limit, "after": after[0] if after else None}
        return (await self._session.execute(_NAMED, values)).all()

    async def room(self, course_id: UUID, people: Sequence[UUID]) -> Row[Any] | None:
        """The next session with seats for some of `people`: id, and for how many (people)."""
        values = {"tenant": self._tenant, "course": course_id, "people": list(people), "now": clock.now()}
        return (await self._session.execute(_ROOM, values)).one_or_none()

    async def like(self, course_id: UUID) -> Row[Any] | None:
        """id, zone and place of the latest session."""
        return (await self._session.execute(_LIKE, {"tenant": self._tenant, "course": course_id})).one_or_none()

    async def proposed(self, course_id: UUID) -> CatchUp | None:
        """The open proposal of a course."""
        query = select(CatchUp).where(
            CatchUp.tenant_id == self._tenant, CatchUp.course_id == course_id, CatchUp.state == "proposed"
        )
        return (await self._session.exec(query)).one_or_none()

    async def last_dismissed(self, course_id: UUID) -> CatchUp | None:
        """The proposal of a course that somebody turned down last."""
        query = select(CatchUp).where(
            CatchUp.tenant_id == self._tenant, CatchUp.course_id == course_id, CatchUp.state == "dismissed"
        )
        return (await self._session.exec(query.order_by(col(CatchUp.updated_at).desc()).limit(1))).one_or_none()

    async def get(self, catch_up_id: UUID) -> CatchUp:
        """The proposal, or NotFound; read it again once its course is locked."""
        query = select(CatchUp).where(CatchUp.tenant_id == self._tenant, CatchUp.id == catch_up_id)
        found = (await self._session.exec(query.execution_options(populate_existing=True))).one_or_none()
        if found is None:
            raise NotFound(_MISSING)
        return found

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[CatchUp]:
        """Every proposal and what became of it, oldest first."""
        query = select(CatchUp).where(CatchUp.tenant_id == self._tenant)
        if after:
            query = query.where(CatchUp.id > after[0])
        return (await self._session.exec(query.order_by(col(CatchUp.id)).limit(limit))).all()

    def _values(self, policy: CatchUpPolicy, course_id: UUID | None) -> dict[str, Any]:
        return {
            "tenant": self._tenant,
            "today": clock.today(),
            "now": clock.now(),
            "course": course_id,
            "late_cancel_hours": policy.late_cancel_hours,
            "newcomer_days": policy.newcomer_days,
        }

    def add(self, row: CatchUp | CatchUpPolicy) -> None:
        self._session.add(row)
