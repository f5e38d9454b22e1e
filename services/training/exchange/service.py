"""Seats that change hands: accepted, moved, swapped, taken over by a substitute or by who stands at the door.

All begins with the locks of the sessions, in the order of their ids, then of the people; a refusal undoes everything.
"""

from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.coverage.service import CoverageService
from services.training.enrolment.errors import (
    EnrolmentOver,
    NothingToAccept,
    NotSwappable,
    OfferLapsed,
    SessionFull,
    SessionNotStarted,
    SessionOver,
)
from services.training.enrolment.service import EnrolmentService, refuse
from services.training.session.models import Enrolment, Session
from services.training.session.seats import Asked, Outcome, Seats
from services.training.session.service import SessionService
from shared.kit import clock
from shared.web.preconditions import check_version

DOORS_OPEN = timedelta(hours=1)
"""How long before a session begins people may walk in."""

Shown = tuple[Enrolment, str]


class ExchangeService:
    """One transaction's work; `units` are those whose people the caller may enrol, None means all."""

    def __init__(self, session: AsyncSession, units: frozenset[UUID] | None) -> None:
        self._session = session
        self._sessions = SessionService(session)
        self._enrolments = EnrolmentService(session, units)

    async def accept(self, enrolment_id: UUID, version: int) -> Shown:
        """Take an offer, or claim a free seat from the queue after the freeze, when seats are no longer offered."""
        enrolment, planned = await self._enrolments.locked(enrolment_id, version)
        _check_open(planned)
        if enrolment.state not in ("offered", "waiting"):
            raise EnrolmentOver(state=enrolment.state)
        expires = enrolment.offer_expires_at
        if expires is not None and expires <= clock.now():
            raise OfferLapsed(offerExpiresAt=expires.isoformat())
        if not await Seats(self._session, planned.id).claim(enrolment):
            raise NothingToAccept()
        return await self._enrolments.read(enrolment_id)

    async def move(self, enrolment_id: UUID, version: int, to: UUID, *, waits: bool) -> Shown:
        """Leave one session for another of the same course; without a seat there, nothing changes here."""
        there, here, old = await self._both(enrolment_id, version, to)
        await self._enrolments.check_leaves(old)
        await Seats(self._session, here.id).release([old.id])
        asked = Asked(old.person_id)
        outcome = await Seats(self._session, there.id).place(asked, "moved", follows=old.id, waits=waits)
        if outcome.verdict != "enrolled":
            refuse(outcome)
        return await self._enrolments.read(asked.id)

    async def swap(self, enrolment_id: UUID, version: int, other_id: UUID) -> tuple[Shown, Shown]:
        """Two people exchange their seats in two sessions of one course, full or not."""
        other, _ = await self._enrolments.read(other_id)
        there, here, mine = await self._both(enrolment_id, version, other.session_id)
        other, _ = await self._enrolments.read(other_id)
        if mine.state != "confirmed" or other.state != "confirmed" or here.id == there.id:
            raise NotSwappable()
        ours, theirs = Seats(self._session, here.id), Seats(self._session, there.id)
        seat, their_seat = await ours.give_up(mine, "cancelled"), await theirs.give_up(other, "cancelled")
        goes, comes = Asked(mine.person_id), Asked(other.person_id)
        for seats, asked in sorted([(theirs, goes), (ours, comes)], key=lambda each: str(each[1].person_id)):
            await self._clear(seats, asked)
        await theirs.seat(their_seat, goes, "swapped", mine.id)
        await ours.seat(seat, comes, "swapped", other.id)
        return await self._enrolments.read(goes.id), await self._enrolments.read(comes.id)

    async def substitute(self, enrolment_id: UUID, version: int, person_id: UUID) -> Shown:
        """Somebody comes instead: the seat changes hands and does not pass through the queue."""
        old, planned = await self._enrolments.locked(enrolment_id, version)
        _check_open(planned)
        if old.state != "confirmed":
            raise EnrolmentOver(state=old.state)
        await self._check(planned, person_id)
        seats, asked = Seats(self._session, planned.id), Asked(person_id)
        await self._clear(seats, asked)
        seat = await seats.give_up(old, "cancelled")
        await seats.seat(seat, asked, "substitute", old.id)
        return await self._enrolments.read(asked.id)

    async def walk_in(self, session_id: UUID, person_id: UUID) -> Shown:
        """Let in who stands at the door: on a free seat, else on that of somebody who did not come.

        From an hour before the session until its end. Once it has begun, whoever walks in has attended.
        """
        planned = await self._sessions.lock_for_seats(session_id)
        _check_open(planned)
        if planned.starts_at - DOORS_OPEN > clock.now():
            raise SessionNotStarted(startsAt=planned.starts_at.isoformat())
        await self._check(planned, person_id)
        enrolment_id = await self._let_in(planned, Asked(person_id))
        if planned.starts_at <= clock.now():
            enrolment, _ = await self._enrolments.read(enrolment_id)
            await Seats(self._session, session_id).mark(enrolment, "attended")
            await CoverageService(self._session).refresh()
        return await self._enrolments.read(enrolment_id)

    async def _let_in(self, planned: Session, asked: Asked) -> UUID:
        seats = Seats(self._session, planned.id)
        outcome = await seats.place(asked, "walk_in")
        if outcome.verdict == "enrolled":
            return asked.id
        is_booked = outcome.verdict == "already" and outcome.state in ("confirmed", "offered", "waiting")
        if is_booked and outcome.enrolment_id:
            enrolment, _ = await self._enrolments.read(outcome.enrolment_id)
            if await seats.claim(enrolment):
                return enrolment.id
        absent = await self._enrolments.no_show(planned.id)
        if outcome.verdict != "full" and not _waits(outcome):
            refuse(outcome)
        if absent is None:
            raise SessionFull()
        if _waits(outcome) and outcome.enrolment_id:
            await seats.release([outcome.enrolment_id])
        seat = await seats.give_up(absent, "no_show")
        await seats.seat(seat, asked, "walk_in", absent.id)
        return asked.id

    async def _both(self, enrolment_id: UUID, version: int, to: UUID) -> tuple[Session, Session, Enrolment]:
        """The other session, the enrolment's own and the enrolment, with both sessions locked."""
        found, _ = await self._enrolments.read(enrolment_id)
        locked = {one: await self._sessions.lock_for_seats(one) for one in sorted({found.session_id, to}, key=str)}
        enrolment, _ = await self._enrolments.read(enrolment_id)
        check_version(version, enrolment.version)
        here, there = locked[found.session_id], locked[to]
        _check_open(here)
        _check_open(there)
        if here.course_id != there.course_id:
            raise NotSwappable()
        return there, here, enrolment

    async def _clear(self, seats: Seats, asked: Asked) -> None:
        """Refuse whom something hinders; a place in the queue of the same session is no hurdle, and is given up."""
        hurdle = await seats.hurdle(asked)
        if hurdle is None:
            return
        if not _waits(hurdle) or hurdle.enrolment_id is None:
            refuse(hurdle)
        await seats.release([hurdle.enrolment_id])

    async def _check(self, planned: Session, person_id: UUID) -> None:
        refused = await self._enrolments.refused(planned.course_id, [person_id])
        if person_id in refused:
            raise refused[person_id]


def _waits(outcome: Outcome) -> bool:
    return outcome.verdict == "already" and outcome.state == "waiting"


def _check_open(planned: Session) -> None:
    if planned.state != "planned" or planned.ends_at <= clock.now():
        raise SessionOver(state=planned.state)
