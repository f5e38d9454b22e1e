"""Stage A: in which slots each track has how many sessions, by CP-SAT over bundles of people. Runs in the child alone.

Sessions are counted first, and their cost is lowered with the time that is left. The cuts (each track's least number
of sessions, and no people without a session) bring the bound close: without them it says little.
"""

from collections import defaultdict
from itertools import product
from typing import Any

from ortools.sat.python import cp_model

from services.training.planning.held import Cut, Held
from services.training.planning.problem import Problem

_WORKERS = 2
_SEED = 20261122


def solver(seconds: float) -> cp_model.CpSolver:
    """A solver that finds the same again, given the time."""
    found = cp_model.CpSolver()
    found.parameters.max_time_in_seconds = max(seconds, 0.1)
    found.parameters.num_workers = _WORKERS
    found.parameters.random_seed = _SEED
    return found


class SessionModel:
    """The model of one problem: `sessions[track, slot]`, `people[bundle, slot]`.

    `switch` fixes the first slot of a unit's colleagues; where it says nothing, `ready[unit, slot]` decides. All of
    them undecided is out of reach for many units; it proves what is impossible for few."""

    def __init__(self, problem: Problem, switch: dict[int, int] | None = None, *, is_ordered: bool = True) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.switch = switch or {}
        self.sessions: dict[tuple[int, int], Any] = {}
        self.people: dict[tuple[int, int], Any] = {}
        self._add_people()
        self._add_sizes()
        self._add_caps()
        self._add_choices()
        self.ready: dict[tuple[int, int], Any] = {}
        for unit, first, then in problem.ordered_units() if is_ordered else ():
            if unit not in self.switch:
                self._add_order(unit, first, then)
        self.count = sum(self.sessions.values())
        self.cost = sum(
            min(problem.cost[unit][slot] for unit in problem.bundles[bundle].units) * amount
            for (bundle, slot), amount in self.people.items()
        )

    def add_cut(self, cut: Cut) -> None:
        """Let so many of a bundle find a place in these slots."""
        bundle, slots, least = cut
        self.model.add(sum(self.people[bundle, slot] for slot in slots if (bundle, slot) in self.people) >= least)

    def solve(self, seconds: float) -> tuple[str, cp_model.CpSolver]:
        """(verdict, solver)."""
        found = solver(seconds)
        status = found.solve(self.model)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return "solved", found
        return ("infeasible" if status == cp_model.INFEASIBLE else "unknown"), found

    def read(self, found: cp_model.CpSolver) -> Held:
        """What the solver found."""
        sessions = {at: number for at, var in self.sessions.items() if (number := found.value(var))}
        people = {at: number for at, var in self.people.items() if (number := found.value(var))}
        switch = dict(self.switch)
        for (unit, slot), ready in self.ready.items():
            if found.value(ready):
                switch[unit] = min(slot, switch.get(unit, slot))
        return Held(sessions, people, switch, count=sum(sessions.values()), cost=round(found.value(self.cost)))

    def hint(self, held: Held) -> None:
        """Begin where another search ended."""
        for at, var in self.sessions.items():
            self.model.add_hint(var, held.sessions.get(at, 0))
        for at, var in self.people.items():
            self.model.add_hint(var, held.people.get(at, 0))

    def _add_people(self) -> None:
        problem, model = self.problem, self.model
        for track, slot in product(range(problem.tracks), range(problem.slots)):
            self.sessions[track, slot] = model.new_int_var(0, problem.parallel[slot], f"sessions {track} {slot}")
        for number, bundle in enumerate(problem.bundles):
            earliest = max((self.switch.get(unit, 0) for unit in bundle.units if unit not in bundle.keys), default=0)
            latest = min((self.switch.get(unit, problem.slots) for unit in bundle.keys), default=problem.slots)
            mine = []
            for slot in range(earliest, latest):
                most = problem.room_for(bundle, slot)
                if most:
                    amount = model.new_int_var(0, most, f"people {number} {slot}")
                    model.add(amount <= most * self.sessions[bundle.track, slot])
                    self.people[number, slot] = amount
                    mine.append(amount)
            model.add(sum(mine) == len(bundle.people))

    def _add_sizes(self) -> None:
        problem = self.problem
        come, heads = defaultdict(list), defaultdict(list)
        for (bundle, slot), amount in self.people.items():
            come[problem.bundles[bundle].track, slot].append(amount)
            if problem.bundles[bundle].trains:
                heads[slot].append(amount)
        for at, sessions in self.sessions.items():
            self.model.add(sum(come[at]) <= problem.high * sessions)
            self.model.add(sum(come[at]) >= problem.low * sessions)
        for slot in range(problem.slots):
            held = sum(self.sessions[track, slot] for track in range(problem.tracks))
            self.model.add(held <= problem.parallel[slot])
            if problem.trainers and (sitting := heads[slot]):
                self.model.add(held + sum(sitting) <= problem.trainers[slot])
        for track, least in enumerate(least_sessions(problem)):
            self.model.add(sum(self.sessions[track, slot] for slot in range(problem.slots)) >= least)

    def _add_caps(self) -> None:
        away = defaultdict(list)
        for (bundle, slot), amount in self.people.items():
            for unit in self.problem.bundles[bundle].units:
                away[unit, slot].append(amount)
        for (unit, slot), amounts in away.items():
            if len(amounts) > 1:
                self.model.add(sum(amounts) <= self.problem.caps[unit][slot])

    def _add_order(self, unit: int, first: list[int], then: list[int]) -> None:
        for slot in range(self.problem.slots):
            ready = self.ready[unit, slot] = self.model.new_bool_var(f"ready {unit} {slot}")
            if slot:
                self.model.add_implication(self.ready[unit, slot - 1], ready)
            for number, may_come in [*((each, 1 - ready) for each in first), *((each, ready) for each in then)]:
                if (number, slot) in self.people:
                    most = self.problem.room_for(self.problem.bundles[number], slot)
                    self.model.add(self.people[number, slot] <= most * may_come)

    def _add_choices(self) -> None:
        problem = self.problem
        if problem.choices < 1:
            return
        for track, open_to in sorted(problem.wanting()):
            days = defaultdict(list)
            for slot in range(problem.slots):
                if open_to >> slot & 1:
                    days[problem.days[slot]].append(self.sessions[track, slot])
            offered = []
            for sessions in days.values():
                is_offered = self.model.new_bool_var("day")
                self.model.add(is_offered <= sum(sessions))
                offered.append(is_offered)
            self.model.add(sum(offered) >= min(problem.choices, len(days)))


def least_sessions(problem: Problem) -> list[int]:
    """How many sessions each track needs at least: by its people, and by the unit that sends its own most slowly."""
    people, slowest = [0] * problem.tracks, [0] * problem.tracks
    at_unit: dict[tuple[int, int], int] = defaultdict(int)
    for bundle in problem.bundles:
        people[bundle.track] += len(bundle.people)
        for unit in bundle.units:
            at_unit[bundle.track, unit] += len(bundle.people)
    for (track, unit), number in at_unit.items():
        most = max(1, *problem.caps[unit])
        slowest[track] = max(slowest[track], -(-number // most))
    return [max(-(-number // problem.high), slow) for number, slow in zip(people, slowest, strict=True)]
