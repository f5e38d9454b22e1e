"""Somebody else holds a session: a backup, somebody named, or another session's trainer in exchange.

The learner's seat is not touched, and neither is the time: only who stands in front changes.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.meeting.models import SessionTrainer
from services.training.meeting.schemas import SessionDateInput, SessionTrainerInput
from services.training.meeting.service import MeetingService
from services.training.session.models import Session
from services.training.session.service import SessionService, Shown
from services.training.standin.errors import NobodyStandsIn, NotATrainer
from services.training.standin.schemas import StandInCreate

Trainers = Sequence[SessionTrainer]


class StandInService:
    """One transaction's work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._sessions = SessionService(session)
        self._meetings = MeetingService(session)

    async def replace(self, session_id: UUID, given: StandInCreate, version: int) -> Shown:
        """Raises NotATrainer, NobodyStandsIn, TrainerBusy, SessionClosed and Invalid for who is not in the roster."""
        for each in sorted({session_id, given.with_session_id or session_id}):
            await self._sessions.lock_for_seats(each)
        planned = await self._sessions.opened(session_id, version)
        here = await self._holders(planned, given.outgoing_id)
        if given.incoming_id is None:
            await self._take(planned, _with(here, given.outgoing_id, _backup(here)))
        elif given.with_session_id is None:
            await self._take(planned, _with(here, given.outgoing_id, given.incoming_id))
        else:
            other = await self._other(given.with_session_id)
            await self._exchange((planned, here, given.outgoing_id), (other, given.incoming_id))
            await self._changed(other, given.reason)
        await self._changed(planned, given.reason)
        [shown] = await self._sessions.shown([planned])
        return shown

    async def _other(self, session_id: UUID) -> Session:
        [seen] = await self._sessions.shown([await self._sessions.get(session_id)])
        return await self._sessions.opened(session_id, seen.version)

    async def _exchange(self, one: tuple[Session, Trainers, UUID], two: tuple[Session, UUID]) -> None:
        """Both sessions get each other's trainer; both are judged after both have changed."""
        planned, here, outgoing = one
        other, incoming = two
        there = await self._holders(other, incoming)
        await self._meetings.set_trainers(planned.id, _with(here, outgoing, incoming))
        await self._meetings.set_trainers(other.id, _with(there, incoming, outgoing))
        for each in (planned, other):
            await self._check(each, await self._trainers(each))

    async def _take(self, planned: Session, trainers: Sequence[SessionTrainerInput]) -> None:
        await self._check(planned, trainers)
        await self._meetings.set_trainers(planned.id, trainers)

    async def _check(self, planned: Session, trainers: Sequence[SessionTrainer | SessionTrainerInput]) -> None:
        dates = (await self._meetings.dates([planned.id])).get(planned.id, [])
        as_given = [SessionDateInput.model_construct(**each.model_dump()) for each in dates]
        await self._meetings.check(planned.id, planned.capacity, as_given, [one.person_id for one in trainers])

    async def _holders(self, planned: Session, outgoing: UUID) -> Trainers:
        here = await self._trainers(planned)
        if not any(one.person_id == outgoing and one.duty == "trainer" for one in here):
            raise NotATrainer()
        return here

    async def _trainers(self, planned: Session) -> Trainers:
        await self._session.flush()
        return (await self._meetings.trainers([planned.id])).get(planned.id, [])

    async def _changed(self, planned: Session, reason: str) -> None:
        planned.touch()
        await self._sessions.tell(planned, "session.stand_in", {}, reason)


def _backup(here: Trainers) -> UUID:
    """The first backup, who is free: nobody is planned for two sessions at one time, in whatever part."""
    for one in here:
        if one.duty == "backup":
            return one.person_id
    raise NobodyStandsIn()


def _with(here: Trainers, outgoing: UUID, incoming: UUID) -> list[SessionTrainerInput]:
    """Who holds the session when `incoming` does so instead of `outgoing`."""
    rest = [
        SessionTrainerInput.model_validate({"personId": one.person_id, "duty": one.duty})
        for one in here
        if one.person_id not in (outgoing, incoming)
    ]
    return [SessionTrainerInput.model_validate({"personId": incoming, "duty": "trainer"}), *rest]
