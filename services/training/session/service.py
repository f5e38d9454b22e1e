"""Sessions: planned, changed, held, cancelled. A change of capacity seats the queue."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.course.errors import CourseArchived
from services.training.course.service import CourseService
from services.training.coverage.service import CoverageService
from services.training.session.errors import CapacityBelowTaken, SessionClosed
from services.training.session.models import Session
from services.training.session.repository import SessionRepository
from services.training.session.schemas import SessionCreate, SessionUpdate
from services.training.session.seats import Seats
from shared.contracts.training import SessionChanged, SessionScheduled
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue import publish
from shared.web.preconditions import check_version


class SessionService:
    """One transaction's work on sessions."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._sessions = SessionRepository(session)

    async def create(self, given: SessionCreate) -> Session:
        """Plan a session of a course that is not archived."""
        course = await CourseService(self._session).get(given.course_id, lock=True)
        if course.archived:
            raise CourseArchived()
        planned = Session(tenant_id=tenant_of(self._session), **given.model_dump())
        self._sessions.add(planned)
        await record(self._session, "session.schedule", "session", planned.id, after=_facts(planned))
        await publish(
            self._session,
            SessionScheduled(session_id=planned.id, course_id=planned.course_id, capacity=planned.capacity),
        )
        return planned

    async def change(self, session_id: UUID, given: SessionUpdate, version: int) -> Session:
        """Apply the given fields; CapacityBelowTaken when seats in use would vanish."""
        planned = await self._open(session_id, version)
        before = _facts(planned)
        for name, value in given.model_dump(exclude_unset=True).items():
            if value is not None:
                setattr(planned, name, value)
        if planned.capacity < planned.taken:
            raise CapacityBelowTaken(
                Text(
                    sv="Avboka eller flytta några först",
                    da="Afmeld eller flyt nogle først",
                    en="Cancel or move some enrolments first",
                ),
                taken=planned.taken,
            )
        if planned.starts_at >= planned.ends_at:
            text = Text(
                sv="endsAt måste vara senare än startsAt",
                da="endsAt skal være senere end startsAt",
                en="endsAt must be later than startsAt",
            )
            raise Invalid(text, errors=[FieldError(pointer="#/endsAt", detail=text, code="order")])
        planned.touch()
        await Seats(self._session, planned).seat_the_queue()
        await self._tell(planned, "session.change", before)
        return planned

    async def cancel(self, session_id: UUID, version: int, reason: str) -> Session:
        """Cancel a session and every seat in it."""
        planned = await self._open(session_id, version)
        before = _facts(planned)
        await Seats(self._session, planned).cancel_all()
        planned.state = "cancelled"
        planned.touch()
        await self._tell(planned, "session.cancel", before, reason)
        await CoverageService(self._session).refresh()
        return planned

    async def note_held(self, planned: Session) -> None:
        """Attendance was written down for a locked session: once it is over it was held, and cannot be cancelled."""
        if planned.state != "planned" or planned.ends_at > clock.now():
            return
        before = _facts(planned)
        planned.state = "held"
        planned.touch()
        await self._tell(planned, "session.hold", before)

    async def get(self, session_id: UUID) -> Session:
        """The session, or NotFound."""
        return await self._sessions.get(session_id)

    async def lock_for_seats(self, session_id: UUID) -> Session:
        """The session with its row locked: what every change of seats begins with."""
        return await self._sessions.get(session_id, lock=True)

    async def list(self, course_id: UUID | None, limit: int, after: tuple[datetime, UUID] | None) -> Sequence[Session]:
        """Sessions by start, then id."""
        return await self._sessions.list(course_id, limit, after)

    async def _open(self, session_id: UUID, version: int) -> Session:
        planned = await self._sessions.get(session_id, lock=True)
        check_version(version, planned.version)
        if planned.state != "planned":
            raise SessionClosed(state=planned.state)
        return planned

    async def _tell(self, planned: Session, action: str, before: dict[str, object], reason: str | None = None) -> None:
        after = _facts(planned)
        await record(self._session, action, "session", planned.id, before=before, after=after, reason=reason)
        await publish(
            self._session,
            SessionChanged.model_validate(
                {
                    "session_id": planned.id,
                    "version": planned.version,
                    "state": planned.state,
                    "capacity": planned.capacity,
                }
            ),
        )


def _facts(planned: Session) -> dict[str, object]:
    return planned.model_dump(
        mode="json", include={"course_id", "starts_at", "ends_at", "zone", "place", "capacity", "state"}
    )
