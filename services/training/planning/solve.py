"""The door to the solver: called in a child process, which alone imports it (`shared.queue.run_in_child`)."""

from collections import Counter
from math import ceil
from time import monotonic
from typing import Any

from services.training.planning.early import EarlyOrder
from services.training.planning.held import Cut, Held
from services.training.planning.problem import Problem

_ROUNDS = 8
_LEAST_SHARE, _ORDERED_SHARE, _COUNT_SHARE = 0.6, 0.1, 0.8
"""Of the time, for the least number of sessions, and of the rest for a number near it; what is left is for the cost.
Where key persons go first there is seldom a plan with the least."""
_ORDER_SHARE, _FIRST_SHARE, _BETTER_SHARE = 0.3, 0.7, 0.7
"""Where key persons go first: of the time, for an order track by track, and for any plan at all, that included; of the
rest, for a better plan in the first round."""


def solve(raw: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Plan one course: the slot of each person and the sessions of each track.

    `verdict` is solved, infeasible (nothing is possible), unordered (no way to let key persons go first was found in
    this time) or unknown (nothing was found in this time). No plan has fewer than `bound` sessions.
    """
    problem, ends = Problem.from_json(raw), monotonic() + seconds
    search = _Search(problem)
    if not search.has_order:
        return search.better(ends) or {"verdict": search.verdict}
    search.order(seconds * _ORDER_SHARE)
    first = search.first(ends - seconds * (1 - _FIRST_SHARE))
    if first is None:
        return {"verdict": "unordered" if search.verdict == "unknown" else search.verdict}
    return search.better(monotonic() + (ends - monotonic()) * _BETTER_SHARE) or search.better(ends) or first


class _Search:
    """Stage A and stage B in turn, until the people fit into the sessions: what does not fit is a cut for stage A.

    `switch` is an order of key persons and colleagues, if there is one; `found` a plan that stands, to begin with."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.early = EarlyOrder(problem)
        self.switch = self.early.switches()
        self.has_order = next(problem.ordered_units(), None) is not None
        self.cuts: list[Cut] = []
        self.found: Held | None = None
        self.verdict = "unknown"
        self.is_stuck = False

    def order(self, seconds: float) -> None:
        """Find an order for the units that have none yet."""
        from services.training.planning.order import ordered  # noqa: PLC0415 - the child alone has the solver

        self.switch = ordered(self.problem, self.early, seconds)

    def first(self, ends: float) -> dict[str, Any] | None:
        """Any plan in which key persons go first. It is found in seconds where nothing is to be lowered, and whoever
        looks for a good one at once may find none; None where there is none, or no time."""
        while monotonic() < ends and not self.is_stuck:
            model = _model(self.problem, self.switch, self.cuts)
            self.verdict, found = model.solve(ends - monotonic())
            if self.verdict == "infeasible" and self.switch:
                self.switch = {}
                continue
            if self.verdict != "solved":
                return None
            held = model.read(found)
            held.bound = sum(_least(self.problem))
            if answer := self._seated(held):
                return answer
        self.verdict = "unknown"
        return None

    def better(self, ends: float) -> dict[str, Any] | None:
        """As few sessions as possible, as cheap as possible; None where no plan was found in this time."""
        for _ in range(_ROUNDS):
            self.verdict, held = _sessions(self, ends - monotonic())
            if self.verdict == "infeasible" and self.switch:
                self.switch = {}
                continue
            if self.verdict != "solved":
                return None
            if answer := self._seated(held):
                return answer
            if self.is_stuck:
                break
        self.verdict = "unknown"
        return None

    def _seated(self, held: Held) -> dict[str, Any] | None:
        """The answer where everybody finds a seat; else why not, as cuts."""
        from services.training.planning.people import Flow, missing_cuts  # noqa: PLC0415 - the child alone has it

        placed = Flow(self.problem, held).solve()
        if -1 not in placed:
            self.found = held
            return _answer(self.problem, held, placed)
        more = missing_cuts(self.problem, held)
        self.cuts += more
        self.is_stuck = not more
        return None


def explain(raw: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Why a problem has no solution, and what it would take; see `elastic`."""
    from services.training.planning.elastic import explained  # noqa: PLC0415 - the child alone has the solver

    return explained(Problem.from_json(raw), seconds)


def mend(raw: dict[str, Any], sessions: list[list[int]]) -> dict[str, Any]:
    """Seat everybody in the (track, slot, number, guests, seats) given: who sits there moves only if it must be.

    `placed` holds -1 for whom no seat is left.
    """
    from services.training.planning.people import Flow  # noqa: PLC0415 - the child alone has the solver

    problem = Problem.from_json(raw)
    held = Held({(track, slot): number for track, slot, number, *_ in sessions}, switch=_kept_order(problem))
    held.guests = {(track, slot): guests for track, slot, _, guests, _ in sessions}
    held.seats = {(track, slot): seats for track, slot, *_, seats in sessions}
    for number, bundle in enumerate(problem.bundles):
        for person in bundle.people:
            if person in problem.keeps:
                at = number, problem.keeps[person]
                held.people[at] = held.people.get(at, 0) + 1
    placed = Flow(problem, held, is_fixed=True).solve()
    come = Counter((bundle.track, placed[each]) for bundle in problem.bundles for each in bundle.people)
    come.update(held.guests)
    stands = -1 not in placed and all(come[at] >= problem.low * number for at, number in held.sessions.items())
    return {"placed": placed if stands else Flow(problem, held).solve()}


def _kept_order(problem: Problem) -> dict[int, int]:
    """From which slot on colleagues come, at units where some have their seats."""
    switch = {}
    for unit, _, then in problem.ordered_units():
        kept = [
            problem.keeps[each] for number in then for each in problem.bundles[number].people if each in problem.keeps
        ]
        if kept:
            switch[unit] = min(kept)
    return switch


def _answer(problem: Problem, held: Held, placed: list[int]) -> dict[str, Any]:
    return {
        "verdict": "solved",
        "placed": placed,
        "sessions": [[track, slot, number] for (track, slot), number in sorted(held.sessions.items())],
        "count": held.count,
        "bound": held.bound,
        "cost": sum(_cost(problem, placed)),
        "cost_bound": held.cost_bound,
    }


def _sessions(search: _Search, seconds: float) -> tuple[str, Held]:
    """As few sessions as possible, then as cheap as possible in the time that is left.

    First the number below which there is no plan: to find one with just that many is easier than to come down to it.
    """
    ends, least = monotonic() + seconds, sum(_least(search.problem))
    model = _model(search.problem, search.switch, search.cuts)
    model.model.add(model.count == least)
    verdict, found = model.solve(seconds * (_ORDERED_SHARE if search.has_order else _LEAST_SHARE))
    bound = least
    if verdict != "solved":
        model = _model(search.problem, search.switch, search.cuts)
        model.model.minimize(model.count)
        if search.found is not None:
            model.hint(search.found)
        verdict, found = model.solve((ends - monotonic()) * _COUNT_SHARE)
        if verdict != "solved":
            return verdict, Held()
        bound = least if search.has_order else max(least, ceil(found.best_objective_bound - 1e-6))
    fewest = model.read(found)
    model.model.add(model.count == fewest.count)
    model.model.minimize(model.cost)
    model.hint(fewest)
    verdict, found = model.solve(ends - monotonic())
    held = model.read(found) if verdict == "solved" else fewest
    held.bound, held.cost_bound = bound, max(0, round(found.best_objective_bound))
    return "solved", held


def _least(problem: Problem) -> list[int]:
    from services.training.planning.sessions import least_sessions  # noqa: PLC0415 - the child alone has the solver

    return least_sessions(problem)


def _model(problem: Problem, switch: dict[int, int], cuts: list[Cut]) -> Any:
    from services.training.planning.sessions import SessionModel  # noqa: PLC0415 - the child alone has the solver

    model = SessionModel(problem, switch)
    for cut in cuts:
        model.add_cut(cut)
    return model


def _cost(problem: Problem, placed: list[int]) -> list[int]:
    return [
        min(problem.cost[unit][placed[person]] for unit in bundle.units)
        for bundle in problem.bundles
        for person in bundle.people
    ]
