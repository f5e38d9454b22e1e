"""Sessions: planned, changed, decided, held, cancelled. A change of capacity seats the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.choice.service import SessionChoiceService
from services.training.course.errors import CourseArchived
from services.training.course.service import CourseService
from services.training.coverage.service import CoverageService
from services.training.meeting.models import SessionDate, SessionTrainer
from services.training.meeting.schemas import SessionDateInput
from services.training.meeting.service import MeetingService
from services.training.session.errors import CapacityBelowTaken, ParticipantsBusy, SessionClosed
from services.training.session.models import Session
from services.training.session.repository import SeatCounts, SessionRepository
from services.training.session.schemas import SessionCreate, SessionUpdate
from services.training.session.seats import Seats
from shared.contracts.training import SessionChanged, SessionScheduled
from shared.contracts.training_booking import SessionMinimumMissed
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue import publish
from shared.web.preconditions import check_version

_ORDER = Text(
    sv="endsAt måste vara senare än startsAt",
    da="endsAt skal være senere end startsAt",
    en="endsAt must be later than startsAt",
)
_SEVERAL = Text(
    sv="Tillfället har flera datum: ange dates",
    da="Sessionen har flere datoer: angiv dates",
    en="The session has several dates: give dates",
)
_NO_CHOICE = Text(sv="Valet finns inte", en="There is no such choice", da="Valget findes ikke")
_NAMED = 50
_BELOW = "fewer people than the session needs"


@dataclass(frozen=True)
class Shown:
    """A session with what belongs to it."""

    planned: Session
    seats: SeatCounts
    dates: Sequence[SessionDate]
    trainers: Sequence[SessionTrainer]

    @property
    def version(self) -> int:
        """Counts every change of the session and of its seats, which do not touch the session's row."""
        return self.planned.version + self.seats.changes


