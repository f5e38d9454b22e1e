"""Publishing: a plan's sessions are scheduled and its people seated, by the one code path of sessions and seats."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.course.service import CourseService
from services.training.meeting.models import SessionTrainer
from services.training.meeting.service import MeetingService
from services.training.planning.asked import Asked
from services.training.proposal.errors import PlanClashes
from services.training.proposal.models import PlanSession
from services.training.room.service import RoomService
from services.training.session.models import Enrolment
from services.training.session.schemas import SessionCreate, SessionUpdate
from services.training.session.seats import Asked as Comer
from services.training.session.seats import Seats
from services.training.session.service import SessionService
from shared.kit import clock
from shared.kit.problems import Conflict

_REASON = "the plan was mended"
_DECIDES = timedelta(days=7)
"""So long before it begins, or when half the time to it is left, a session is looked at for too few people."""


@dataclass
class Published:
    """What was done."""

    added: int = 0
    cancelled: int = 0
    seated: int = 0
    moved: int = 0


@dataclass(frozen=True)
class Roll:
    """Who sits in each session of the plan, everybody's seat as it is now, and who waits for one."""

    people: Mapping[UUID, Sequence[UUID]]
    now: Sequence[Enrolment] = field(default_factory=list)
    waiting: Sequence[Enrolment] = field(default_factory=list)


class Publication:
    """One plan's publishing, in the caller's transaction: all of it, or nothing."""

    def __init__(self, session: AsyncSession, asked: Asked, low: dict[UUID, int]) -> None:
        self._session = session
        self._asked = asked
        self._low = low
        self._sessions = SessionService(session)
        self.done = Published()

    async def publish(self, rows: Sequence[PlanSession], roll: Roll) -> Published:
        """Lock what there is; cancel, release and change; then schedule and seat."""
        await self._lock(rows, roll)
        await self._release(rows, roll)
        for row in rows:
            if row.change == "cancelled":
                await self._cancel(row)
            elif row.change == "changed":
                await self._change(row)
        for row in rows:
            if row.change == "added":
                await self._schedule(row)
        await self._seat(rows, roll)
        return self.done

    async def _lock(self, rows: Sequence[PlanSession], roll: Roll) -> None:
        """Courses, sessions, rooms and people at once, each in order, as scheduling and seating lock theirs: session by
        session we would wait for somebody who waits for us."""
        for course in sorted({row.course_id for row in rows}, key=str):
            await CourseService(self._session).get(course, lock=True)
        for known in sorted({row.session_id for row in rows if row.session_id}, key=str):
            await self._sessions.lock_for_seats(known)
        people = {who for seated in roll.people.values() for who in seated} | {each.person_id for each in roll.now}
        holders = {who for row in rows for who in (row.trainer_id, row.backup_id) if who}
        await MeetingService(self._session).lock({row.room_id for row in rows if row.room_id}, people | holders)

    async def _release(self, rows: Sequence[PlanSession], roll: Roll) -> None:
        """Give back the seats of whoever sits elsewhere from now on, or nowhere; whom the plan seats waits no more."""
        keeps = {
            (row.session_id, who) for row in rows if row.change != "cancelled" for who in roll.people.get(row.id, [])
        }
        leaving: dict[UUID, list[UUID]] = defaultdict(list)
        for each in roll.now:
            if (each.session_id, each.person_id) not in keeps:
                leaving[each.session_id].append(each.id)
        seated = {(row.course_id, who) for row in rows for who in roll.people.get(row.id, [])}
        courses = {row.session_id: row.course_id for row in rows}
        for each in roll.waiting:
            if (courses.get(each.session_id), each.person_id) in seated:
                leaving[each.session_id].append(each.id)
        cancelled = {row.session_id for row in rows if row.change == "cancelled"}
        for session_id, enrolments in sorted(leaving.items(), key=lambda item: str(item[0])):
            if session_id not in cancelled:
                await Seats(self._session, session_id).release(enrolments)

    async def _cancel(self, row: PlanSession) -> None:
        [shown] = await self._sessions.shown([await self._sessions.get(_known(row))])
        await self._sessions.cancel(shown.planned.id, shown.version, _REASON)
        self.done.cancelled += 1

    async def _change(self, row: PlanSession) -> None:
        [shown] = await self._sessions.shown([await self._sessions.get(_known(row))])
        trainers = [*_trainers(row), *_others(shown.trainers, row)]
        facts = {"dates": [_date(row)], "trainers": trainers, "allow_overlaps": True}  # the checker has looked
        change = SessionUpdate.model_validate(facts)
        await self._sessions.change(shown.planned.id, change, shown.version)

    async def _schedule(self, row: PlanSession) -> None:
        course = await CourseService(self._session).get(row.course_id)
        place, capacity = self._asked.place, course.max_size
        if row.room_id is not None:
            room = await RoomService(self._session).get(row.room_id)
            place, capacity = room.name, min(capacity, room.seats or capacity)
        given = SessionCreate.model_validate(
            {
                "course_id": row.course_id,
                "dates": [_date(row)],
                "zone": self._asked.zone,
                "place": place,
                "capacity": capacity,
                "trainers": _trainers(row),
                "min_size": self._low[row.course_id],
                "decides_at": row.starts_at - min(_DECIDES, (row.starts_at - clock.now()) / 2),
            }
        )
        row.session_id = (await self._sessions.create(given)).id
        self.done.added += 1

    async def _seat(self, rows: Sequence[PlanSession], roll: Roll) -> None:
        had = {(each.session_id, each.person_id) for each in roll.now}
        before = {each.person_id for each in roll.now}
        for row in rows:
            people = [who for who in roll.people.get(row.id, []) if (row.session_id, who) not in had]
            if not people or row.change == "cancelled":
                continue
            outcomes = await Seats(self._session, _known(row)).enrol([Comer(who) for who in people], waits=False)
            refused = [each.verdict for each in outcomes if each.verdict != "enrolled" or each.state != "confirmed"]
            if refused:
                raise PlanClashes(sessionId=str(row.session_id), reasons=sorted({*refused}), people=len(refused))
            moved = sum(who in before for who in people)
            self.done.moved += moved
            self.done.seated += len(people) - moved


def _known(row: PlanSession) -> UUID:
    if row.session_id is None:
        raise Conflict()
    return row.session_id


def _date(row: PlanSession) -> dict[str, object]:
    return {"starts_at": row.starts_at, "ends_at": row.ends_at, "room_id": row.room_id}


def _trainers(row: PlanSession) -> list[dict[str, object]]:
    duties = ((row.trainer_id, "trainer"), (row.backup_id, "backup"))
    return [{"person_id": who, "duty": duty} for who, duty in duties if who is not None]


def _others(now: Sequence[SessionTrainer], row: PlanSession) -> list[dict[str, object]]:
    """Whoever holds a session besides the one trainer and the one backup that a plan knows (the first of each)."""
    known = {each.duty: each.person_id for each in reversed(now)}.values()
    named = {*known, row.trainer_id, row.backup_id}
    return [{"person_id": each.person_id, "duty": each.duty} for each in now if each.person_id not in named]
