"""Catch-up sessions that form themselves: seats in sessions that there are, else a session of their own [IM-T10]."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.availability.service import AvailabilityService
from services.training.catchup import timing
from services.training.catchup.errors import CatchUpOver, NobodyWaits
from services.training.catchup.models import CatchUp, CatchUpPolicy
from services.training.catchup.repository import CatchUpRepository
from services.training.catchup.schemas import CatchUpApprove, CatchUpPolicyInput
from services.training.course.service import CourseService
from services.training.enrolment.service import EnrolmentService
from services.training.meeting.errors import TrainerBusy
from services.training.meeting.schemas import SessionDateInput, SessionTrainerInput
from services.training.meeting.service import MeetingService
from services.training.session.schemas import SessionCreate
from services.training.session.seats import Asked, Outcome, Seats
from services.training.session.service import SessionService
from shared.contracts.training_day import CatchUpChanged, CatchUpPolicyChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.kit.problems import Invalid, Problem
from shared.queue import publish
from shared.web.preconditions import check_version

_QUIET = timedelta(days=7)
"""For so long nothing is proposed again that somebody turned down, unless more people wait."""


@dataclass(frozen=True)
class _Again:
    """The latest session, as it would be held once more."""

    zone: str
    place: str
    dates: list[SessionDateInput]
    trainers: list[SessionTrainerInput]


class CatchUpService:
    """One transaction's work on catch-up. Everything about a course happens under its lock, so nothing is doubled."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = CatchUpRepository(session)
        self._tenant = tenant_of(session)

    async def policy(self) -> CatchUpPolicy:
        """The rule in force; version 0 when it is ours."""
        found = await self._rows.policy()
        return found or CatchUpPolicy(tenant_id=self._tenant, id=self._tenant, version=0)

    async def set_policy(self, given: CatchUpPolicyInput, version: int) -> CatchUpPolicy:
        """Set the whole rule, on the version that the caller saw."""
        policy = await self.policy()
        check_version(version, policy.version)
        for name, value in given.model_dump().items():
            setattr(policy, name, value)
        if policy.version == 0:
            policy.version = 1
            self._rows.add(policy)
        else:
            policy.touch()
        await record(self._session, "catch_up_policy.set", "catch_up_policy", policy.id, after=given.model_dump())
        await publish(self._session, CatchUpPolicyChanged(catch_up_policy_id=policy.id, version=policy.version))
        return policy

    async def courses(self) -> Sequence[UUID]:
        """Courses to be looked at."""
        return await self._rows.courses(await self.policy())

    async def seekers(self, course_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Row[Any]]:
        """person_id, reason and display_name of who waits for a course; NotFound without it."""
        await CourseService(self._session).get(course_id)
        return await self._rows.named(course_id, await self.policy(), limit, after)

    async def look_at(self, course_id: UUID) -> int:
        """Propose what people need, or do one thing at once where the tenant wants that; how much was done or changed.

        One thing for each transaction: who holds the locks of several sessions may wait for who takes them otherwise.
        """
        await self._rows.lock(course_id)
        policy = await self.policy()
        people = await self._fit(course_id, policy)
        wanted = await self._wanted(course_id, people, policy)
        standing = await self._rows.proposed(course_id)
        given = await self._at_once(wanted, policy)
        if wanted is None or given is None:
            return await self._propose(standing, wanted)
        catch_up = wanted if standing is None else _take_over(standing, wanted)
        return min(1, await self._do(catch_up, people, given))

    async def approve(self, catch_up_id: UUID, version: int, given: CatchUpApprove) -> CatchUp:
        """Do what was proposed, for who waits now. Errors: CatchUpOver, NobodyWaits; RoomBusy and the like."""
        catch_up = await self._locked(catch_up_id, version)
        people = await self._fit(catch_up.course_id, await self.policy())
        if await self._do(catch_up, people, given) == 0:
            raise NobodyWaits()
        return catch_up

    async def dismiss(self, catch_up_id: UUID, version: int) -> CatchUp:
        """Turn a proposal down."""
        catch_up = await self._locked(catch_up_id, version)
        await self._end(catch_up, "dismissed")
        return catch_up

    async def get(self, catch_up_id: UUID) -> CatchUp:
        """The proposal, or NotFound."""
        return await self._rows.get(catch_up_id)

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[CatchUp]:
        """Every proposal and what became of it, oldest first."""
        return await self._rows.list(limit, after)

    async def _locked(self, catch_up_id: UUID, version: int) -> CatchUp:
        await self._rows.lock((await self._rows.get(catch_up_id)).course_id)
        catch_up = await self._rows.get(catch_up_id)
        check_version(version, catch_up.version)
        if catch_up.state != "proposed":
            raise CatchUpOver(state=catch_up.state)
        return catch_up

    async def _fit(self, course_id: UUID, policy: CatchUpPolicy) -> Sequence[UUID]:
        """Who seeks the course in turn, but for whom audience or prerequisite keeps out of every session of it."""
        people = await self._rows.seekers(course_id, policy)
        refused = await EnrolmentService(self._session, None).refused(course_id, people)
        return [one for one in people if one not in refused]

    async def _wanted(self, course_id: UUID, people: Sequence[UUID], policy: CatchUpPolicy) -> CatchUp | None:
        """What would help now: seats in the next session that has some for them, else a session from `min_size` people
        on."""
        room = await self._rows.room(course_id, people) if people else None
        if room is not None:
            return self._new(course_id, kind="join", people=room.people, session_id=room.id)
        if not people or len(people) < policy.min_size:
            return None
        held = await self._again(course_id, clock.now() + timedelta(days=policy.lead_days))
        if held is None:
            return None
        when = {"starts_at": held.dates[0].starts_at, "ends_at": held.dates[-1].ends_at, "zone": held.zone}
        return self._new(course_id, kind="form", people=len(people), place=held.place, **when)

    async def _at_once(self, wanted: CatchUp | None, policy: CatchUpPolicy) -> CatchUpApprove | None:
        """How it is done without asking; None where somebody must decide, also because nobody could hold it."""
        if wanted is None or policy.mode == "propose":
            return None
        if wanted.starts_at is None:
            return CatchUpApprove()
        held = await self._again(wanted.course_id, wanted.starts_at)
        if held is None or all(each.duty != "trainer" for each in held.trainers):
            return None
        return CatchUpApprove(trainers=held.trainers)

    async def _again(self, course_id: UUID, earliest: datetime) -> _Again | None:
        """The latest session over again, on days that nothing closes, held by those of its trainers who can."""
        like, meetings = await self._rows.like(course_id), MeetingService(self._session)
        if like is None:
            return None
        dates = [(each.starts_at, each.ends_at) for each in (await meetings.dates([like.id]))[like.id]]
        holders = (await meetings.trainers([like.id])).get(like.id, [])
        last = earliest + 2 * timing.LOOKED_AT + (dates[-1][1] - dates[0][0])
        hours = await AvailabilityService(self._session).hours(earliest, last, [each.person_id for each in holders])

        def allow(subject: str, one: UUID | None, span: timing.Span) -> bool:
            return (subject, one) not in hours or hours[subject, one].allow(*span)

        spans = timing.again(dates, like.zone, earliest, lambda span: allow("everybody", None, span))
        if not spans:
            return None
        given = [SessionDateInput(starts_at=at.astimezone(UTC), ends_at=to.astimezone(UTC)) for at, to in spans]
        able = [each for each in holders if all(allow("person", each.person_id, span) for span in spans)]
        trainers = [
            SessionTrainerInput.model_validate({"person_id": each.person_id, "duty": each.duty})
            for each in able
            if await self._is_free(each.person_id, given)
        ]
        return _Again(like.zone, like.place, given, trainers)

    async def _is_free(self, person_id: UUID, dates: Sequence[SessionDateInput]) -> bool:
        """Whether somebody is in the roster and holds nothing else then."""
        try:
            await MeetingService(self._session).check(new_id(), 0, dates, [person_id])
        except (TrainerBusy, Invalid):
            return False
        return True

    def _new(self, course_id: UUID, **facts: Any) -> CatchUp:
        return CatchUp(tenant_id=self._tenant, course_id=course_id, **facts)

    async def _propose(self, standing: CatchUp | None, wanted: CatchUp | None) -> int:
        """Have `wanted` stand as the one proposal; 1 where that changed anything."""
        if wanted is None:
            if standing is not None:
                await self._end(standing, "withdrawn")
            return int(standing is not None)
        if standing is None:
            dismissed = await self._rows.last_dismissed(wanted.course_id)
            if dismissed and dismissed.people >= wanted.people and dismissed.updated_at > clock.now() - _QUIET:
                return 0
            self._rows.add(wanted)
            await self._tell(wanted, "catch_up.propose")
            return 1
        if _same(standing, wanted):
            return 0
        _take_over(standing, wanted)
        standing.touch()
        await self._tell(standing, "catch_up.propose")
        return 1

    async def _do(self, catch_up: CatchUp, people: Sequence[UUID], given: CatchUpApprove) -> int:
        """Enrol people in the session that there is, or in one that is made for them; how many got a seat."""
        if not people:
            return 0
        try:
            async with self._session.begin_nested():
                session_id = catch_up.session_id or await self._form(catch_up, given)
                enrolled = await self._enrol(session_id, people)
                if enrolled == 0:
                    raise NobodyWaits()  # undoes the session
        except NobodyWaits:
            return 0
        catch_up.session_id, catch_up.people = session_id, enrolled
        self._rows.add(catch_up)
        await self._end(catch_up, "done")
        return enrolled

    async def _form(self, catch_up: CatchUp, given: CatchUpApprove) -> UUID:
        course = await CourseService(self._session).get(catch_up.course_id)
        zone = catch_up.zone or "Europe/Stockholm"
        times: dict[str, Any] = {"starts_at": given.starts_at, "ends_at": given.ends_at}
        if given.starts_at is None and catch_up.starts_at is not None:
            held = await self._again(course.id, max(catch_up.starts_at, clock.now()))
            as_proposed = {"starts_at": catch_up.starts_at, "ends_at": catch_up.ends_at}
            times = {"dates": held.dates} if held else as_proposed
        planned = SessionCreate(
            course_id=catch_up.course_id,
            zone=zone,
            place=given.place or catch_up.place or "",
            capacity=given.capacity or course.max_size,
            trainers=given.trainers,
            **times,
        )
        dates, catch_up.place = planned.meetings(), planned.place
        catch_up.starts_at, catch_up.ends_at = dates[0].starts_at, dates[-1].ends_at
        return (await SessionService(self._session).create(planned)).id

    async def _enrol(self, session_id: UUID, people: Sequence[UUID]) -> int:
        async def seated(asked: Sequence[Asked]) -> Sequence[Outcome]:
            return await Seats(self._session, session_id).enrol(asked, waits=False)

        made = await EnrolmentService(self._session, None).enrol_each(
            session_id, [Asked(one) for one in people], seated
        )
        return sum(not isinstance(outcome, Problem) for _, outcome, _ in made)

    async def _end(self, catch_up: CatchUp, state: str) -> None:
        catch_up.state = state
        catch_up.touch()
        await self._tell(catch_up, f"catch_up.{state}")

    async def _tell(self, catch_up: CatchUp, action: str) -> None:
        facts = catch_up.model_dump(include={"course_id", "kind", "state", "people", "session_id"})
        await record(self._session, action, "catch_up", catch_up.id, after=facts)
        await publish(self._session, CatchUpChanged.model_validate({"catch_up_id": catch_up.id, **facts}))


_PROPOSED = ("kind", "people", "session_id", "starts_at", "ends_at", "zone", "place")


def _same(standing: CatchUp, wanted: CatchUp) -> bool:
    """Whether the proposal that stands still says the same; its time stays as long as it is not past."""
    told = (wanted.kind, wanted.people, wanted.session_id)
    is_ahead = standing.starts_at is None or standing.starts_at > clock.now()
    return (standing.kind, standing.people, standing.session_id) == told and is_ahead


def _take_over(standing: CatchUp, wanted: CatchUp) -> CatchUp:
    for name in _PROPOSED:
        setattr(standing, name, getattr(wanted, name))
    return standing
