"""Mending a published plan: what still stands is kept, and as few people as possible move. Solves nothing itself."""

from collections import Counter
from copy import deepcopy

from services.training.planning.building import Builder, open_slots
from services.training.planning.facts import Facts, LeftOut, Plan, PlannedSession
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
        self._choose_places(deepcopy(published))

    def problem(self, number: int) -> tuple[Problem, list[list[int]]]:
        """A course for the solver with where people sit, and its sessions as [track, slot, number]."""
        builder = self._builder(number)
        problem, people = builder.problem(number), builder.people(number)
        seats = {who: each["slot"] for each in self._of(number) for who in each["people"]}
        index = {who: place for place, who in enumerate(people)}
        keeps = {
            index[who]: slot for who, slot in seats.items() if who in index and problem.free[index[who]] >> slot & 1
        }
        forms = {form: track for track, form in enumerate(builder.forms())}
        held = Counter((forms[each["form"]], each["slot"]) for each in self._of(number))
        return problem.change(keeps=keeps, choices=0), [[track, slot, n] for (track, slot), n in sorted(held.items())]

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
                min(there, key=lambda each: len(each["people"]))["people"].append(who)
        course = self.facts["courses"][number]["id"]
        waiting = [who for who, slot in people.items() if slot < 0]
        self._left = [each for each in self._left if each["course"] != course]
        self._left += [LeftOut(person=who, course=course) for who in waiting]
        self._left += [each for each in builder.plan["left"] if each["course"] == course]
        return waiting

    def drop_small(self, number: int) -> bool:
        """Cancel the smallest session that has too few people; whether there was one."""
        low = self.facts["courses"][number]["low"]
        small = [each for each in self._of(number) if len(each["people"]) < low]
        if not small:
            return False
        smallest = min(small, key=lambda each: len(each["people"]))
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
        self.sessions.append(builder.hold(self.facts["courses"][number]["id"], form, best, []))
        return True

    def plan(self) -> Plan:
        """What there is now."""
        return Plan(sessions=self.sessions, left=self._left)

    def _builder(self, number: int) -> Builder:
        """Everything but the sessions of one course."""
        return self._fresh.keeping([each for each in self.sessions if self._numbers[each["course"]] != number])

    def _of(self, number: int) -> list[PlannedSession]:
        return [each for each in self.sessions if self._numbers[each["course"]] == number]

    def _choose_places(self, published: list[PlannedSession]) -> None:
        """Other rooms and trainers for sessions that lost theirs, after all that lost nothing have what they had."""
        broken = [each for each in published if not self._stands(each)]
        builder = self._fresh.keeping([each for each in published if self._stands(each)])
        self.sessions = builder.plan["sessions"]
        for session in sorted(broken, key=lambda each: each["slot"]):
            room, trainer, backup = session["room"], session["trainer"], session["backup"]
            mended = session.copy()
            mended["room"] = mended["trainer"] = mended["backup"] = None
            self.sessions.append(mended)
            has_room = room in self.facts["rooms"] and self._is_free("rooms", room, session["slot"])
            mended["room"] = room if has_room else builder.pick_room(session["course"], session["slot"])
            chosen = [who for who in (trainer, backup) if who and self._is_free("trainers", who, session["slot"])]
            mended["trainer"] = chosen[0] if chosen else builder.pick_trainer(session["slot"])
            if not self._stands(mended):
                self.sessions.remove(mended)
                self.cancelled.append(session)

    def _stands(self, session: PlannedSession) -> bool:
        course = self.facts["courses"][self._numbers[session["course"]]]
        room, trainer, backup, slot = session["room"], session["trainer"], session["backup"], session["slot"]
        needs_room = course["in_room"] and bool(self.facts["rooms"])
        has_room = self._is_free("rooms", room, slot) if needs_room or room else True
        has_trainer = self._is_free("trainers", trainer, slot) if self.facts["trainers"] or trainer else True
        return has_room and has_trainer and (backup is None or self._is_free("trainers", backup, slot))

    def _is_free(self, kind: str, name: str | None, slot: int) -> bool:
        things = self.facts["rooms"] if kind == "rooms" else self.facts["trainers"]
        thing = things.get(name or "")
        return thing is not None and bool(open_slots(self.facts, thing["windows"]) >> slot & 1)
