"""From facts to the problem of one course after another, and from the solver's numbers back to sessions."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from copy import copy
from typing import Literal, Self

from services.training.planning.facts import Facts, LeftOut, Plan, PlannedSession, Windows, must_have
from services.training.planning.problem import Problem, bundled

_WEEK = 7 * 86_400
_LATE = 20
"""A week after going live weighs as much as so many weeks before it."""


class Builder:
    """The courses of a plan in turn: what one of them takes is not there for the next."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.plan: Plan = {"sessions": [], "left": []}
        self._units = sorted(facts["units"])
        self._number = {unit: number for number, unit in enumerate(self._units)}
        self._open = open_slots(facts, facts["everybody"])
        self._unit_open = {unit: self._slots_of_unit(unit) for unit in self._units}
        self.open_to = {who: self._slots_of_person(who) for who in facts["people"]}
        self._taken: Counter[str] = Counter()
        self._after: Counter[str] = Counter()
        self._ready: Counter[str] = Counter()
        self._room_free = {room: open_slots(facts, each["windows"]) for room, each in facts["rooms"].items()}
        self._trainer_free = {who: open_slots(facts, each["windows"]) for who, each in facts["trainers"].items()}

    def keeping(self, kept: Iterable[PlannedSession]) -> Self:
        """Another of the same facts, which begins with these sessions."""
        found = copy(self)
        found.plan = {"sessions": list(kept), "left": []}
        return found

    def people(self, number: int) -> list[str]:
        """Those who need the course, can come to some slot and are not seated in a kept session; notes the others."""
        course = self.facts["courses"][number]["id"]
        seated = {who for each in self.plan["sessions"] if each["course"] == course for who in each["people"]}
        need = [who for who, person in sorted(self.facts["people"].items()) if course in person["needs"]]
        left = {each["person"] for each in self.plan["left"] if each["course"] == course}
        self.plan["left"] += [
            LeftOut(person=who, course=course) for who in need if not self.open_to[who] and who not in left
        ]
        return [who for who in need if self.open_to[who] and who not in seated]

    def forms(self) -> list[str]:
        """The tracks: school forms, or one for all."""
        if not self.facts["rules"]["by_form"]:
            return [""]
        return sorted({unit["form"] for unit in self.facts["units"].values()})

    def form_of(self, who: str) -> str:
        """The track of a person: the school form of the first unit."""
        by_form = self.facts["rules"]["by_form"]
        return self.facts["units"][self.facts["people"][who]["units"][0]]["form"] if by_form else ""

    def problem(self, number: int) -> Problem:
        """The course as the solver sees it, after the courses before it."""
        course, rules, people = self.facts["courses"][number], self.facts["rules"], self.people(number)
        self._look(number)
        forms = {form: track for track, form in enumerate(self.forms())}
        kinds = [
            (forms[self.form_of(who)], self._at(who, "units"), self._at(who, "key_at"), who in self.facts["trainers"])
            for who in people
        ]
        slots = range(len(self.facts["slots"]))
        away = Counter(
            (unit, each["slot"])
            for each in self.plan["sessions"]
            for who in each["people"]
            for unit in self.facts["people"][who]["units"]
        )
        return Problem(
            days=tuple(self.facts["days"]),
            low=course["low"],
            high=course["high"],
            tracks=len(forms),
            bundles=bundled(kinds),
            free=tuple(self._free(who) for who in people),
            open_to=tuple(self.open_to[who] for who in people),
            caps=tuple(self._caps(unit, "away", away) for unit in self._units),
            raised_caps=tuple(self._caps(unit, "raised", away) for unit in self._units),
            raised_by=rules["raised_by"],
            parallel=tuple(self._parallel(number, slot) for slot in slots),
            trainers=tuple(len(self._trainers(slot)) for slot in slots) if self._limits("trainers") else (),
            cost=tuple(self._costs(unit, number) for unit in self._units),
            key_first=rules["key_first"],
            choices=rules["choices"],
            choices_per=rules["choices_per"],
        )

    def add(self, number: int, placed: list[int], sessions: list[list[int]]) -> None:
        """Take the solver's answer into the plan: people of a track and slot are dealt to its sessions unit by unit."""
        course, forms = self.facts["courses"][number], self.forms()
        come: dict[tuple[str, int], list[str]] = defaultdict(list)
        made = []
        for who, slot in zip(self.people(number), placed, strict=True):
            come[self.form_of(who), slot].append(who)
        for track, slot, held in sessions:
            there = sorted(come[forms[track], slot], key=lambda who: (self.facts["people"][who]["units"], who))
            for turn in range(held):
                share = there[len(there) * turn // held : len(there) * (turn + 1) // held]
                made.append(self.hold(course["id"], forms[track], slot, share))
        # Whoever sits in one of them holds none beside it, so that all have their people first.
        self.staff(made)

    def hold(self, course: str, form: str, slot: int, people: list[str]) -> PlannedSession:
        """One more session, without room and trainer."""
        session = PlannedSession(
            id=None, course=course, form=form, slot=slot, room=None, trainer=None, backup=None, people=people
        )
        self.plan["sessions"].append(session)
        return session

    def staff(self, sessions: Iterable[PlannedSession]) -> None:
        """Give each the room and the trainer who have had least so far, where it has none."""
        for session in sessions:
            session["room"] = session["room"] or self.pick_room(session["course"], session["slot"])
            session["trainer"] = session["trainer"] or self.pick_trainer(session["slot"])

    def back_up(self, without: frozenset[str] = frozenset()) -> None:
        """Name somebody who steps in, where anybody is free: after every session has its trainer. The real sessions
        `without` have nobody, and get nobody."""
        for session in self.plan["sessions"]:
            if session["trainer"] and not session["backup"] and session["id"] not in without:
                session["backup"] = self.pick_trainer(session["slot"])

    def pick_room(self, course: str, slot: int) -> str | None:
        """A free room that is large enough, the one that was used least."""
        [facts] = [each for each in self.facts["courses"] if each["id"] == course]
        return (
            _least_used(self._rooms(facts["high"], slot), [each["room"] for each in self.plan["sessions"]])
            if (facts["in_room"])
            else None
        )

    def pick_trainer(self, slot: int) -> str | None:
        """A free trainer, the one who has had least."""
        busy = [who for each in self.plan["sessions"] for who in (each["trainer"], each["backup"])]
        return _least_used(self._trainers(slot), busy)

    def _at(self, who: str, field: str) -> tuple[int, ...]:
        person = self.facts["people"][who]
        units = person["units"] if field == "units" else person["key_at"]
        return tuple(sorted(self._number[unit] for unit in units))

    def _free(self, who: str) -> int:
        """Slots in which somebody can come to a course, after those before it and after their units' key persons."""
        person, earliest = self.facts["people"][who], self._after[who]
        for unit in person["units"]:
            if unit not in person["key_at"]:
                earliest = max(earliest, self._ready[unit])
        return (self.open_to[who] & ~self._taken[who]) >> earliest << earliest

    def _look(self, number: int) -> None:
        """What the sessions so far mean for a course: slots taken, and from when on people and units are ready."""
        order = {each["id"]: place for place, each in enumerate(self.facts["courses"])}
        after = {*self.facts["courses"][number]["after"]}
        self._taken, self._after, self._ready = Counter(), Counter(), Counter()
        for session in self.plan["sessions"]:
            for who in filter(None, (session["trainer"], session["backup"])):
                self._taken[who] |= 1 << session["slot"]
            is_before = self.facts["rules"]["key_first"] and order[session["course"]] <= number
            for who in session["people"]:
                self._taken[who] |= 1 << session["slot"]
                if session["course"] in after:
                    self._after[who] = max(self._after[who], session["slot"] + 1)
                for unit in self.facts["people"][who]["key_at"] if is_before else ():
                    self._ready[unit] = max(self._ready[unit], session["slot"] + 1)

    def _caps(self, unit: str, field: str, away: Counter[tuple[str, int]]) -> tuple[int, ...]:
        facts = self.facts["units"][unit]
        most = facts["away"] if field == "away" else facts["raised"]
        caps = []
        for slot, (start, end) in enumerate(self.facts["slots"]):
            absent = sum(people for begins, ends, people in facts["absent"] if begins < end and start < ends)
            caps.append(max(0, most - absent - away[unit, slot]))
        return tuple(caps)

    def _parallel(self, number: int, slot: int) -> int:
        """How many sessions more there may be in a slot."""
        course, rules = self.facts["courses"][number], self.facts["rules"]
        held = sum(each["slot"] == slot for each in self.plan["sessions"])
        limits = [] if rules["parallel"] is None else [rules["parallel"] - held]
        if course["in_room"] and self._limits("rooms"):
            limits.append(len(self._rooms(course["high"], slot)))
        if self._limits("trainers"):
            limits.append(len(self._trainers(slot)))
        is_closed = not self._open >> slot & 1
        return 0 if is_closed else max(0, min(limits, default=1))

    def _limits(self, kind: Literal["rooms", "trainers"]) -> bool:
        return must_have(self.facts, kind, None)

    def _rooms(self, people: int, slot: int) -> list[str]:
        taken = {each["room"] for each in self.plan["sessions"] if each["slot"] == slot}
        large = [name for name, room in self.facts["rooms"].items() if room["seats"] is None or room["seats"] >= people]
        return [name for name in sorted(large) if name not in taken and self._room_free[name] >> slot & 1]

    def _trainers(self, slot: int) -> list[str]:
        there = [each for each in self.plan["sessions"] if each["slot"] == slot]
        taken = {who for each in there for who in (each["trainer"], each["backup"], *each["people"])}
        return [who for who in sorted(self._trainer_free) if who not in taken and self._trainer_free[who] >> slot & 1]

    def _costs(self, unit: str, number: int) -> tuple[int, ...]:
        """Weeks between training and going live, since what is not used is forgotten; without a date, weeks of waiting;
        and each hour for which a substitute is needed. Before a later course, above all time is left for that."""
        has_later = number + 1 < len(self.facts["courses"])
        slots, goes_live = self.facts["slots"], self.facts["units"][unit]["goes_live"]
        costs = []
        for slot, (start, end) in enumerate(slots):
            weeks = (start - slots[0][0] if goes_live is None else goes_live - end) // _WEEK
            waits = (weeks if weeks >= 0 else -_LATE * weeks) + (end - start) // 3600
            costs.append(waits + (slot if has_later else 0))
        return tuple(costs)

    def _slots_of_unit(self, unit: str) -> int:
        facts = self.facts["units"][unit]
        mask = self._open & open_slots(self.facts, facts["windows"])
        if facts["goes_live"] is not None and self.facts["rules"]["go_live"] == "demand":
            for slot, (_, end) in enumerate(self.facts["slots"]):
                mask &= ~(1 << slot) if end > facts["goes_live"] else -1
        return mask

    def _slots_of_person(self, who: str) -> int:
        person = self.facts["people"][who]
        mask = open_slots(self.facts, person["windows"])
        for unit in person["units"]:
            mask &= self._unit_open[unit]
        return mask


def open_slots(facts: Facts, windows: Windows) -> int:
    """The slots that windows leave open, as a set of bits. Slots stand in order and apart, so a span meets a run."""
    starts, ends = [start for start, _ in facts["slots"]], [end for _, end in facts["slots"]]
    mask = (1 << len(starts)) - 1 if windows["free"] is None else 0
    for begins, finishes in windows["free"] or ():
        mask |= _run(bisect_left(starts, begins), bisect_right(ends, finishes))
    for begins, finishes in windows["busy"]:
        mask &= ~_run(bisect_right(ends, begins), bisect_left(starts, finishes))
    return mask


def _run(first: int, last: int) -> int:
    """The bits from `first` up to, not with, `last`."""
    return (1 << max(first, last)) - (1 << first)


def _least_used(names: list[str], used: list[str | None]) -> str | None:
    times = Counter(used)
    return min(names, key=lambda name: (times[name], name), default=None)
