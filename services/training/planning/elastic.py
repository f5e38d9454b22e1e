"""Why there is no plan, and the price of each way out. Runs in the child alone.

A rule belongs to the conflict when the problem has a solution without it. Tracks are looked at one by one first: what
is impossible in one alone needs no other to explain it.
"""

from collections.abc import Iterator
from dataclasses import replace
from time import monotonic
from typing import Any

from services.training.planning.problem import Problem
from services.training.planning.sessions import SessionModel, least_sessions

_EXTRA = 5
_SMALLER = 0.8
"""From 15 people to 12."""


def explained(problem: Problem, seconds: float) -> dict[str, Any]:
    """`conflicts`: (tracks, rules, units, the most people who can meet) that cannot be had together; `relaxations`:
    kind, amount, and how many sessions it would take (None: not possible with that alone, or not found in time)."""
    ends = monotonic() + seconds
    alone = [track for track in range(problem.tracks) if _fewest(_only(problem, track), ends) == -1]
    groups = [[track] for track in alone] or [list(range(problem.tracks))]
    conflicts = [_conflict(problem, group, ends) for group in groups]
    priced = [
        {"kind": kind, "amount": amount, "sessions": found if (found := _fewest(eased, ends)) > 0 else None}
        for kind, amount, eased in _relaxations(problem, min(each["most"] for each in conflicts))
    ]
    return {"conflicts": conflicts, "relaxations": priced, "least": sum(least_sessions(problem))}


def _fewest(problem: Problem, ends: float) -> int:
    """The number of sessions of some solution; -1 where there is none, 0 where the time ended."""
    model = SessionModel(problem)
    model.model.minimize(model.count)
    verdict, found = model.solve(min(5.0, max(0.2, ends - monotonic())))
    if verdict == "solved":
        return round(found.objective_value)
    return -1 if verdict == "infeasible" else 0


def _only(problem: Problem, *tracks: int) -> Problem:
    return problem.change(bundles=tuple(bundle for bundle in problem.bundles if bundle.track in tracks))


def _conflict(problem: Problem, tracks: list[int], ends: float) -> dict[str, Any]:
    part = _only(problem, *tracks)
    rules = [rule for rule, eased in _without(part) if _fewest(eased, ends) > 0]
    units = sorted({unit for bundle in part.bundles for unit in bundle.units})
    if "cap" in rules:
        units = [unit for unit in units if _fewest(_uncapped(part, [unit]), ends) > 0] or units
    meeting = [sum(part.room_for(bundle, slot) for bundle in part.bundles) for slot in range(part.slots)]
    people = sum(len(bundle.people) for bundle in part.bundles)
    return {
        "tracks": tracks, "rules": rules, "units": units, "people": people,
        "most": max(meeting, default=0), "slots": [slot for slot, most in enumerate(meeting) if most >= part.low],
    }  # fmt: skip


def _without(problem: Problem) -> Iterator[tuple[str, Problem]]:
    """The problem without one of its rules at a time."""
    yield "min_size", problem.change(low=1)
    yield "cap", _uncapped(problem, range(len(problem.caps)))
    yield "parallel", problem.change(parallel=tuple(99 for _ in problem.parallel), trainers=())
    yield "availability", problem.change(free=tuple((1 << problem.slots) - 1 for _ in problem.free))
    if problem.choices:
        yield "choices", problem.change(choices=0)
    if next(problem.ordered_units(), None) is not None:
        yield "key_first", problem.change(key_first=False)


def _uncapped(problem: Problem, units: Any) -> Problem:
    loose = {*units}
    most = tuple(len(problem.free) for _ in problem.days)
    return problem.change(caps=tuple(most if unit in loose else caps for unit, caps in enumerate(problem.caps)))


def _relaxations(problem: Problem, most: int) -> Iterator[tuple[str, int, Problem]]:
    """Each way out with the problem that it leaves; `most` people of a group that is too small can meet."""
    smaller = max(1, int(problem.low * _SMALLER))
    for low in sorted({smaller, min(smaller, max(1, most))} - {problem.low}, reverse=True):
        yield "smaller_sessions", low, problem.change(low=low)
    if problem.raised_caps:
        yield "higher_caps", problem.raised_by, problem.change(caps=problem.raised_caps)
    for number in range(1, _EXTRA + 1):
        yield "extra_slots", number, _with_slots(problem, number)
    if problem.tracks > 1:
        mixed = tuple(replace(bundle, track=0) for bundle in problem.bundles)
        yield "mixed_forms", problem.tracks, problem.change(tracks=1, bundles=mixed)
    if problem.choices:
        yield "fewer_choices", 0, problem.change(choices=0)
    if next(problem.ordered_units(), None) is not None:
        yield "any_order", 0, problem.change(key_first=False)


def _with_slots(problem: Problem, number: int) -> Problem:
    """Evenings at which everybody is free: the caps hold, the slots are new days with one session each."""
    added = ((1 << number) - 1) << problem.slots
    last = max(problem.days, default=0)
    return problem.change(
        days=problem.days + tuple(range(last + 1, last + 1 + number)),
        free=tuple(mask | added for mask in problem.free),
        caps=tuple(caps + (max(caps, default=0),) * number for caps in problem.caps),
        parallel=problem.parallel + (1,) * number,
        trainers=problem.trainers and problem.trainers + (len(problem.free) + 1,) * number,
        cost=tuple(cost + (max(cost, default=0),) * number for cost in problem.cost),
        raised_caps=(),
    )
