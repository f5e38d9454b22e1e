"""Enrolling, cancelling, and writing down who came."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.coverage.service import CoverageService
from services.training.enrolment.errors import (
    AlreadyEnrolled,
    EnrolmentOver,
    NotYourUnit,
    OtherChosen,
    SessionFull,
    SessionNotStarted,
    SessionOver,
    SessionsOverlap,
)
from services.training.enrolment.repository import EnrolmentRepository
from services.training.enrolment.schemas import AttendanceMark
from services.training.meeting.service import MeetingService
from services.training.prerequisite.service import PrerequisiteService
from services.training.roster.service import RosterService, unknown_person
from services.training.session.models import Enrolment, Session
from services.training.session.seats import Asked, Outcome, Seats
from services.training.session.service import SessionService
from shared.kit import clock
from shared.kit.problems import FieldError, Invalid, Problem
from shared.kit.text import Text
from shared.web.preconditions import check_version

Result = tuple[UUID, Enrolment | Problem, str]
Seating = Callable[[Sequence[Asked]], Awaitable[Sequence[Outcome]]]

_UNKNOWN = Text(
    sv="Anmälan hör inte till tillfället eller är avbokad",
    da="Tilmeldingen hører ikke til sessionen eller er afmeldt",
    en="The enrolment does not belong to the session or is cancelled",
)
_GIVEN = Text(
    sv="Platsen gavs till någon annan",
    da="Pladsen blev givet til en anden",
    en="The seat was given to somebody else",
)
SEATED = ("confirmed", "attended", "partial", "no_show")


class EnrolmentService:
    """One transaction's work on seats. `units` are those whose people the caller may see or enrol; None means all."""

    def __init__(self, session: AsyncSession, units: frozenset[UUID] | None) -> None:
        self._session = session
        self._units = units
        self._enrolments = EnrolmentRepository(session, units)
        self._roster = RosterService(session)

    async def enrol(self, session_id: UUID, asked: Asked, batched: Seating | None = None) -> tuple[Enrolment, str]:
        """A seat or a place in the queue, and the person's name. The same request again gives the same.

        `batched` seats the person together with others, in a transaction of its own."""
        [(_, outcome, name)] = await self.enrol_each(session_id, [asked], batched)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome, name

    async def enrol_each(
        self, session_id: UUID, asked: Sequence[Asked], batched: Seating | None = None
    ) -> Sequence[Result]:
        """Enrol several people in turn; each succeeds or fails on its own. NotFound when there is no session."""
        planned = await SessionService(self._session).get(session_id)
        if planned.state != "planned" or planned.ends_at <= clock.now():
            over = SessionOver(state=planned.state)
            return [(one.person_id, over, "") for one in asked]
        refused = await self.refused(planned.course_id, [one.person_id for one in asked])
        fit = [one for one in asked if one.person_id not in refused]
        seated = await (batched or Seats(self._session, session_id).enrol)(fit)
        outcomes = dict(zip((one.id for one in fit), seated, strict=True))
        made = await self._enrolments.by_id([each.enrolment_id for each in outcomes.values() if each.enrolment_id])
        return [self._result(one, refused, outcomes, made) for one in asked]

    async def refused(self, course_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Problem]:
        """Whom the caller cannot enrol in a course, and why."""
        people = await self._roster.people(ids)
        refused = await PrerequisiteService(self._session).keeps_out(course_id, ids)
        refused |= {one: unknown_person() for one in ids if one not in people}
        if self._units is not None:
            own = await self._roster.working_at(ids, self._units)
            refused |= {one: NotYourUnit() for one in people if one not in own}
        return refused

    @staticmethod
    def _result(
        one: Asked,
        refused: dict[UUID, Problem],
        outcomes: dict[UUID, Outcome],
        made: dict[UUID, tuple[Enrolment, str]],
    ) -> Result:
        if one.person_id in refused:
            return one.person_id, refused[one.person_id], ""
        outcome = outcomes[one.id]
        if outcome.verdict not in ("enrolled", "repeated") or outcome.enrolment_id is None:
            return one.person_id, problem_of(outcome), ""
        return one.person_id, *made[outcome.enrolment_id]

    async def cancel(self, enrolment_id: UUID, version: int) -> tuple[Enrolment, str]:
        """Give a seat back before the session is over; the queue moves up in the same transaction."""
        enrolment, planned = await self.locked(enrolment_id, version)
        await self.check_leaves(enrolment)
        if planned.ends_at <= clock.now():
            raise SessionOver(state=planned.state)
        await Seats(self._session, planned.id).release([enrolment.id])
        return await self._enrolments.get(enrolment_id)

    async def check_leaves(self, enrolment: Enrolment) -> None:
        """Raise EnrolmentOver without a seat to give back: who was there already has one while a date is to come."""
        if enrolment.state in ("attended", "partial"):
            dates = (await MeetingService(self._session).dates([enrolment.session_id]))[enrolment.session_id]
            if dates[-1].starts_at > clock.now():
                return
        if enrolment.state not in ("confirmed", "offered", "waiting"):
            raise EnrolmentOver(state=enrolment.state)

    async def locked(self, enrolment_id: UUID, version: int) -> tuple[Enrolment, Session]:
        """The enrolment that the caller saw, and its session, whose lock is held from here on."""
        found, _ = await self._enrolments.get(enrolment_id)
        planned = await SessionService(self._session).lock_for_seats(found.session_id)
        enrolment, _ = await self._enrolments.get(enrolment_id)
        check_version(version, enrolment.version)
        return enrolment, planned

    async def mark(self, session_id: UUID, marks: Sequence[AttendanceMark]) -> int:
        """Write the attendance list, all of it or nothing; returns how many coverage rows moved."""
        planned = await SessionService(self._session).lock_for_seats(session_id)
        self._check_started(planned)
        known = await self._enrolments.of_session(session_id, [mark.enrolment_id for mark in marks])
        wrong = [error for index, mark in enumerate(marks) if (error := _mistake(index, mark, known))]
        if wrong:
            raise Invalid(_UNKNOWN, errors=wrong)
        seats = Seats(self._session, session_id)
        for mark in marks:
            if known[mark.enrolment_id].state != mark.state:
                await seats.mark(known[mark.enrolment_id], mark.state)
        await SessionService(self._session).note_held(planned)
        return await CoverageService(self._session).refresh()

    async def list(self, session_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Row[Any]]:
        """(Enrolment, display name) in order of arrival; NotFound without the session."""
        await SessionService(self._session).get(session_id)
        return await self._enrolments.list(session_id, limit, after)

    async def read(self, enrolment_id: UUID) -> tuple[Enrolment, str]:
        """One enrolment with the person's name."""
        return await self._enrolments.get(enrolment_id)

    async def no_show(self, session_id: UUID) -> Enrolment | None:
        """Somebody who did not come to a locked session, and whose seat is still theirs."""
        return await self._enrolments.no_show(session_id)

    @staticmethod
    def _check_started(planned: Session) -> None:
        if planned.state == "cancelled":
            raise SessionOver(state=planned.state)
        if planned.starts_at > clock.now():
            raise SessionNotStarted(startsAt=planned.starts_at.isoformat())


def problem_of(outcome: Outcome) -> Problem:
    """Why somebody was not enrolled, as the API says it."""
    enrolment = str(outcome.enrolment_id)
    match outcome.verdict:
        case "chosen":
            return OtherChosen(enrolmentId=enrolment)
        case "clash":
            return SessionsOverlap(enrolmentId=enrolment)
        case "full":
            return SessionFull()
        case "closed":
            return SessionOver(state=outcome.state)
        case _:
            return AlreadyEnrolled(enrolmentId=enrolment, state=outcome.state)


def refuse(outcome: Outcome) -> NoReturn:
    """Raise why somebody was not enrolled; what the transaction has done so far is undone."""
    raise problem_of(outcome)


def _mistake(index: int, mark: AttendanceMark, known: dict[UUID, Enrolment]) -> FieldError | None:
    row = known.get(mark.enrolment_id)
    if row is None or row.state not in SEATED:
        return FieldError(pointer=f"#/marks/{index}/enrolmentId", detail=_UNKNOWN, code="unknown")
    if row.seat is None and mark.state != "no_show":
        return FieldError(pointer=f"#/marks/{index}/state", detail=_GIVEN, code="seat_given")
    return None
