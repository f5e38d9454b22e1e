"""Every query on the dates and trainers of sessions."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.meeting.models import SessionDate, SessionTrainer
from services.training.seat.states import BOOKED
from shared.kit.db import tenant_of

# The lock under which a person gets a seat, too (migration `seats`): nobody comes to hold and to learn at once.
_PEOPLE_LOCK = text(
    "SELECT pg_advisory_xact_lock(keys.key) FROM"
    " (SELECT DISTINCT hashtextextended(p::text, 17) AS key FROM unnest(CAST(:people AS uuid[])) p ORDER BY 1) keys"
)
# Meetings of other sessions at the same time, in one of the rooms, or with one of the trainers at its head or in it.
_CLASH = text(f"""
WITH busy AS (
    SELECT t.session_id, t.person_id FROM session_trainer t
    WHERE t.tenant_id = :tenant AND t.person_id = ANY(CAST(:people AS uuid[]))
    UNION ALL
    SELECT e.session_id, e.person_id FROM enrolment e
    WHERE e.tenant_id = :tenant AND e.person_id = ANY(CAST(:people AS uuid[]))
      AND {BOOKED}
)
SELECT d.session_id, d.room_id, b.person_id
FROM unnest(CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]), CAST(:rooms AS uuid[]))
    AS ours (starts, ends, room)
JOIN session_date d ON d.tenant_id = :tenant AND d.starts_at < ours.ends AND ours.starts < d.ends_at
JOIN session s ON s.tenant_id = d.tenant_id AND s.id = d.session_id AND s.state = 'planned' AND s.id <> :session
LEFT JOIN busy b ON b.session_id = d.session_id
WHERE d.room_id = ours.room OR b.person_id IS NOT NULL
ORDER BY d.starts_at, d.session_id LIMIT 1
""")


class MeetingRepository:
    """Dates and trainers of the database session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def dates(self, ids: Sequence[UUID]) -> dict[UUID, list[SessionDate]]:
        """The meetings of each session, in order."""
        query = select(SessionDate).where(
            SessionDate.tenant_id == tenant_of(self._session), col(SessionDate.session_id).in_(ids)
        )
        found: dict[UUID, list[SessionDate]] = defaultdict(list)
        for date in (await self._session.exec(query.order_by(col(SessionDate.starts_at)))).all():
            found[date.session_id].append(date)
        return found

    async def trainers(self, ids: Sequence[UUID]) -> dict[UUID, list[SessionTrainer]]:
        """Who holds each session, or steps in."""
        query = select(SessionTrainer).where(
            SessionTrainer.tenant_id == tenant_of(self._session), col(SessionTrainer.session_id).in_(ids)
        )
        found: dict[UUID, list[SessionTrainer]] = defaultdict(list)
        for trainer in (await self._session.exec(query.order_by(col(SessionTrainer.id)))).all():
            found[trainer.session_id].append(trainer)
        return found

    async def clash(self, session_id: UUID, dates: Sequence[Any], people: Sequence[UUID]) -> Row[Any] | None:
        """Another session (session_id) that has a room (room_id) at one of `dates`, or a trainer (person_id), who holds
        it or takes part in it.

        Rooms are locked by who asks; the trainers are locked here, so that two plans cannot miss each other.
        """
        await self.lock_people(people)
        values = {
            "tenant": tenant_of(self._session),
            "session": session_id,
            "starts": [each.starts_at for each in dates],
            "ends": [each.ends_at for each in dates],
            "rooms": [each.room_id for each in dates],
            "people": list(people),
        }
        return (await self._session.execute(_CLASH, values)).first()

    async def lock_people(self, people: Sequence[UUID]) -> None:
        """Let nobody else plan these people meanwhile, or enrol them: after sessions and rooms are locked."""
        await self._session.flush()
        await self._session.execute(_PEOPLE_LOCK, {"people": list(people)})

    async def forget_dates(self, session_id: UUID) -> None:
        """Delete the meetings, to be replaced."""
        await self._session.exec(
            delete(SessionDate).where(
                col(SessionDate.tenant_id) == tenant_of(self._session), col(SessionDate.session_id) == session_id
            )
        )

    async def forget_trainers(self, session_id: UUID) -> None:
        """Delete the trainers, to be replaced."""
        await self._session.exec(
            delete(SessionTrainer).where(
                col(SessionTrainer.tenant_id) == tenant_of(self._session), col(SessionTrainer.session_id) == session_id
            )
        )

    def add(self, row: SessionDate | SessionTrainer) -> None:
        self._session.add(row)
