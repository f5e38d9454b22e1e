"""Between the rows of a plan and what the planner and the checker read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from services.training.planning.asked import Asked
from services.training.planning.facts import Facts, LeftOut, PlannedSession
from services.training.planning.facts import Plan as Proposed
from services.training.proposal.models import Plan, PlanSeat, PlanSession
from services.training.proposal.schemas import PlanLoss
from services.training.session.models import Enrolment

People = Mapping[UUID, Sequence[UUID]]
"""Who sits in each session of a plan."""


def row_of(plan: Plan, facts: Facts, session: PlannedSession, change: str) -> PlanSession:
    start, end = facts["slots"][session["slot"]]
    return PlanSession(
        tenant_id=plan.tenant_id,
        plan_id=plan.id,
        course_id=UUID(session["course"]),
        form=session["form"],
        starts_at=datetime.fromtimestamp(start, UTC),
        ends_at=datetime.fromtimestamp(end, UTC),
        room_id=_id(session["room"]),
        trainer_id=_id(session["trainer"]),
        backup_id=_id(session["backup"]),
        session_id=_id(session["id"]),
        change=change,
    )


def planned(found: dict[str, Any]) -> PlannedSession:
    return PlannedSession(
        id=found["id"],
        course=found["course"],
        form=found["form"],
        slot=found["slot"],
        room=found["room"],
        trainer=found["trainer"],
        backup=found["backup"],
        people=found["people"],
    )


def change_of(session: PlannedSession, before: Mapping[UUID, Any]) -> str:
    """What publishing does with a session that is not cancelled."""
    if session["id"] is None:
        return "added"
    was = before[UUID(session["id"])]
    places = (_id(session["room"]), _id(session["trainer"]), _id(session["backup"]))
    return "kept" if places == (was.room_id, was.trainer_id, was.backup_id) else "changed"


def span_of(lost: PlanLoss, facts: Facts) -> list[int]:
    """When something is missing; without instants, in the whole plan."""
    first, last = (facts["slots"][0][0], facts["slots"][-1][1]) if facts["slots"] else (0, 1)
    start = int(lost.starts_at.timestamp()) if lost.starts_at else first
    return [start, int(lost.ends_at.timestamp()) if lost.ends_at else max(last, start + 1)]


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _text(found: UUID | None) -> str | None:
    return str(found) if found else None


def held_sessions(held: Sequence[Any], enrolled: Sequence[Enrolment]) -> list[dict[str, Any]]:
    """Real sessions with who sits in them, as `planned` takes them but for the slot: `span` is when they are."""
    people: dict[UUID, list[str]] = defaultdict(list)
    for each in enrolled:
        people[each.session_id].append(str(each.person_id))
    return [
        {
            "id": str(row.id),
            "course": str(row.course_id),
            "form": row.form,
            "span": (int(row.starts_at.timestamp()), int(row.ends_at.timestamp())),
            "room": _text(row.room_id),
            "trainer": _text(row.trainer_id),
            "backup": _text(row.backup_id),
            "people": people[row.id],
            "seats": row.capacity,
        }
        for row in held
    ]


def with_held(asked: Asked, published: Sequence[Mapping[str, Any]]) -> Asked:
    """What was asked, with the rooms and trainers that published sessions were given by hand."""
    rooms = {UUID(each["room"]) for each in published if each["room"]}
    trainers = {UUID(who) for each in published for who in _holders(each)}
    more = {"rooms": rooms - {*asked.rooms}, "trainers": trainers - {*asked.trainers}}
    known = {"rooms": asked.rooms, "trainers": asked.trainers}
    return asked.model_copy(update={kind: [*ids, *sorted(more[kind], key=str)] for kind, ids in known.items()})


def add_held(facts: Facts, asked: Asked, published: Sequence[Mapping[str, Any]], by_hand: Sequence[Any]) -> None:
    """What published sessions have. By hand they may be held at any hour of a room and a trainer but a busy one, and
    guests sit in them: who has a seat that no plan gave, and no need."""
    guests: dict[str, list[str]] = defaultdict(list)
    for row in by_hand:
        who = str(row.person_id)
        if who not in facts["people"] or str(row.course_id) not in facts["people"][who]["needs"]:
            guests[str(row.session_id)].append(who)
    for each in published:
        span, holders, sitting = [*each["span"]], _holders(each), guests.get(each["id"], [])
        things = [facts["rooms"].get(each["room"]), *(facts["trainers"].get(who) for who in holders)]
        for thing in filter(None, things):
            if thing["windows"]["free"] is not None:
                thing["windows"]["free"].append(span)
        for who in {*sitting} - {*holders}:
            for one in filter(None, (facts["people"].get(who), facts["trainers"].get(who))):
                one["windows"]["busy"].append(span)
    named: dict[Literal["rooms", "trainers"], bool] = {"rooms": bool(asked.rooms), "trainers": bool(asked.trainers)}
    facts["held"] = {
        "named": [kind for kind, is_named in named.items() if is_named],
        "rooms": [each["id"] for each in published if each["room"]],
        "trainers": [each["id"] for each in published if each["trainer"]],
        "guests": dict(guests),
        "seats": {each["id"]: each["seats"] for each in published},
    }


def _holders(session: Mapping[str, Any]) -> list[str]:
    return [who for who in (session["trainer"], session["backup"]) if who]


def stored(facts: Facts, rows: Sequence[PlanSession], seats: Sequence[PlanSeat]) -> Proposed:
    """The plan that the rows are, for the checker. A session whose slot is no more stands in none (KeyError)."""
    at = {span[0]: slot for slot, span in enumerate(facts["slots"])}
    people: dict[UUID | None, list[str]] = defaultdict(list)
    for seat in seats:
        people[seat.plan_session_id].append(str(seat.person_id))
    return Proposed(
        sessions=[
            PlannedSession(
                id=_text(row.session_id),
                course=str(row.course_id),
                form=row.form,
                slot=at[int(row.starts_at.timestamp())],
                room=_text(row.room_id),
                trainer=_text(row.trainer_id),
                backup=_text(row.backup_id),
                people=people[row.id],
            )
            for row in rows
            if row.change != "cancelled"
        ],
        left=[
            LeftOut(person=str(seat.person_id), course=str(seat.course_id))
            for seat in seats
            if seat.plan_session_id is None
        ],
    )


def difference(
    rows: Sequence[PlanSession], people: People, held: Sequence[Any], enrolled: Sequence[Enrolment]
) -> dict[str, Any]:
    """What publishing changes: counts, and who is moved or released."""
    course = {row.id: row.course_id for row in held}
    now = {(each.person_id, course[each.session_id]): each.session_id for each in enrolled}
    then = {(who, row.course_id): row for row in rows if row.change != "cancelled" for who in people.get(row.id, [])}
    moved = [(key, was, then[key].id) for key, was in now.items() if key in then and then[key].session_id != was]
    released = [(key, was, None) for key, was in now.items() if key not in then]
    changes = defaultdict(int, {"seated": len(then.keys() - now.keys())})
    for row in rows:
        changes[row.change] += 1
    return {
        **{name: changes[name] for name in ("added", "kept", "changed", "cancelled", "seated")},
        "moved": len(moved),
        "released": len(released),
        "moves": [
            {"person_id": who, "course_id": of, "from_session_id": was, "to_plan_session_id": to}
            for (who, of), was, to in [*moved, *released]
        ],
    }