class SessionService:
    """One transaction's work on sessions."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._sessions = SessionRepository(session)
        self._meetings = MeetingService(session)

    async def create(self, given: SessionCreate) -> Session:
        """Plan a session of a course that is not archived."""
        course = await CourseService(self._session).get(given.course_id, lock=True)
        if course.archived:
            raise CourseArchived()
        if given.choice_id and not await SessionChoiceService(self._session).exists(given.choice_id):
            raise Invalid(_NO_CHOICE, errors=[FieldError(pointer="#/choiceId", detail=_NO_CHOICE, code="unknown")])
        dates = given.meetings()
        fields = given.model_dump(exclude={"dates", "trainers", "starts_at", "ends_at"})
        planned = Session(
            tenant_id=tenant_of(self._session), starts_at=dates[0].starts_at, ends_at=dates[-1].ends_at, **fields
        )
        trainers = [each.person_id for each in given.trainers]
        await self._meetings.check(planned.id, planned.capacity, dates, trainers)
        self._sessions.add(planned)
        await self._session.flush()
        await self._meetings.set_dates(planned.id, dates)
        await self._meetings.set_trainers(planned.id, given.trainers)
        await Seats(self._session, planned.id).open(planned.capacity)
        await record(self._session, "session.schedule", "session", planned.id, after=_facts(planned))
        scheduled = SessionScheduled(session_id=planned.id, course_id=planned.course_id, capacity=planned.capacity)
        await publish(self._session, scheduled)
        return planned

    async def change(self, session_id: UUID, given: SessionUpdate, version: int) -> Session:
        """Apply the given fields; CapacityBelowTaken when seats in use would vanish, ParticipantsBusy when people in it
        have another session at the new time. Another size or day of decision is decided on anew."""
        planned = await self.opened(session_id, version)
        before, decision = _facts(planned), (planned.min_size, planned.decides_at)
        meets = {"dates", "starts_at", "ends_at", "trainers", "capacity", "allow_overlaps"}
        for name, value in given.model_dump(exclude_unset=True, exclude=meets).items():
            if value is not None or name in ("freezes_at", "min_size", "decides_at"):
                setattr(planned, name, value)
        if (planned.min_size, planned.decides_at) != decision:
            planned.decided_at = None
        if given.capacity is not None and given.capacity != planned.capacity:
            await self._resize(planned, given.capacity)
        if given.model_fields_set & meets:
            await self._move(planned, given)
        planned.touch()
        await Seats(self._session, planned.id).pass_on()
        await self.tell(planned, "session.change", before)
        return planned

    async def cancel(self, session_id: UUID, version: int, reason: str) -> Session:
        """Cancel a session and every seat in it."""
        planned = await self.opened(session_id, version)
        await self._cancel(planned, reason)
        return planned

    async def settle(self, session_id: UUID) -> None:
        """What time does to a session: offers lapse, and a session with too few people is told of or cancelled."""
        planned = await self.lock_for_seats(session_id)
        await Seats(self._session, planned.id).lapse()
        now = clock.now()
        is_due = planned.decides_at is not None and planned.decides_at <= now and planned.decided_at is None
        if planned.state != "planned" or planned.min_size is None or not is_due:
            return
        seats = (await self._sessions.counts([planned.id])).get(planned.id, SeatCounts())
        planned.decided_at = now
        planned.touch()
        confirmed = seats.taken - seats.offered
        if confirmed >= planned.min_size:
            await record(self._session, "session.decide", "session", planned.id, after={"confirmed": confirmed})
        elif planned.below_minimum == "cancel":
            await self._cancel(planned, _BELOW)
        else:
            facts = {"session_id": planned.id, "confirmed": confirmed, "needed": planned.min_size}
            await record(self._session, "session.below_minimum", "session", planned.id, after=facts)
            await publish(self._session, SessionMinimumMissed.model_validate(facts))

    async def due(self) -> Sequence[UUID]:
        """Sessions that `settle` has work for."""
        return await self._sessions.due()

    async def note_held(self, planned: Session) -> None:
        """Attendance was written down for a locked session: once it is over it was held, and cannot be cancelled."""
        if planned.state != "planned" or planned.ends_at > clock.now():
            return
        before = _facts(planned)
        planned.state = "held"
        planned.touch()
        await self.tell(planned, "session.hold", before)

    async def get(self, session_id: UUID) -> Session:
        """The session, or NotFound."""
        return await self._sessions.get(session_id)

    async def lock_for_seats(self, session_id: UUID) -> Session:
        """The session with its row locked: what changes of seats begin with. Several are locked in order of ids."""
        return await self._sessions.get(session_id, lock=True)

    async def list(self, course_id: UUID | None, limit: int, after: tuple[datetime, UUID] | None) -> Sequence[Session]:
        """Sessions by start, then id."""
        return await self._sessions.list(course_id, limit, after)

    async def shown(self, sessions: Sequence[Session]) -> Sequence[Shown]:
        """The sessions with seats, dates and trainers."""
        ids = [each.id for each in sessions]
        counts = await self._sessions.counts(ids)
        dates, trainers = await self._meetings.dates(ids), await self._meetings.trainers(ids)
        return [
            Shown(each, counts.get(each.id, SeatCounts()), dates.get(each.id, []), trainers.get(each.id, []))
            for each in sessions
        ]

    async def opened(self, session_id: UUID, version: int) -> Session:
        """The locked session that the caller saw; raises SessionClosed once it is held or cancelled."""
        planned = await self.lock_for_seats(session_id)
        [shown] = await self.shown([planned])
        check_version(version, shown.version)
        if planned.state != "planned":
            raise SessionClosed(state=planned.state)
        return planned

    async def _resize(self, planned: Session, capacity: int) -> None:
        if not await Seats(self._session, planned.id).resize(capacity):
            seats = (await self._sessions.counts([planned.id])).get(planned.id, SeatCounts())
            raise CapacityBelowTaken(
                Text(
                    sv="Avboka eller flytta några först",
                    da="Afmeld eller flyt nogle først",
                    en="Cancel or move some enrolments first",
                ),
                taken=seats.taken,
            )
        await self._session.refresh(planned, ["capacity"])

    async def _move(self, planned: Session, given: SessionUpdate) -> None:
        """Other dates, rooms or trainers, or more people in the same room."""
        old = (await self._meetings.dates([planned.id])).get(planned.id, [])
        dates = given.dates or self._one_date(given, old)
        holders = (await self._meetings.trainers([planned.id])).get(planned.id, [])
        people = [each.person_id for each in (holders if given.trainers is None else given.trainers)]
        await self._meetings.check(planned.id, planned.capacity, dates, people)
        if given.trainers is not None:
            await self._meetings.set_trainers(planned.id, given.trainers)
        if given.dates or given.starts_at or given.ends_at:
            planned.starts_at, planned.ends_at = dates[0].starts_at, dates[-1].ends_at
            await self._meetings.set_dates(planned.id, dates)
            busy = [] if given.allow_overlaps else await self._sessions.overlapping(planned.id)
            if busy:
                raise ParticipantsBusy(people=len(busy), enrolmentIds=[str(one) for one in busy[:_NAMED]])

    @staticmethod
    def _one_date(given: SessionUpdate, old: Sequence[SessionDate]) -> Sequence[SessionDateInput]:
        """The dates as they are, the only one with a new beginning or end."""
        as_are = [SessionDateInput.model_construct(**each.model_dump()) for each in old]
        if given.starts_at is None and given.ends_at is None:
            return as_are
        if len(as_are) != 1:
            raise Invalid(_SEVERAL, errors=[FieldError(pointer="#/dates", detail=_SEVERAL, code="required")])
        only = as_are[0]
        only.starts_at, only.ends_at = given.starts_at or only.starts_at, given.ends_at or only.ends_at
        if only.starts_at >= only.ends_at:
            raise Invalid(_ORDER, errors=[FieldError(pointer="#/endsAt", detail=_ORDER, code="order")])
        return as_are

    async def _cancel(self, planned: Session, reason: str) -> None:
        before = _facts(planned)
        await Seats(self._session, planned.id).cancel_all()
        await self._session.refresh(planned, ["state"])
        planned.touch()
        await self.tell(planned, "session.cancel", before, reason)
        await CoverageService(self._session).refresh()

    async def tell(self, planned: Session, action: str, before: dict[str, object], reason: str | None = None) -> None:
        """Write down and tell that a locked session, already touched, changed."""
        after = _facts(planned)
        await record(self._session, action, "session", planned.id, before=before, after=after, reason=reason)
        facts = {
            "session_id": planned.id, "version": planned.version, "state": planned.state, "capacity": planned.capacity,
        }  # fmt: skip
        await publish(self._session, SessionChanged.model_validate(facts))


def _facts(planned: Session) -> dict[str, object]:
    return planned.model_dump(mode="json", exclude={"tenant_id", "id", "version", "created_at", "updated_at"})
