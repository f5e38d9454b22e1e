"""Enrolling, cancelling, and writing down who came."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.coverage.service import CoverageService
from services.training.enrolment.errors import (
    AlreadyEnrolled,
    EnrolmentOver,
    NotYourUnit,
    SessionNotStarted,
    SessionOver,
)
from services.training.enrolment.repository import EnrolmentRepository
from services.training.enrolment.schemas import AttendanceMark
from services.training.roster.models import Person
from services.training.roster.service import RosterService
from services.training.session.models import Enrolment, Session
from services.training.session.seats import Seats
from services.training.session.service import SessionService
from shared.kit import clock
from shared.kit.problems import FieldError, Invalid, Problem
from shared.kit.text import Text
from shared.web.preconditions import check_version

Outcome = tuple[UUID, Enrolment | Problem, str]

_UNKNOWN = Text(
    sv="Anmälan hör inte till tillfället eller är avbokad",
    da="Tilmeldingen hører ikke til sessionen eller er afmeldt",
    en="The enrolment does not belong to the session or is cancelled",
)


class EnrolmentService:
    """One transaction's work on seats. `units` are those whose people the caller may see or enrol; None means all."""

    def __init__(self, session: AsyncSession, units: frozenset[UUID] | None) -> None:
        self._session = session
        self._units = units
        self._enrolments = EnrolmentRepository(session, units)
        self._roster = RosterService(session)

    async def enrol(self, session_id: UUID, person_id: UUID) -> tuple[Enrolment, str]:
        """A seat or a place in the queue, and the person's name; the session's lock makes it one after the other."""
        return await self._enrol(await SessionService(self._session).lock_for_seats(session_id), person_id)

    async def enrol_each(self, session_id: UUID, person_ids: Sequence[UUID]) -> AsyncIterator[Outcome]:
        """Enrol several people in turn; NotFound before the first when there is no session."""
        planned = await SessionService(self._session).lock_for_seats(session_id)
        for person_id in person_ids:
            try:
                enrolment, name = await self._enrol(planned, person_id)
                yield person_id, enrolment, name
            except Problem as problem:
                yield person_id, problem, ""

    async def _enrol(self, planned: Session, person_id: UUID) -> tuple[Enrolment, str]:
        """Refuses before it writes anything, so that a batch goes on without a savepoint for each person."""
        if planned.state != "planned" or planned.ends_at <= clock.now():
            raise SessionOver(state=planned.state)
        person = await self._roster.person(person_id)
        await self._check_unit(person)
        known = await self._enrolments.find(planned.id, person_id)
        if known is not None:
            raise AlreadyEnrolled(enrolmentId=str(known.id), state=known.state)
        return await Seats(self._session, planned).take(person_id), person.display_name

    async def cancel(self, enrolment_id: UUID, version: int) -> tuple[Enrolment, str]:
        """Give a seat back before the session is over; the queue moves up in the same transaction."""
        found, _ = await self._enrolments.get(enrolment_id)
        planned = await SessionService(self._session).lock_for_seats(found.session_id)
        enrolment, name = await self._enrolments.get(enrolment_id)
        check_version(version, enrolment.version)
        if enrolment.state not in ("confirmed", "waiting"):
            raise EnrolmentOver(state=enrolment.state)
        if planned.ends_at <= clock.now():
            raise SessionOver(state=planned.state)
        await Seats(self._session, planned).release(enrolment)
        return enrolment, name

    async def mark(self, session_id: UUID, marks: Sequence[AttendanceMark]) -> int:
        """Write the attendance list, all of it or nothing; returns how many coverage rows moved."""
        planned = await SessionService(self._session).lock_for_seats(session_id)
        self._check_started(planned)
        known = await self._enrolments.of_session(session_id, [mark.enrolment_id for mark in marks])
        seated = {id_: row for id_, row in known.items() if row.state not in ("cancelled", "waiting")}
        wrong = [
            FieldError(pointer=f"#/marks/{index}/enrolmentId", detail=_UNKNOWN, code="unknown")
            for index, mark in enumerate(marks)
            if mark.enrolment_id not in seated
        ]
        if wrong:
            raise Invalid(_UNKNOWN, errors=wrong)
        seats = Seats(self._session, planned)
        for mark in marks:
            if seated[mark.enrolment_id].state != mark.state:
                await seats.mark(seated[mark.enrolment_id], mark.state)
        await SessionService(self._session).note_held(planned)
        return await CoverageService(self._session).refresh()

    async def list(self, session_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Row[Any]]:
        """(Enrolment, display name) in order of arrival; NotFound without the session."""
        await SessionService(self._session).get(session_id)
        return await self._enrolments.list(session_id, limit, after)

    async def read(self, enrolment_id: UUID) -> tuple[Enrolment, str]:
        """One enrolment with the person's name."""
        return await self._enrolments.get(enrolment_id)

    async def _check_unit(self, person: Person) -> None:
        if self._units is not None and not await self._roster.works_at(person.id, self._units):
            raise NotYourUnit()

    @staticmethod
    def _check_started(planned: Session) -> None:
        if planned.state == "cancelled":
            raise SessionOver(state=planned.state)
        if planned.starts_at > clock.now():
            raise SessionNotStarted(startsAt=planned.starts_at.isoformat())
