"""Mending a published plan: what still stands is kept, and as few people as possible move. Solves nothing itself."""

from collections import Counter, defaultdict
from typing import Literal

from services.training.planning.building import Builder, open_slots
from services.training.planning.facts import Facts, LeftOut, Plan, PlannedSession, guests_of, must_have, seats_of
from services.training.planning.problem import Problem


class Mender:
    """`sessions` are those published, with who sits in them now; `cancelled` get neither room nor trainer any more."""

    def __init__(self, facts: Facts, published: list[PlannedSession]) -> None:
        self.facts = facts
        self.sessions: list[PlannedSession] = []
        self.cancelled: list[PlannedSession] = []
        self._numbers: dict[str, int] = {course["id"]: n for n, course in enumerate(facts["courses"])}
        self._left: list[LeftOut] = []
        self._fresh = Builder(facts)
        self._choose_places(published)
        self._without_backup = frozenset(each["id"] for each in published if each["id"] and not each["backup"])

    def problem(self, number: int) -> tuple[Problem, list[list[int]]]:
        """A course for the solver with where people sit, and its sessions as [track, slot, number, guests, seats]."""
        builder = self._builder(number)
        problem, people, sessions = builder.problem(number), builder.people(number), self._of(number)
        index, free = {who: place for place, who in enumerate(people)}, [*problem.free]
        for each in sessions:
            for who in (each["trainer"], each["backup"]):
                if who in index:
                    free[index[who]] &= ~(1 << each["slot"])
        seats = [(index[who], each["slot"]) for each in sessions for who in each["people"] if who in index]
        keeps = {place: slot for place, slot in seats if free[place] >> slot & 1}
        forms = {form: track for track, form in enumerate(builder.forms())}
        held: dict[tuple[int, int], list[PlannedSession]] = defaultdict(list)
        for each in sessions:
            held[forms[each["form"]], each["slot"]].append(each)
        counted = [
            [*at, len(there), sum(self._guests(each) for each in there), sum(self._seats(each) for each in there)]
            for at, there in sorted(held.items())
        ]
        # The sessions have their trainers: those limit nothing any more.
        asked = problem.change(keeps=keeps, choices=0, free=tuple(free), trainers=())
        return asked, counted

    def take(self, number: int, placed: list[int]) -> list[str]:
        """Seat people as placed; who stays in the slot stays in the session. Gives those without a seat."""
        builder = self._builder(number)
        people = dict(zip(builder.people(number), placed, strict=True))
        sessions = self._of(number)
        before = {who: each for each in sessions for who in each["people"]}
        for each in sessions:
            each["people"] = [who for who in each["people"] if people.get(who) == each["slot"]]
        for who, slot in people.items():
            if slot >= 0 and not (who in before and before[who]["slot"] == slot):
                there = [each for each in sessions if (each["form"], each["slot"]) == (builder.form_of(who), slot)]
                max(there, key=lambda each: self._seats(each) - self._size(each))["people"].append(who)
        course = self.facts["courses"][number]["id"]
        waiting = [who for who, slot in people.items() if slot < 0]
        self._left = [each for each in self._left if each["course"] != course]
        self._left += [LeftOut(person=who, course=course) for who in waiting]
        self._left += [each for each in builder.plan["left"] if each["course"] == course]
        return waiting

    def drop_small(self, number: int) -> bool:
        """Cancel the smallest session that has too few people; whether there was one."""
        low = self.facts["courses"][number]["low"]
        small = [each for each in self._of(number) if self._size(each) < low]
        if not small:
            return False
        smallest = min(small, key=self._size)
        self.sessions.remove(smallest)
        if smallest["id"] is not None:
            self.cancelled.append(smallest)
        return True

    def catch_up(self, number: int, waiting: list[str]) -> bool:
        """One more session, where most of those who wait can come; False where there is no place for one."""
        builder = self._fresh.keeping(self.sessions)
        problem = builder.problem(number)
        best = max(
            (slot for slot in range(problem.slots) if problem.parallel[slot]),
            key=lambda slot: (sum(builder.open_to[who] >> slot & 1 for who in waiting), -slot),
            default=None,
        )
        if best is None or not any(builder.open_to[who] >> best & 1 for who in waiting):
            return False
        forms = Counter(builder.form_of(who) for who in waiting if builder.open_to[who] >> best & 1)
        form = forms.most_common(1)[0][0]
        session = builder.hold(self.facts["courses"][number]["id"], form, best, [])
        builder.staff([session])
        self.sessions.append(session)
        return True

    def back_up(self) -> None:
        """Name somebody who steps in again, where somebody did or was to, and anybody is free."""
        self._fresh.keeping(self.sessions).back_up(self._without_backup)

    def plan(self) -> Plan:
        """What there is now."""
        return Plan(sessions=self.sessions, left=self._left)

    def _builder(self, number: int) -> Builder:
        """Everything but the sessions of one course."""
        return self._fresh.keeping([each for each in self.sessions if self._numbers[each["course"]] != number])

    def _of(self, number: int) -> list[PlannedSession]:
        return [each for each in self.sessions if self._numbers[each["course"]] == number]

    def _choose_places(self, published: list[PlannedSession]) -> None:
        """Every session keeps what stands of its room and trainers; then those that lack any get others."""
        self.sessions += map(self._standing, published)
        builder = self._fresh.keeping(self.sessions)
        was = {each["id"]: each for each in published}
        for session in sorted(self.sessions, key=lambda each: each["slot"]):
            if not self._is_whole(session):
                builder.staff([session])
            if not self._is_whole(session):
                builder.plan["sessions"].remove(session)
                self.cancelled.append(was[session["id"]])
        self.sessions = builder.plan["sessions"]

    def _standing(self, session: PlannedSession) -> PlannedSession:
        """What is left of a session: who steps in does; guests are not among its people, and who has no need leaves."""
        slot, course, people = session["slot"], session["course"], self.facts["people"]
        room = session["room"] if self._is_free("rooms", session["room"], slot) else None
        trainer, backup = (
            who if self._is_free("trainers", who, slot) else None for who in (session["trainer"], session["backup"])
        )
        if trainer is None and must_have(self.facts, "trainers", session["id"]):
            trainer, backup = backup, None
        seated = [who for who in session["people"] if who in people and course in people[who]["needs"]]
        left: PlannedSession = {**session, "room": room, "trainer": trainer, "backup": backup, "people": seated}
        return left

    def _is_whole(self, session: PlannedSession) -> bool:
        in_room = self.facts["courses"][self._numbers[session["course"]]]["in_room"]
        needs_room = in_room and must_have(self.facts, "rooms", session["id"])
        needs_trainer = must_have(self.facts, "trainers", session["id"])
        return bool((session["room"] or not needs_room) and (session["trainer"] or not needs_trainer))

    def _is_free(self, kind: Literal["rooms", "trainers"], name: str | None, slot: int) -> bool:
        things = self.facts["rooms"] if kind == "rooms" else self.facts["trainers"]
        thing = things.get(name or "")
        return thing is not None and bool(open_slots(self.facts, thing["windows"]) >> slot & 1)

    def _size(self, session: PlannedSession) -> int:
        return len(session["people"]) + self._guests(session)

    def _guests(self, session: PlannedSession) -> int:
        return len(guests_of(self.facts, session["id"]))

    def _seats(self, session: PlannedSession) -> int:
        course = self.facts["courses"][self._numbers[session["course"]]]
        return seats_of(self.facts, session["id"], course["high"])
