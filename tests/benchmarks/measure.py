"""CPU of whole process trees, interleaved rounds, and the figures that come of them.

Seconds on the clock drift with whatever else the machine does; CPU seconds of all processes involved drift less, and
the ratio of two that were measured in turns drifts least. A run whose rounds disagree gives no figure.
"""

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import psutil

UNSTABLE_ABOVE = 0.25
"""Relative distance between the quartiles of the rounds from which a run is no figure."""

Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Figure:
    """One line of the table. `value` and `limit` are in `unit`, `ratio` is value / limit whatever `better` says.

    `spread` is the distance between the quartiles of the rounds, relative. `value` and `ratio` are None where the
    rounds disagreed.
    """

    name: str
    value: float | None
    unit: str
    better: Better
    limit: float | None
    ratio: float | None
    spread: float
    note: str = ""


def cpu_seconds(roots: Sequence[int]) -> float:
    """User and system seconds used so far by the processes and all their children, ended ones included."""
    total = 0.0
    trees = [(root, *root.children(recursive=True)) for root in map(psutil.Process, roots)]
    for each in {each.pid: each for tree in trees for each in tree}.values():  # one root may have started another
        try:
            total += sum(each.cpu_times()[:4])  # user, system, and both of its children that have ended
        except psutil.NoSuchProcess:
            continue  # its seconds are in its parent's
    return total


async def interleaved(
    variants: Mapping[str, tuple[Sequence[int], Callable[[], Awaitable[int]]]], rounds: int
) -> dict[str, list[float]]:
    """CPU microseconds per unit of work for each variant and round; variants take turns, in changing order.

    A variant is (process roots, work); the work returns how many units it did.
    """
    found: dict[str, list[float]] = {name: [] for name in variants}
    for number in range(rounds + 1):
        names = list(variants)
        for name in names if number % 2 else reversed(names):
            roots, work = variants[name]
            before = cpu_seconds(roots)
            done = await work()
            used = cpu_seconds(roots) - before
            if number:  # the first round warms caches, plans and pools
                found[name].append(used / done * 1e6)
    return found


def against(
    name: str, ours: Sequence[float], limit: Sequence[float], *, unit: str, better: Better = "lower", note: str = ""
) -> Figure:
    """A figure from paired rounds: the median of the rounds' ratios, or none where they disagree."""
    ratios = [a / b for a, b in zip(ours, limit, strict=True)]
    value, floor = statistics.median(ours), statistics.median(limit)
    measured = Figure(name, value, unit, better, floor, statistics.median(ratios), spread(ratios), note)
    return _if_stable(measured, ratios)


def to_aim(
    name: str, rounds: Sequence[float], aim: float, *, unit: str, better: Better = "lower", note: str = ""
) -> Figure:
    """A figure from one value per round, against a fixed aim."""
    value = statistics.median(rounds)
    return _if_stable(Figure(name, value, unit, better, aim, value / aim, spread(rounds), note), rounds)


def added(
    name: str, ours: Sequence[float], without: Sequence[float], aim: float, *, unit: str, note: str = ""
) -> Figure:
    """A figure from paired rounds with and without a part: what the part adds, against a fixed aim.

    The spread is relative to the aim: relative to a difference near zero it would say nothing.
    """
    differences = [a - b for a, b in zip(ours, without, strict=True)]
    value = statistics.median(differences)
    apart = _quartile_distance(differences) / aim
    return _if_stable(Figure(name, value, unit, "lower", aim, value / aim, apart, note), differences)


def percentile(samples: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the samples do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float]) -> float:
    """The distance between the quartiles relative to the median, of at least two values."""
    return _quartile_distance(values) / statistics.median(values)


def _quartile_distance(values: Sequence[float]) -> float:
    low, _, high = statistics.quantiles(values, n=4)
    return high - low


def _if_stable(measured: Figure, rounds: Sequence[float]) -> Figure:
    if measured.spread <= UNSTABLE_ABOVE:
        return measured
    note = f"unstable, rounds from {min(rounds):.3g} to {max(rounds):.3g}; {measured.note}"
    return replace(measured, value=None, ratio=None, note=note)
