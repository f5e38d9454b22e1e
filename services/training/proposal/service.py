"""Plans: asked for, kept, compared, approved, published, mended. Solving is the job's."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.course.errors import CourseArchived
from services.training.course.service import CourseService
from services.training.planning import checker
from services.training.planning.asked import Asked
from services.training.planning.facts import Facts, PlannedSession, digests
from services.training.planning.facts import Plan as Proposed
from services.training.planning.service import PlanningService
from services.training.proposal.errors import PlanFaulty, PlanMoved, PlanNotOpen
from services.training.proposal.models import Plan, PlanSeat, PlanSession
from services.training.proposal.publication import Publication, Published, Roll
from services.training.proposal.repository import PlanRepository
from services.training.proposal.rows import (
    People,
    add_held,
    change_of,
    difference,
    held_sessions,
    planned,
    row_of,
    span_of,
    stored,
    with_held,
)
from services.training.proposal.schemas import PlanCreate, PlanReplan
from services.training.room.service import RoomService
from services.training.roster.service import RosterService
from services.training.session.models import Enrolment
from shared.contracts.training_planning import (
    TrainingPlanApproved,
    TrainingPlanProposed,
    TrainingPlanPublished,
    TrainingPlanRefused,
)
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue import publish, start_job
from shared.web.preconditions import check_version

SOLVE = "plans.solve"
_UNKNOWN = Text(sv="Finns inte", en="There is none", da="Findes ikke")
_SELF_STUDY = Text(
    sv="Kursen läses på egen hand", en="The course is self-study, which has no sessions", da="Kurset er selvstudium"
)
_FAULTS_TOLD = 20
_VERBS = {
    "proposed": "propose", "refused": "refuse", "failed": "fail", "approved": "approve", "published": "publish",
    "withdrawn": "withdraw",
}  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    """How good a plan is; of a mended plan nothing is known but its sessions."""

    bound: int | None = None
    cost: int | None = None
    cost_bound: int | None = None


@dataclass(frozen=True)
class Input:
    """What the job works on; `published` are the sessions that a plan mends."""

    asked: Asked
    facts: Facts
    published: list[PlannedSession]
    catch_up: bool


class ProposalService:
    """One transaction's work on plans."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._plans = PlanRepository(session)

    async def create(self, given: PlanCreate, subject: UUID) -> Plan:
        """Ask for a plan; a job makes it."""
        await self._check_courses(given.course_ids)
        await self._check_known(given)
        plan = Plan(tenant_id=tenant_of(self._session), name=given.name, asked=given.asked().to_json())
        return await self._start(plan, "plan.create", subject)

    async def replan(self, plan_id: UUID, given: PlanReplan, version: int, subject: UUID) -> Plan:
        """Ask for the plan that mends a published one; PlanNotOpen for any other."""
        base = await self._plans.get(plan_id, lock=True)
        check_version(version, base.version)
        if base.state != "published" or await self._plans.is_mended(base.id):
            raise PlanNotOpen(state=base.state)
        await self._check_losses(base, given)
        plan = Plan(
            tenant_id=tenant_of(self._session),
            name=base.name,
            asked=base.asked,
            base_id=base.id,
            lost=given.model_dump(mode="json"),
        )
        return await self._start(plan, "plan.replan", subject)

    async def get(self, plan_id: UUID) -> Plan:
        """The plan, or NotFound."""
        return await self._plans.get(plan_id)

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Plan]:
        """Oldest first."""
        return await self._plans.list(limit, after)

    async def left_out(self, ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many needs of each plan have no seat in it."""
        return await self._plans.left_out(ids)

    async def sessions(
        self, plan_id: UUID, limit: int | None, after: tuple[UUID] | None
    ) -> Sequence[tuple[PlanSession, int]]:
        """The plan's sessions, each with the number of its people."""
        rows = await self._plans.sessions((await self.get(plan_id)).id, limit, after)
        people = await self._people(plan_id)
        return [(row, len(people.get(row.id, []))) for row in rows]

    async def input(self, plan: Plan, published: Sequence[dict[str, Any]] | None = None) -> Input:
        """The facts as rows are now; `published` sessions count as not there: those that a plan mends, unless given."""
        asked = Asked.from_json(plan.asked)
        if published is None:
            published = [] if plan.base_id is None else await self._published(plan.base_id)
        facts = await self._facts(plan, asked, published)
        catch_up = bool(plan.lost and plan.lost["catch_up"])
        at = {tuple(span): slot for slot, span in enumerate(facts["slots"])}
        kept = [each | {"slot": at[each["span"]]} for each in published if each["span"] in at]
        return Input(asked, facts, [planned(each) for each in kept], catch_up)

    async def solving(self, plan_id: UUID) -> Plan | None:
        """The plan, locked, unless it is being solved no more."""
        plan = await self._plans.get(plan_id, lock=True)
        return plan if plan.state == "solving" else None

    async def keep(
        self, plan: Plan, given: Input, found: Proposed, cancelled: Sequence[PlannedSession], numbers: Numbers
    ) -> None:
        """Store what the job found, and tell."""
        facts = given.facts
        tenant, people = tenant_of(self._session), 0
        before = {} if plan.base_id is None else {row.id: row for row in await self._plans.held(plan.base_id)}
        cancelled_rows = [row_of(plan, facts, each, "cancelled") for each in cancelled]
        rows = [(row_of(plan, facts, each, change_of(each, before)), each["people"]) for each in found["sessions"]]
        self._plans.add(*cancelled_rows, *(row for row, _ in rows))
        await self._session.flush()
        for row, seated in rows:
            people += len(seated)
            seats = {"tenant_id": tenant, "plan_id": plan.id, "plan_session_id": row.id, "course_id": row.course_id}
            self._plans.add(*(PlanSeat(person_id=UUID(who), **seats) for who in seated))
        for each in found["left"]:
            course, person = UUID(each["course"]), UUID(each["person"])
            self._plans.add(PlanSeat(tenant_id=tenant, plan_id=plan.id, course_id=course, person_id=person))
        plan.digests = _digests(given)
        plan.input_hash = sha256(orjson.dumps(plan.digests, option=orjson.OPT_SORT_KEYS)).hexdigest()
        plan.sessions, plan.people, plan.bound = len(found["sessions"]), people, numbers.bound
        plan.cost, plan.cost_bound = numbers.cost, numbers.cost_bound
        await self._enter(plan, "proposed")
        told = {"sessions": plan.sessions, "bound": plan.bound or 0, "people": people, "left_out": len(found["left"])}
        await publish(self._session, TrainingPlanProposed.model_validate({"plan_id": plan.id, **told}))

    async def refuse(self, plan: Plan, state: str, findings: dict[str, Any]) -> None:
        """Store that there is no plan, and why."""
        plan.findings = findings
        await self._enter(plan, state)
        await publish(self._session, TrainingPlanRefused(plan_id=plan.id))

    async def approve(self, plan_id: UUID, version: int) -> Plan:
        """Approve what was proposed. Errors: PlanNotOpen, PlanMoved, PlanFaulty."""
        plan = await self._open(plan_id, version, "proposed")
        await self._check(plan)
        await self._enter(plan, "approved")
        await publish(self._session, TrainingPlanApproved(plan_id=plan.id))
        return plan

    async def withdraw(self, plan_id: UUID, version: int) -> Plan:
        """Drop a plan that is not published."""
        plan = await self._open(plan_id, version, "solving", "proposed", "approved", "refused", "failed")
        await self._enter(plan, "withdrawn")
        return plan

    async def publish(self, plan_id: UUID, version: int) -> tuple[Plan, Published]:
        """Turn an approved plan into sessions and seats. Errors: PlanNotOpen, PlanMoved, PlanFaulty, PlanClashes."""
        await self._plans.lock_publishing()
        plan = await self._open(plan_id, version, "approved")
        asked, facts = await self._check(plan)
        rows = await self._plans.sessions(plan.id)
        low = {UUID(course["id"]): course["low"] for course in facts["courses"]}
        held = [] if plan.base_id is None else [row.id for row in await self._plans.held(plan.base_id)]
        waiting = await self._plans.enrolled(held, ["waiting"])
        roll = Roll(await self._people(plan.id), await self._movable(plan, rows, held), waiting)
        done = await Publication(self._session, asked, low).publish(rows, roll)
        await self._enter(plan, "published")
        facts_told = {"added": done.added, "cancelled": done.cancelled, "seated": done.seated, "moved": done.moved}
        await publish(self._session, TrainingPlanPublished.model_validate({"plan_id": plan.id, **facts_told}))
        return plan, done

    async def diff(self, plan_id: UUID) -> dict[str, Any]:
        """What publishing changes: counts, and who is moved or released."""
        plan = await self._plans.get(plan_id)
        rows, people = await self._plans.sessions(plan_id), await self._people(plan_id)
        held = [] if plan.base_id is None else await self._plans.held(plan.base_id)
        return difference(rows, people, held, await self._movable(plan, rows, [row.id for row in held]))

    async def choices(
        self, plan_id: UUID, limit: int, after: tuple[UUID] | None
    ) -> Sequence[tuple[PlanSeat, Sequence[datetime]]]:
        """Each person's seat with the dates among which the person can choose, the one of the plan first."""
        plan = await self._plans.get(plan_id)
        seats = await self._plans.seats(plan_id, limit, after)
        own_sessions = await self._published(plan.id) if plan.state == "published" else None
        facts = (await self.input(plan, own_sessions)).facts
        rows = [row for row in await self._plans.sessions(plan_id) if row.change != "cancelled"]
        at = {span[0]: slot for slot, span in enumerate(facts["slots"])}
        own = {row.id: row.starts_at for row in rows}
        found = []
        for seat in seats:
            who, first = str(seat.person_id), own.get(seat.plan_session_id) if seat.plan_session_id else None
            form = checker.form_of(facts, who) if who in facts["people"] else None
            dates = {
                row.starts_at
                for row in rows
                if row.course_id == seat.course_id and row.form == form and int(row.starts_at.timestamp()) in at
                and checker.can_come(facts, who, at[int(row.starts_at.timestamp())])
            }  # fmt: skip
            found.append((seat, sorted(dates | ({first} if first else set()), key=lambda date: (date != first, date))))
        return found

    async def _start(self, plan: Plan, action: str, subject: UUID) -> Plan:
        plan.job_id = await start_job(self._session, SOLVE, {"plan": plan.id}, created_by=subject)
        self._plans.add(plan)
        await record(self._session, action, "plan", plan.id, after={"asked": plan.asked, "lost": plan.lost})
        return plan

    async def _check_courses(self, ids: Sequence[UUID]) -> None:
        for index, one in enumerate(ids):
            pointer = f"#/courseIds/{index}"
            if not await CourseService(self._session).known([one]):
                raise Invalid(_UNKNOWN, errors=[FieldError(pointer=pointer, detail=_UNKNOWN, code="unknown")])
            course = await CourseService(self._session).get(one)
            if course.archived:
                raise CourseArchived()
            if course.mode == "self_study":
                raise Invalid(_SELF_STUDY, errors=[FieldError(pointer=pointer, detail=_SELF_STUDY, code="self_study")])

    async def _check_known(self, given: PlanCreate) -> None:
        roster = RosterService(self._session)
        known: dict[str, Any] = {
            "roomIds": (given.room_ids, await RoomService(self._session).known(given.room_ids)),
            "trainerIds": (given.trainer_ids, await roster.people(given.trainer_ids)),
            "unitIds": (given.unit_ids or [], await roster.units(given.unit_ids or [])),
        }
        _refuse_unknown({f"#/{name}/{{}}": each for name, each in known.items()})

    async def _check_losses(self, base: Plan, given: PlanReplan) -> None:
        """What is lost belongs to the plan, to a session of it, or is known: a trainer may have left meanwhile."""
        asked, held = Asked.from_json(base.asked), await self._plans.held(base.id)
        rooms, trainers = [each.id for each in given.rooms], [each.id for each in given.trainers]
        holding = {who for row in held for who in (row.trainer_id, row.backup_id)}
        known_people = {*asked.trainers, *holding, *await RosterService(self._session).people(trainers)}
        used = {row.room_id for row in held}
        known_rooms = {*asked.rooms, *used, *await RoomService(self._session).known(rooms)}
        _refuse_unknown({"#/trainers/{}/id": (trainers, known_people), "#/rooms/{}/id": (rooms, known_rooms)})

    async def _movable(self, plan: Plan, rows: Sequence[PlanSession], held: Sequence[UUID]) -> Sequence[Enrolment]:
        """Seats in the sessions that a plan mends, but for guests': those stay as long as the session does."""
        if plan.base_id is None:
            return []
        kept = {row.session_id for row in rows if row.change != "cancelled"}
        planned = {(seat.person_id, seat.course_id) for seat in await self._plans.seats(plan.id)}
        by_hand = await self._plans.by_hand(plan.base_id, held)
        guests = {
            (row.session_id, row.person_id)
            for row in by_hand
            if row.session_id in kept and (row.person_id, row.course_id) not in planned
        }
        return [each for each in await self._plans.enrolled(held) if (each.session_id, each.person_id) not in guests]

    async def _published(self, base_id: UUID) -> Sequence[dict[str, Any]]:
        """The sessions of the plan that is mended, with who sits in them now."""
        held = await self._plans.held(base_id)
        return held_sessions(held, await self._plans.enrolled([row.id for row in held]))

    async def _facts(self, plan: Plan, asked: Asked, published: Sequence[dict[str, Any]]) -> Facts:
        sessions = [UUID(each["id"]) for each in published]
        if plan.lost is None or plan.base_id is None:
            return await PlanningService(self._session, asked, sessions).facts()
        facts = await PlanningService(self._session, with_held(asked, published), sessions).facts()
        add_held(facts, asked, published, await self._plans.by_hand(plan.base_id, sessions))
        facts["rules"]["complete"] = False
        given = PlanReplan.model_validate(plan.lost)
        for lost, things in ((given.trainers, facts["trainers"]), (given.rooms, facts["rooms"])):
            for each in lost:
                if str(each.id) in things:
                    things[str(each.id)]["windows"]["busy"].append(span_of(each, facts))
        return facts

    async def _check(self, plan: Plan) -> tuple[Asked, Facts]:
        """Compare what the plan rests on with the rows as they are now, and let the checker look at it."""
        given = await self.input(plan)
        now, then = _digests(given), plan.digests or {}
        moved = sorted(name for name in now if now[name] != then.get(name))
        if moved:
            raise PlanMoved(moved=moved)
        proposed = stored(given.facts, await self._plans.sessions(plan.id), await self._plans.seats(plan.id))
        # A second or more for a large authority; in a thread, so that others are served meanwhile.
        broken = await asyncio.to_thread(lambda: sorted(set(checker.faults(given.facts, proposed))))
        if broken:
            told = [{"rule": rule, "what": what} for rule, what in broken[:_FAULTS_TOLD]]
            raise PlanFaulty(faults=told, count=len(broken))
        return given.asked, given.facts

    async def _people(self, plan_id: UUID) -> People:
        people = defaultdict(list)
        for seat in await self._plans.seats(plan_id):
            if seat.plan_session_id is not None:
                people[seat.plan_session_id].append(seat.person_id)
        return people

    async def _open(self, plan_id: UUID, version: int, *states: str) -> Plan:
        plan = await self._plans.get(plan_id, lock=True)
        check_version(version, plan.version)
        if plan.state not in states:
            raise PlanNotOpen(state=plan.state)
        return plan

    async def _enter(self, plan: Plan, state: str) -> None:
        """Go to a state, and write it down."""
        before, plan.state = plan.state, state
        if state == "approved":
            plan.approved_at = clock.now()
        elif state == "published":
            plan.published_at = clock.now()
        plan.touch()
        after = {"state": state, "sessions": plan.sessions, "bound": plan.bound, "input_hash": plan.input_hash}
        await record(self._session, f"plan.{_VERBS[state]}", "plan", plan.id, before={"state": before}, after=after)


def _refuse_unknown(given: Mapping[str, tuple[Sequence[UUID], Collection[UUID]]]) -> None:
    """Invalid that names each id, by its pointer with {} for the index, that is not among the known ones."""
    wrong = [
        FieldError(pointer=pointer.format(index), detail=_UNKNOWN, code="unknown")
        for pointer, (ids, found) in given.items()
        for index, one in enumerate(ids)
        if one not in found
    ]
    if wrong:
        raise Invalid(_UNKNOWN, errors=wrong)


def _digests(given: Input) -> dict[str, str]:
    """Of each part of the facts, and of the published sessions with who sits in them."""
    published = orjson.dumps(given.published, option=orjson.OPT_SORT_KEYS)
    return {**digests(given.facts), "published": sha256(published).hexdigest()}
