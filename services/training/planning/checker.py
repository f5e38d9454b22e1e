"""Whether a plan keeps every rule. It shares nothing with what made the plan, and solves nothing: it looks."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from services.training.planning.facts import Facts, Plan, PlannedSession, Windows, guests_of, must_have, seats_of

Fault = tuple[str, str]
"""(rule, what breaks it: ids)."""


def faults(facts: Facts, plan: Plan) -> Iterator[Fault]:
    """Every rule that the plan breaks."""
    for look in (_sessions, _shared, _seats, _left, _caps, _prerequisites, _key_persons, _choices):
        yield from look(facts, plan)


def is_open(windows: Windows, start: int, end: int) -> bool:
    free = windows["free"]
    is_free = free is None or any(begins <= start and end <= ends for begins, ends in free)
    return is_free and not any(begins < end and start < ends for begins, ends in windows["busy"])


def can_come(facts: Facts, who: str, slot: int) -> bool:
    person, (start, end) = facts["people"][who], facts["slots"][slot]
    units = [facts["units"][unit] for unit in person["units"]]
    windows = [facts["everybody"], person["windows"], *(unit["windows"] for unit in units)]
    in_time = facts["rules"]["go_live"] == "wish" or all(end <= (unit["goes_live"] or end) for unit in units)
    return in_time and all(is_open(each, start, end) for each in windows)


def form_of(facts: Facts, who: str) -> str:
    return facts["units"][facts["people"][who]["units"][0]]["form"] if facts["rules"]["by_form"] else ""


def _sessions(facts: Facts, plan: Plan) -> Iterator[Fault]:
    courses = {course["id"]: course for course in facts["courses"]}
    for session in plan["sessions"]:
        course, (start, end) = courses[session["course"]], facts["slots"][session["slot"]]
        room, name = facts["rooms"].get(session["room"] or ""), f"{session['course']} in slot {session['slot']}"
        holders, people = _holders(session), len(session["people"]) + len(guests_of(facts, session["id"]))
        found = {
            "size": not course["low"] <= people <= seats_of(facts, session["id"], course["high"]),
            "closed": not is_open(facts["everybody"], start, end),
            "no_room": course["in_room"] and must_have(facts, "rooms", session["id"]) and room is None,
            "room_busy": bool(session["room"]) and (room is None or not is_open(room["windows"], start, end)),
            "room_small": room is not None and people > (room["seats"] or people),
            "no_trainer": must_have(facts, "trainers", session["id"]) and not session["trainer"],
            "trainer_busy": not all(
                who in facts["trainers"] and is_open(facts["trainers"][who]["windows"], start, end) for who in holders
            ),
        }  # fmt: skip
        yield from ((rule, name) for rule, is_broken in found.items() if is_broken)


def _shared(facts: Facts, plan: Plan) -> Iterator[Fault]:
    held, rooms, holders = Counter[int](), Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    for session in plan["sessions"]:
        held[session["slot"]] += 1
        rooms[session["room"] or "", session["slot"]] += bool(session["room"])
        for who in _holders(session):
            holders[who, session["slot"]] += 1
    most = facts["rules"]["parallel"] or len(plan["sessions"])
    yield from (("parallel", f"slot {slot}") for slot, number in held.items() if number > most)
    yield from (("room_twice", f"{room} in slot {slot}") for (room, slot), number in rooms.items() if number > 1)
    yield from (("trainer_twice", f"{who} in slot {slot}") for (who, slot), number in holders.items() if number > 1)


def _seats(facts: Facts, plan: Plan) -> Iterator[Fault]:
    taken, at = Counter[tuple[str, str]](), Counter[tuple[str, int]]()
    for session, who in _seated(plan):
        taken[who, session["course"]] += 1
        at[who, session["slot"]] += 1
        if who not in facts["people"] or session["course"] not in facts["people"][who]["needs"]:
            yield "not_needed", who
        elif not can_come(facts, who, session["slot"]):
            yield "person_busy", f"{who} in slot {session['slot']}"
        elif form_of(facts, who) != session["form"]:
            yield "other_form", who
    for session in plan["sessions"]:
        at.update((who, session["slot"]) for who in {*_holders(session)})
    yield from (("seated_twice", who) for (who, _), number in taken.items() if number > 1)
    yield from (("two_places", who) for (who, _), number in at.items() if number > 1)


def _left(facts: Facts, plan: Plan) -> Iterator[Fault]:
    due = {(who, course) for who, person in facts["people"].items() for course in person["needs"]}
    taken = {(who, session["course"]) for session, who in _seated(plan)}
    left = {(each["person"], each["course"]) for each in plan["left"]}
    yield from (("missing", who) for who, _ in due - taken - left)
    for who, _ in left if facts["rules"]["complete"] else ():
        if any(can_come(facts, who, slot) for slot in range(len(facts["slots"]))):
            yield "left_out", who


def _caps(facts: Facts, plan: Plan) -> Iterator[Fault]:
    away = Counter((unit, each["slot"]) for each, who in _seated(plan) for unit in facts["people"][who]["units"])
    for (unit, slot), number in away.items():
        start, end = facts["slots"][slot]
        absent = sum(people for begins, ends, people in facts["units"][unit]["absent"] if begins < end and start < ends)
        if number + absent > facts["units"][unit]["away"]:
            yield "absence_cap", f"{unit} in slot {slot}"


def _prerequisites(facts: Facts, plan: Plan) -> Iterator[Fault]:
    slots = {(who, each["course"]): each["slot"] for each, who in _seated(plan)}
    after = {course["id"]: course["after"] for course in facts["courses"]}
    for (who, course), slot in slots.items():
        if any(slot <= slots.get((who, before), -1) for before in after[course]):
            yield "prerequisite_later", who


def _key_persons(facts: Facts, plan: Plan) -> Iterator[Fault]:
    place = {course["id"]: number for number, course in enumerate(facts["courses"])}
    ready: dict[tuple[str, int], int] = defaultdict(lambda: -1)
    for session, who in _seated(plan) if facts["rules"]["key_first"] else ():
        for unit in facts["people"][who]["key_at"]:
            for number in range(place[session["course"]], len(place)):
                ready[unit, number] = max(ready[unit, number], session["slot"])
    for session, who in _seated(plan):
        units = [unit for unit in facts["people"][who]["units"] if unit not in facts["people"][who]["key_at"]]
        if any(session["slot"] <= ready[unit, place[session["course"]]] for unit in units):
            yield "key_persons_first", who


def _choices(facts: Facts, plan: Plan) -> Iterator[Fault]:
    wanted = facts["rules"]["choices"]
    offered: dict[tuple[str, str], set[int]] = defaultdict(set)
    possible: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for session in plan["sessions"]:
        offered[session["course"], session["form"]].add(session["slot"])
    for who, person in facts["people"].items() if wanted else ():
        open_to = {slot for slot in range(len(facts["slots"])) if can_come(facts, who, slot)}
        for course in person["needs"]:
            for name in [who] if facts["rules"]["choices_per"] == "person" else person["units"]:
                possible[name, course, form_of(facts, who)] |= open_to
    for (name, course, form), slots in possible.items():
        days = {facts["days"][slot] for slot in slots & offered[course, form]}
        if len(days) < min(wanted, len({facts["days"][slot] for slot in slots})):
            yield "choices", name


def _holders(session: PlannedSession) -> list[str]:
    return [who for who in (session["trainer"], session["backup"]) if who]


def _seated(plan: Plan) -> Iterator[tuple[PlannedSession, str]]:
    return ((session, who) for session in plan["sessions"] for who in session["people"])
