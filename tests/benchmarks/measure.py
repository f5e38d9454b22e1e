"""CPU of whole process trees, interleaved rounds, and the figures that come of them.

Seconds on the clock drift with whatever else the machine does; CPU seconds of all processes involved drift less, and
the ratio of two that were measured in turns drifts least. A run whose rounds disagree gives no figure.
"""

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import psutil

UNSTABLE_ABOVE = 0.25
"""Relative distance between the quartiles of the rounds' ratios from which a run is no figure."""


@dataclass(frozen=True)
class Figure:
    """One line of the table. `value` and `limit` are in `unit`; `spread` is relative; None where unstable."""

    name: str
    value: float | None
    unit: str
    better: str
    limit: float | None
    ratio: float | None
    spread: float
    note: str = ""


def cpu_seconds(roots: Sequence[int]) -> float:
    """User and system seconds used so far by the processes and all their children, ended ones included."""
    total = 0.0
    for root in roots:
        process = psutil.Process(root)
        for each in (process, *process.children(recursive=True)):
            try:
                times = each.cpu_times()
            except psutil.NoSuchProcess:
                continue  # its seconds are in its parent's children_* below
            total += times.user + times.system
        ended = process.cpu_times()
        total += ended.children_user + ended.children_system
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


def against(name: str, ours: Sequence[float], limit: Sequence[float], *, unit: str, note: str = "") -> Figure:
    """A figure from paired rounds: the median of the rounds' ratios, or none where they disagree."""
    ratios = [a / b for a, b in zip(ours, limit, strict=True)]
    spread = _spread(ratios)
    if spread > UNSTABLE_ABOVE:
        return Figure(name, None, unit, "lower", None, None, spread, "unstable: " + note)
    value, floor = statistics.median(ours), statistics.median(limit)
    return Figure(name, value, unit, "lower", floor, statistics.median(ratios), spread, note)


def of_samples(name: str, rounds: Sequence[float], limit: float, *, unit: str, note: str = "") -> Figure:
    """A figure from one value per round, against a fixed aim."""
    spread = _spread(rounds)
    value = statistics.median(rounds)
    return Figure(name, value, unit, "lower", limit, value / limit, spread, note)


def percentile(samples: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the samples do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _spread(values: Sequence[float]) -> float:
    low, middle, high = statistics.quantiles(values, n=4)
    return (high - low) / middle
