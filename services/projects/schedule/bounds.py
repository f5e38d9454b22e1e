"""What one row says about its own dates, before any link is looked at. Pure.

Positions are working-day ordinals of the row's calendar. A row occupies the ordinals from its start up to, not
including, its finish; a milestone has start = finish and happens at the end of the day before that ordinal.
"""

from datetime import date
from typing import NamedTuple

from services.projects.calendar.workdays import Workdays
from services.projects.schedule.rows import PlanRow


class Bounds(NamedTuple):
    """`start` is the earliest by the row itself, `days` its length, `latest` the finish that it must keep or None.

    `is_fixed`: the start has happened. `is_done`: the finish too. `is_held`: pinned, so never later than `latest`.
    """

    start: int
    days: int
    latest: int | None = None
    is_fixed: bool = False
    is_done: bool = False
    is_held: bool = False


def bounds_of(row: PlanRow, calendar: Workdays, today: int) -> Bounds:
    """`today` is the ordinal of the first working day from today on."""
    if row.finished is not None:
        return _done(row, row.finished, calendar)
    if row.started is not None and not row.is_milestone:
        return _started(row, row.started, calendar, today)
    latest = None if row.deadline is None else calendar.after(row.deadline)
    if row.is_pinned and row.start is not None and row.end is not None:
        return _pinned(row, row.start, row.end, calendar)
    start = today if row.start is None else max(today, calendar.at(row.start))
    if row.is_milestone:
        return Bounds(start + 1, 0, latest)
    if row.duration is not None:
        return Bounds(start, row.duration, latest)
    days = 1 if row.end is None else max(1, calendar.after(row.end) - start)
    return Bounds(start, days, latest)


def _done(row: PlanRow, finished: date, calendar: Workdays) -> Bounds:
    finish = calendar.after(finished)
    start = finish if row.is_milestone else min(calendar.at(row.started or finished), finish - 1)
    return Bounds(start, finish - start, None, True, True)


def _started(row: PlanRow, started: date, calendar: Workdays, today: int) -> Bounds:
    """Under way: it ends when it was to end, and not before today is over."""
    start = calendar.at(started)
    if row.duration is not None:
        finish = start + row.duration
    else:
        finish = start + 1 if row.end is None else calendar.after(row.end)
    latest = None if row.deadline is None else calendar.after(row.deadline)
    if row.is_pinned and row.end is not None:
        latest = calendar.after(row.end)
    return Bounds(start, max(finish, today + 1) - start, latest, True)


def _pinned(row: PlanRow, start: date, end: date, calendar: Workdays) -> Bounds:
    """Stays inside its window, whatever the links and the present day say."""
    first, latest = calendar.at(start), calendar.after(end)
    if row.is_milestone:
        return Bounds(min(first + 1, max(latest, 1)), 0, latest, is_held=True)
    latest = max(latest, first + 1)  # a window without a working day still holds one
    room = latest - first
    return Bounds(first, room if row.duration is None else min(row.duration, room), latest, is_held=True)
