"""The two walks over a network: forwards for the earliest dates, backwards for the latest. Pure.

Everything is counted in working-day ordinals of each row's own calendar (see `bounds`). A moment passes from one
calendar to another as a date: the morning after the last day of a finish, the morning of the day of a start. Rows with
children are counted in plain dates (`EVERY_DAY`), as the latest start and finish of what is below them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.projects.calendar.workdays import EVERY_DAY, BeyondCalendar, Workdays
from services.projects.schedule.bounds import Bounds
from services.projects.schedule.network import FF, FS, SS, Arc, Network

NEVER = 1 << 40
"""Later than every ordinal."""


@dataclass
class Dates:
    """Where each row lies. `wanted` holds the start that links ask of a pinned row which cannot move there."""

    starts: list[int]
    finishes: list[int]
    wanted: dict[int, int] = field(default_factory=dict)


@dataclass
class Limits:
    """By when each row must start and finish, at the latest, for something not to move."""

    starts: list[int]
    finishes: list[int]


@dataclass
class Latest:
    """Latest dates. `finishes` keep the row's own deadline too, `by_links` only what follows and the end."""

    starts: list[int]
    finishes: list[int]
    by_links: list[int]


def finish_moment(calendar: Workdays, finish: int) -> int:
    """The day number of the morning after the last working day before `finish`. Raises BeyondCalendar."""
    return _day(calendar, finish - 1) + 1


def _day(calendar: Workdays, ordinal: int) -> int:
    if not 0 <= ordinal < len(calendar.days):
        raise BeyondCalendar(f"no working day has the ordinal {ordinal}")
    return calendar.days[ordinal]


def start_moment(calendar: Workdays, start: int) -> int:
    return _day(calendar, start)


def forward(network: Network, bounds: Sequence[Bounds], calendars: Sequence[Workdays]) -> Dates:
    """The earliest dates that bounds and links allow. Raises BeyondCalendar."""
    size = len(network.rows)
    dates = Dates([0] * size, [0] * size)
    starts, finishes, arcs, children = dates.starts, dates.finishes, network.arcs, network.children
    for i in network.order:
        if i in children:
            starts[i], finishes[i] = _span(i, network, dates, calendars)
            continue
        own = bounds[i]
        start, finish = own.start, 0
        if arcs[i] and not own.is_done:
            start, finish = _pulled(arcs[i], own.start, dates, calendars, calendars[i])
        if own.is_fixed:
            starts[i], finishes[i] = own.start, max(finish, own.start + own.days)
            continue
        start = max(start, finish - own.days)
        if own.is_held and own.latest is not None and start > own.latest - own.days:
            dates.wanted[i], start = start, own.latest - own.days
        starts[i], finishes[i] = start, start + own.days
    return dates


def _pulled(
    arcs: Sequence[Arc], start: int, dates: Dates, calendars: Sequence[Workdays], mine: Workdays
) -> tuple[int, int]:
    """The start and the finish that a row's links ask for, the start no earlier than its own."""
    starts, finishes, finish = dates.starts, dates.finishes, 0
    for p, code, lag in arcs:
        at = starts[p] if code & 1 else finishes[p]
        if calendars[p] is not mine:
            at = _carried(at, code, calendars[p], mine)
        if code < FF:
            start = max(start, at + lag)
        else:
            finish = max(finish, at + lag)
    return start, finish


def _carried(at: int, code: int, theirs: Workdays, mine: Workdays) -> int:
    moment = start_moment(theirs, at) if code & 1 else finish_moment(theirs, at)
    return mine.before[moment]


def _span(parent: int, network: Network, dates: Dates, calendars: Sequence[Workdays]) -> tuple[int, int]:
    """When the last child starts and when the last one is finished: what a follower of the parent waits for."""
    starts, finishes = [], []
    for child in network.children[parent]:
        mine = calendars[child]
        finishes.append(finish_moment(mine, dates.finishes[child]))
        is_point = network.rows[child].is_milestone
        starts.append(finishes[-1] if is_point else start_moment(mine, dates.starts[child]))
    return max(starts), max(finishes)


