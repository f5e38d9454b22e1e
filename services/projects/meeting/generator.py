"""Meetings from a cadence: on which days a body meets. Pure: no database, no clock.

A period gets its meetings evenly spread, each on the nearest day that is a working day, of the preferred weekday
where one is near, and far enough from every other meeting. A meeting that finds no such day is left out and counted,
never put too close (requirements: VA-GOV4, workshops at least two weeks apart).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.projects.body.cadence import Cadence, Per, Period, periods

IsWorking = Callable[[date], bool]
_SATURDAY = 5
_NEAR = 4


def on_weekdays(day: date) -> bool:
    """Monday to Friday: what holds where no calendar says more."""
    return day.weekday() < _SATURDAY


@dataclass(frozen=True)
class Wish:
    """What a series asks for. `times` meetings in each whole period; `weekday` is the ISO number, 1 for Monday."""

    per: Per
    times: int
    first: date
    last: date
    weekday: int | None = None
    min_interval_days: int = 0


@dataclass(frozen=True)
class Drawn:
    """The days that were found, in order, and how many meetings of whole periods found none."""

    days: tuple[date, ...]
    left_out: int


def wish_of(cadence: Cadence, times: int, first: date, last: date, weekday: int | None) -> Wish:
    """What a cadence with a period asks for."""
    if cadence.per is None:
        raise ValueError("a cadence without a period makes no series")
    return Wish(cadence.per, times, first, last, weekday, cadence.min_interval_days or 0)


def draw(wish: Wish, taken: Sequence[date] = (), is_working: IsWorking = on_weekdays) -> Drawn:
    """The days of new meetings. Those that are `taken` count for their period and keep their distance too."""
    days = set(taken)
    found: list[date] = []
    left_out = 0
    for period in periods(wish.per, wish.first, wish.last):
        inside = Period(max(period.start, wish.first), min(period.end, wish.last))
        is_whole = inside.start == period.start and inside.end == period.end
        missing = wish.times - sum(day in period for day in days)
        for target in _targets(period, wish.times, missing):
            if target not in inside:
                continue
            day = _nearest(target, inside, wish, days, is_working)
            if day is None:
                left_out += is_whole
            else:
                days.add(day)
                found.append(day)
    return Drawn(tuple(sorted(found)), left_out)


def _targets(period: Period, times: int, missing: int) -> Iterator[date]:
    """The days in the middle of equal parts of the period; of `times` the last `missing`."""
    length = (period.end - period.start).days + 1
    for part in range(times - max(missing, 0), times):
        yield period.start + timedelta(days=(2 * part + 1) * length // (2 * times))


def _nearest(target: date, inside: Period, wish: Wish, days: set[date], is_working: IsWorking) -> date | None:
    gap = max(wish.min_interval_days, 1)
    length = (inside.end - inside.start).days + 1
    free = [
        day
        for day in (inside.start + timedelta(days=n) for n in range(length))
        if is_working(day) and all(abs((day - other).days) >= gap for other in days)
    ]
    if not free:
        return None
    nearest = min(free, key=lambda day: (abs((day - target).days), day))
    preferred = [day for day in free if day.isoweekday() == wish.weekday]
    best = min(preferred, key=lambda day: (abs((day - target).days), day), default=None)
    # The weekday is a wish: it gives way where it would throw the meeting far from its place.
    is_near = best is not None and abs((best - target).days) <= abs((nearest - target).days) + _NEAR
    return best if is_near else nearest
