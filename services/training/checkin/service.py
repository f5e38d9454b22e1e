"""Doors: the code on the trainer's screen, and the people who scan it."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.attendance.models import Attendance
from services.training.attendance.presence import DOORS_OPEN
from services.training.attendance.service import AttendanceService
from services.training.checkin.code import DoorCode, new_secret
from services.training.checkin.errors import (
    CheckInOver,
    CodeForged,
    DoorsClosed,
    ElsewhereNow,
    NoDoor,
    NotOnRoll,
    SeatGiven,
)
from services.training.checkin.models import SessionDoor
from services.training.checkin.repository import CheckInRepository
from services.training.exchange.service import ExchangeService
from services.training.meeting.service import MeetingService
from services.training.session.models import Enrolment, Session
from services.training.session.seats import Seats
from services.training.session.service import SessionService
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.sealing import Sealer

_SEATED = ("confirmed", "attended", "partial", "no_show")


@dataclass(frozen=True)
class Arrival:
    """Somebody is checked in."""

    enrolment: Enrolment
    attendance: Attendance


class CheckInService:
    """One transaction's work at the doors of sessions; secrets of codes are sealed by `sealer`."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer
        self._rows = CheckInRepository(session)
        self._tenant = tenant_of(session)

    async def open(self, session_id: UUID) -> SessionDoor:
        """A fresh secret: codes of an older one are worthless from now on. NotFound without the session."""
        await SessionService(self._session).lock_for_seats(session_id)
        sealed = self._sealer.seal(new_secret(), _place(session_id))
        door = await self._rows.door(session_id)
        if door is None:
            door = SessionDoor(tenant_id=self._tenant, id=session_id, secret=sealed)
            self._rows.add(door)
        else:
            door.secret = sealed
            door.touch()
        await record(self._session, "door.open", "session", session_id)
        return door

    async def code(self, session_id: UUID) -> DoorCode:
        """The code of this moment; NoDoor before one was opened."""
        return DoorCode.make(self._tenant, session_id, await self._secret(session_id), clock.now())

    async def check_in(self, text: str, person_id: UUID, *, walks_in: bool) -> Arrival:
        """Whoever scanned the code is here. The same person again gets the same answer.

        Raises CodeForged, CodeOld, DoorsClosed, CheckInOver, ElsewhereNow, NotOnRoll, or what keeps out a walk-in.
        """
        code = DoorCode.read(text)
        try:
            secret = await self._secret(code.session_id)
        except NoDoor:
            raise CodeForged() from None  # a code of nobody, or of another tenant, which must not show
        code.check(self._tenant, secret, clock.now())
        planned = await SessionService(self._session).lock_for_seats(code.session_id)
        await self._check_open(planned)
        enrolment = await self._enrolment(planned, person_id, walks_in=walks_in)
        return Arrival(enrolment, await AttendanceService(self._session).arrive(planned, enrolment))

    async def _secret(self, session_id: UUID) -> bytes:
        door = await self._rows.door(session_id)
        if door is None:
            raise NoDoor()
        return self._sealer.open(door.secret, _place(session_id))

    async def _check_open(self, planned: Session) -> None:
        if planned.state == "cancelled":
            raise CheckInOver(state=planned.state)
        dates = (await MeetingService(self._session).dates([planned.id])).get(planned.id, [])
        meeting = next((each for each in dates if each.ends_at > clock.now()), None)
        if meeting is None:
            raise CheckInOver(endedAt=planned.ends_at.isoformat())
        opens = meeting.starts_at - DOORS_OPEN
        if clock.now() < opens:
            raise DoorsClosed(opensAt=opens.isoformat())

    async def _enrolment(self, planned: Session, person_id: UUID, *, walks_in: bool) -> Enrolment:
        found = await self._rows.of_person(planned.id, person_id)
        if found is not None and found.state in _SEATED and found.seat is not None:
            return found
        if found is not None and found.state == "offered":
            await Seats(self._session, planned.id).claim(found)
            return found
        if found is not None and found.state == "no_show":
            raise SeatGiven()
        elsewhere = await self._rows.elsewhere(planned.course_id, person_id, planned.starts_at, planned.ends_at)
        if elsewhere is not None and elsewhere != planned.id:
            raise ElsewhereNow(sessionId=str(elsewhere))
        if not walks_in:
            raise NotOnRoll(freeSeats=await self._rows.free_seats(planned.id))
        made, _ = await ExchangeService(self._session, None).walk_in(planned.id, person_id)
        return made


def _place(session_id: UUID) -> str:
    return f"session_door/{session_id}"
