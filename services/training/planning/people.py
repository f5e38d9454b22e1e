"""Stage B: who goes when, by min-cost flow through the sessions that stage A chose. Runs in the child alone.

Each bundle may fill in a slot what stage A gave it, and what its units' caps leave over. The first seats of each
session are worth much, so that none falls below its least size.
"""

from collections import Counter, defaultdict

from ortools.graph.python import min_cost_flow

from services.training.planning.held import Cut, Held
from services.training.planning.problem import Problem

_LEFT_OUT = 1_000_000
_TOO_FEW = 10_000
_MOVED = 1_000


class Flow:
    """The network of one problem and the sessions held; nodes are numbered as they come.

    `is_fixed`: nobody who sits somewhere moves."""

    def __init__(self, problem: Problem, held: Held, *, is_fixed: bool = False) -> None:
        self.problem = problem
        self.held = held
        self._fixed = problem.keeps if is_fixed else {}
        self._seated: Counter[tuple[int, int]] = Counter()
        self._flow = min_cost_flow.SimpleMinCostFlow()
        self._nodes: dict[tuple[str, int, int], int] = {}
        self._choices: dict[int, tuple[int, int]] = {}
        quotas = spread_quotas(problem, held)
        for number in range(len(problem.bundles)):
            self._add_bundle(number, quotas)
        self._add_sessions()

    def solve(self) -> list[int]:
        """The slot of each person, -1 where none is left."""
        moving = [each for bundle in self.problem.bundles for each in bundle.people if each not in self._fixed]
        for person in moving:
            self._flow.set_node_supply(self._node("person", person), 1)
        self._flow.set_node_supply(self._node("end", 0), -len(moving))
        status = self._flow.solve()
        if status != self._flow.OPTIMAL:
            raise RuntimeError(f"min-cost flow ended as {status}")
        placed = [self._fixed.get(person, -1) for person in range(len(self.problem.free))]
        for arc, (person, slot) in self._choices.items():
            if self._flow.flow(arc):
                placed[person] = slot
        return placed

    def _node(self, kind: str, number: int, slot: int = 0) -> int:
        return self._nodes.setdefault((kind, number, slot), len(self._nodes))

    def _arc(self, start: int, end: int, most: int, cost: int) -> int:
        return int(self._flow.add_arc_with_capacity_and_unit_cost(start, end, most, cost))

    def _add_bundle(self, number: int, quotas: dict[tuple[int, int], int]) -> None:
        problem, bundle = self.problem, self.problem.bundles[number]
        slots = [slot for slot in range(problem.slots) if quotas.get((number, slot))]
        staying = Counter(self._fixed[person] for person in bundle.people if person in self._fixed)
        for slot in slots:
            there = self._node("session", bundle.track, slot)
            self._arc(self._node("bundle", number, slot), there, max(0, quotas[number, slot] - staying[slot]), 0)
            self._seated[bundle.track, slot] += staying[slot]
        cost = {slot: min(problem.cost[unit][slot] for unit in bundle.units) for slot in slots}
        for person in [each for each in bundle.people if each not in self._fixed]:
            keeps = problem.keeps.get(person)
            out = _LEFT_OUT + (0 if keeps is None else _MOVED)
            self._arc(self._node("person", person), self._node("end", 0), 1, out)
            for slot in slots:
                if problem.free[person] >> slot & 1:
                    price = cost[slot] + (_MOVED if keeps is not None and keeps != slot else 0)
                    arc = self._arc(self._node("person", person), self._node("bundle", number, slot), 1, price)
                    self._choices[arc] = (person, slot)

    def _add_sessions(self) -> None:
        low, high = self.problem.low, self.problem.high
        for (track, slot), number in self.held.sessions.items():
            session, end = self._node("session", track, slot), self._node("end", 0)
            seated = self._seated[track, slot] + self.held.guests.get((track, slot), 0)
            most = self.held.seats.get((track, slot), high * number)
            least = min(low * number, most)
            self._arc(session, end, max(0, least - seated), -_TOO_FEW)
            self._arc(session, end, max(0, most - max(seated, least)), 0)


def spread_quotas(problem: Problem, held: Held) -> dict[tuple[int, int], int]:
    """How many of each bundle may come in each slot: stage A's number, and what the caps of all its units leave, and
    the sessions of those who could hold one."""
    spare = {(unit, slot): cap for unit, caps in enumerate(problem.caps) for slot, cap in enumerate(caps)}
    for (number, slot), amount in held.people.items():
        for unit in problem.bundles[number].units:
            spare[unit, slot] -= amount
    heads = _spare_trainers(problem, held)
    quotas: dict[tuple[int, int], int] = defaultdict(int, held.people)
    for number, bundle in enumerate(problem.bundles):
        earliest = max((held.switch.get(unit, 0) for unit in bundle.units if unit not in bundle.keys), default=0)
        latest = min((held.switch.get(unit, problem.slots) for unit in bundle.keys), default=problem.slots)
        for slot in range(earliest, latest):
            if held.sessions.get((bundle.track, slot)):
                extra = max(0, min(spare[unit, slot] for unit in bundle.units))
                if bundle.trains:
                    extra = max(0, min(extra, heads[slot]))
                    heads[slot] -= extra
                quotas[number, slot] += extra
                for unit in bundle.units:
                    spare[unit, slot] -= extra
    return quotas


def _spare_trainers(problem: Problem, held: Held) -> list[int]:
    """Of each slot: how many who could hold a session are in none."""
    spare = [*(problem.trainers or [len(problem.free)] * problem.slots)]
    for (_, slot), sessions in held.sessions.items() if problem.trainers else ():
        spare[slot] -= sessions
    for (number, slot), amount in held.people.items():
        spare[slot] -= amount if problem.bundles[number].trains else 0
    return spare


def missing_cuts(problem: Problem, held: Held) -> list[Cut]:
    """Why stage A's numbers cannot be filled with the people there are (Hall's condition), one cut for a bundle."""
    cuts = []
    for number, bundle in enumerate(problem.bundles):
        seats = {slot: amount for (which, slot), amount in held.people.items() if which == number}
        cut = _unfillable(problem, bundle.people, seats)
        if cut is not None:
            people, slots = cut
            cuts.append((number, frozenset(slots), len(people)))
    return cuts


def _unfillable(problem: Problem, people: tuple[int, ...], seats: dict[int, int]) -> tuple[set[int], set[int]] | None:
    """People who find fewer seats than they are, and every slot in which any of them is free."""
    sitting: dict[int, set[int]] = {slot: set() for slot in seats}

    def seat(person: int, tried: set[int], asked: set[int]) -> bool:
        asked.add(person)
        for slot in [slot for slot in seats if problem.free[person] >> slot & 1 and slot not in tried]:
            tried.add(slot)
            if len(sitting[slot]) < seats[slot]:
                sitting[slot].add(person)
                return True
            for other in sorted(sitting[slot]):
                if other not in asked and seat(other, tried, asked):
                    sitting[slot].remove(other)
                    sitting[slot].add(person)
                    return True
        return False

    for person in people:
        asked: set[int] = set()
        if not seat(person, set(), asked):
            slots = {slot for slot in range(problem.slots) for each in asked if problem.free[each] >> slot & 1}
            return asked, slots
    return None
