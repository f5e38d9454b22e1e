"""Where and when a session meets, and who holds it: no room and no trainer twice at one time."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.meeting.errors import RoomBusy, TrainerBusy
from services.training.meeting.models import SessionDate, SessionTrainer
from services.training.meeting.repository import MeetingRepository
from services.training.meeting.schemas import SessionDateInput, SessionTrainerInput
from services.training.room.service import RoomService
from services.training.roster.service import RosterService
from shared.kit.db import tenant_of
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text

_NO_ROOM = Text(sv="Salen finns inte", en="There is no such room", da="Lokalet findes ikke")
_SMALL = Text(
    sv="Salen har färre platser än tillfället",
    en="The room has fewer seats than the session",
    da="Lokalet har færre pladser end sessionen",
)
_STRANGER = Text(
    sv="Utbildaren finns inte i registret", en="The trainer is not in the roster", da="Underviseren er ukendt"
)
Dates = Sequence[SessionDateInput]


class MeetingService:
    """One transaction's work on the dates and trainers of a session that is new or locked."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._meetings = MeetingRepository(session)

    async def check(self, session_id: UUID, capacity: int, dates: Dates, people: Sequence[UUID]) -> None:
        """Errors: Invalid for unknown or small rooms and unknown trainers; RoomBusy, TrainerBusy."""
        await self._check_rooms(capacity, dates)
        for index, person_id in enumerate(people):
            if not await RosterService(self._session).knows(person_id):
                pointer = f"#/trainers/{index}/personId"
                raise Invalid(_STRANGER, errors=[FieldError(pointer=pointer, detail=_STRANGER, code="unknown")])
        clash = await self._meetings.clash(session_id, dates, people)
        if clash is not None and clash.person_id is not None:
            raise TrainerBusy(sessionId=str(clash.session_id), personId=str(clash.person_id))
        if clash is not None:
            raise RoomBusy(sessionId=str(clash.session_id), roomId=str(clash.room_id))

    async def lock(self, rooms: Collection[UUID], people: Collection[UUID]) -> None:
        """Lock what several sessions need, in the order in which each would lock its own: rooms, then people."""
        await RoomService(self._session).lock(sorted(rooms))
        await self._meetings.lock_people([*people])

    async def set_dates(self, session_id: UUID, dates: Dates) -> None:
        """Replace the meetings of a session that is stored."""
        await self._meetings.forget_dates(session_id)
        for each in dates:
            at = each.model_dump(include={"starts_at", "ends_at", "room_id"})
            self._meetings.add(SessionDate(tenant_id=tenant_of(self._session), session_id=session_id, **at))

    async def set_trainers(self, session_id: UUID, trainers: Sequence[SessionTrainerInput]) -> None:
        """Replace who holds a session that is stored."""
        await self._meetings.forget_trainers(session_id)
        for each in trainers:
            who = each.model_dump()
            self._meetings.add(SessionTrainer(tenant_id=tenant_of(self._session), session_id=session_id, **who))

    async def dates(self, ids: Sequence[UUID]) -> dict[UUID, list[SessionDate]]:
        """The meetings of each session, in order."""
        return await self._meetings.dates(ids)

    async def trainers(self, ids: Sequence[UUID]) -> dict[UUID, list[SessionTrainer]]:
        """Who holds each session, or steps in."""
        return await self._meetings.trainers(ids)

    async def _check_rooms(self, capacity: int, dates: Dates) -> None:
        wanted = sorted({each.room_id for each in dates if each.room_id})
        rooms = await RoomService(self._session).lock(wanted)
        for index, date in enumerate(dates):
            if date.room_id is None:
                continue
            room = rooms.get(date.room_id)
            if room is None or (room.seats is not None and room.seats < capacity):
                text, code = (_NO_ROOM, "unknown") if room is None else (_SMALL, "too_small")
                raise Invalid(text, errors=[FieldError(pointer=f"#/dates/{index}/roomId", detail=text, code=code)])