def limits(
    network: Network, bounds: Sequence[Bounds], calendars: Sequence[Workdays], end: int, dates: Dates
) -> tuple[Latest, Limits]:
    """The latest dates, and by when each row must be over for no other row to move at all.

    `end` is the day number of the morning after the last day of the plan. Raises BeyondCalendar.
    """
    size = len(network.rows)
    late = Limits([NEVER] * size, _ends(calendars, end))
    calm = Limits([NEVER] * size, list(late.finishes))
    latest = Latest([0] * size, [0] * size, [0] * size)
    for i in reversed(network.order):
        if i in network.children:
            _to_children(network, i, late, calendars)
            _to_children(network, i, calm, calendars)
            latest.starts[i], latest.finishes[i] = late.starts[i], late.finishes[i]
            latest.by_links[i] = late.finishes[i]
            continue
        own = bounds[i]
        start, finish = dates.starts[i], dates.finishes[i]
        if own.is_done:
            latest.starts[i], latest.finishes[i], latest.by_links[i] = start, finish, finish
            continue
        by_links = late.finishes[i]
        if not own.is_fixed:
            by_links = min(by_links, late.starts[i] + finish - start)
        latest.by_links[i] = by_links
        last = by_links if own.latest is None or by_links < own.latest else own.latest
        latest.finishes[i], latest.starts[i] = last, (start if own.is_fixed else last - finish + start)
        if network.arcs[i]:
            kept = (latest.starts[i], last, start, finish)
            _to_predecessors(network.arcs[i], calendars, (calendars[i], own.is_fixed), kept, (late, calm))
    return latest, calm


def _ends(calendars: Sequence[Workdays], end: int) -> list[int]:
    by_calendar = {calendar: calendar.before[end] for calendar in set(calendars)}
    return [by_calendar[calendar] for calendar in calendars]


def _to_predecessors(
    arcs: Sequence[Arc],
    calendars: Sequence[Workdays],
    row: tuple[Workdays, bool],
    kept: tuple[int, int, int, int],
    into: tuple[Limits, Limits],
) -> None:
    """Lower the limits of what a row waits for: `late` so that it can keep its latest dates, `calm` its present ones.

    `row` is its calendar and whether its start has happened, when nothing asks for an earlier one any more.
    """
    (mine, is_fixed), (late, calm) = row, into
    late_start, late_finish, start, finish = kept
    for p, code, lag in arcs:
        if is_fixed and code < FF:
            continue
        at, now = (late_start - lag, start - lag) if code < FF else (late_finish - lag, finish - lag)
        if calendars[p] is not mine:
            at = _carried_back(at, code, calendars[p], mine)
            now = _carried_back(now, code, calendars[p], mine)
        in_late, in_calm = (late.starts, calm.starts) if code & 1 else (late.finishes, calm.finishes)
        in_late[p] = min(in_late[p], at)
        in_calm[p] = min(in_calm[p], now)


def _carried_back(at: int, code: int, theirs: Workdays, mine: Workdays) -> int:
    """The latest ordinal of theirs that a follower at `at` of mine allows."""
    day = _day(mine, at)
    return theirs.before[day + 1] - 1 if code & 1 else theirs.before[day]


def _to_children(network: Network, parent: int, into: Limits, calendars: Sequence[Workdays]) -> None:
    start, finish = into.starts[parent], into.finishes[parent]
    for child in network.children[parent]:
        mine = calendars[child]
        into.finishes[child] = min(into.finishes[child], _carried_back(finish, FS, mine, EVERY_DAY))
        if start < NEVER:
            code = FS if network.rows[child].is_milestone else SS
            into.starts[child] = min(into.starts[child], _carried_back(start, code, mine, EVERY_DAY))
