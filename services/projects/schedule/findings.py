"""What a computed plan says: days, why a row lies where it lies, what is critical, late, broken or impossible. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.projects.calendar.workdays import EVERY_DAY, Workdays
from services.projects.schedule.engine import Schedule
from services.projects.schedule.network import FF, PART, Arc
from services.projects.schedule.passes import finish_moment, start_moment

ConflictKind = Literal["pinned", "deadline", "end", "window"]


@dataclass(frozen=True)
class Conflict:
    """Two rows that cannot both be kept: `row` must be over by its end, and `cause` does not let it.

    `kind`: the row is pinned; it has a deadline; the project must end; its own window is too short (then it is its own
    cause). `chain` leads from the cause to the row. `days` is how much is missing, in working days of the row.
    """

    kind: ConflictKind
    row: UUID
    cause: UUID
    chain: tuple[UUID, ...]
    days: int


@dataclass(frozen=True)
class Progress:
    """How far the rows below a parent are; cancelled and disabled ones are not counted."""

    total: int
    started: int
    done: int


def first_day(s: Schedule, i: int) -> date:
    """The first day of work; of a parent, the first of its children."""
    row = s.network.rows[i]
    if i in s.network.children:
        return min(first_day(s, child) for child in s.network.children[i])
    if row.is_milestone:
        return last_day(s, i)
    if row.finished is not None or row.started is not None:
        return row.started or row.finished or s.today
    return s.calendars[i].day(s.dates.starts[i])


def last_day(s: Schedule, i: int) -> date:
    """The last day of work, or the day of a milestone; of a parent, the last of its children."""
    if i in s.network.children:
        return max(last_day(s, child) for child in s.network.children[i])
    row = s.network.rows[i]
    return row.finished or s.calendars[i].day(s.dates.finishes[i] - 1)


def is_done(s: Schedule, i: int) -> bool:
    below = s.network.children.get(i)
    return all(is_done(s, child) for child in below) if below else s.bounds[i].is_done


def progress(s: Schedule, i: int) -> Progress | None:
    """None for a row without children."""
    if i not in s.network.children:
        return None
    rows = [s.network.rows[leaf] for leaf in _below(s, i)]
    done = sum(row.finished is not None for row in rows)
    begun = sum(row.started is not None and row.finished is None for row in rows)
    return Progress(len(rows), begun, done)


def _below(s: Schedule, i: int) -> Iterator[int]:
    for child in s.network.children[i]:
        if child in s.network.children:
            yield from _below(s, child)
        else:
            yield child


def overdue_days(s: Schedule, i: int) -> int:
    """Calendar days since the window ended, for what is not done; 0 inside the window and on its last day."""
    end = s.network.rows[i].end
    return 0 if end is None or is_done(s, i) else max(0, (s.today - end).days)


def late_days(s: Schedule, i: int) -> int:
    """Working days by which an open row is computed to end after its window; a broken promise, told in advance."""
    end = s.network.rows[i].end
    if end is None or is_done(s, i):
        return 0
    return max(0, s.dates.finishes[i] - s.calendars[i].after(end))


def _asks(s: Schedule, i: int, arc: Arc) -> int:
    """The start (FS, SS) or finish (FF, SF) of row `i` that one arc asks for."""
    p, code, lag = arc
    at = s.dates.starts[p] if code & 1 else s.dates.finishes[p]
    theirs, mine = s.calendars[p], s.calendars[i]
    if theirs is not mine:
        at = mine.before[start_moment(theirs, at) if code & 1 else finish_moment(theirs, at)]
    return at + lag


def drivers(s: Schedule, i: int) -> list[int]:
    """The rows that make row `i` lie no earlier; empty where its own window, today or what happened does."""
    own = s.bounds[i]
    if own.is_done:
        return []
    start, finish = s.dates.starts[i], s.dates.finishes[i]
    if i in s.dates.wanted:
        start, finish = s.dates.wanted[i], s.dates.wanted[i] + own.days
    found = []
    for arc in s.network.arcs[i]:
        at = _asks(s, i, arc)
        if arc[1] == PART:
            is_tight = at == s.dates.finishes[i]
        elif arc[1] < FF:
            is_tight = not own.is_fixed and at == start
        else:
            is_tight = at == finish
        if is_tight:
            found.append(arc[0])
    return found


def is_critical(s: Schedule, i: int) -> bool:
    """Open, without slack, and not only because its own pin holds it."""
    if i in s.network.children:
        return any(is_critical(s, child) for child in s.network.children[i])
    slack = s.total_slack(i)
    if slack is None or slack > 0:
        return False
    if s.latest.by_links[i] <= s.dates.finishes[i] or i in s.dates.wanted:
        return True
    return any((others := s.total_slack(p)) is not None and others <= 0 for p in drivers(s, i))


def critical_paths(s: Schedule, limit: int = 10) -> list[list[UUID]]:
    """Chains of critical rows, each driving the next, the one that ends last first; one for each row that ends one."""
    critical = [i for i in s.network.order if is_critical(s, i)]
    known = set(critical)
    before = {i: [p for p in drivers(s, i) if p in known] for i in critical}
    followed = {p for found in before.values() for p in found}
    ends = sorted((i for i in critical if i not in followed), key=lambda i: last_day(s, i), reverse=True)
    return [[s.network.id(i) for i in _chain(before, end)] for end in ends[:limit]]


def _chain(before: dict[int, list[int]], end: int) -> list[int]:
    path = [end]
    while found := before.get(path[-1]):
        path.append(found[0])
    return path[::-1]


def conflicts(s: Schedule) -> list[Conflict]:
    """Every pair that cannot be kept, in the order of the network."""
    found = []
    for i in s.network.order:
        own = s.bounds[i]
        if i in s.network.children or own.is_done:
            continue
        if i in s.dates.wanted and own.latest is not None:
            found.append(_conflict(s, i, "pinned", s.dates.wanted[i] + own.days - own.latest))
        elif own.latest is not None and s.dates.finishes[i] > own.latest:
            kind: ConflictKind = "pinned" if s.network.rows[i].is_pinned else "deadline"
            found.append(_conflict(s, i, kind, s.dates.finishes[i] - own.latest))
        if own.is_held and (short := (s.network.rows[i].duration or 0) - own.days) > 0:
            found.append(Conflict("window", s.network.id(i), s.network.id(i), (s.network.id(i),), short))
    return [*found, *_beyond_the_end(s)]


def _beyond_the_end(s: Schedule) -> Iterator[Conflict]:
    """The rows that are the last of their chains and end after the day by which the project must."""
    if s.must_end_by is None:
        return
    late = {
        i
        for i in s.network.order
        if i not in s.network.children and not s.bounds[i].is_done and last_day(s, i) > s.must_end_by
    }
    driving = {p for i in late for p in drivers(s, i)}
    for i in s.network.order:
        if i in late and i not in driving:
            yield _conflict(s, i, "end", s.dates.finishes[i] - s.calendars[i].after(s.must_end_by))


def _conflict(s: Schedule, i: int, kind: ConflictKind, days: int) -> Conflict:
    path = [i]
    while found := drivers(s, path[-1]):
        path.append(found[0])
        if s.bounds[found[0]].is_held:  # its own pin is the reason, whatever asks it to be later
            break
    chain = tuple(s.network.id(each) for each in reversed(path))
    return Conflict(kind, s.network.id(i), chain[0], chain, days)


def broken_links(s: Schedule) -> dict[UUID, int]:
    """Links that cannot hold however the two rows lie inside their windows, with the working days that are missing.

    Soft links too. A row without a window floats and breaks nothing; what is done is history.
    """
    found = {}
    for link in s.network.links:
        p, i = s.network.index[link.predecessor], s.network.index[link.successor]
        first, last = _promised(s, p, s.calendars[p]), _promised(s, i, s.calendars[i])
        if first is None or last is None or s.bounds[i].is_done:
            continue
        from_start = link.type[0] == "S" and not s.network.rows[p].is_milestone
        at = first[0] if from_start else first[1]
        if s.calendars[p] is not s.calendars[i]:
            theirs = s.calendars[p]
            at = s.calendars[i].before[start_moment(theirs, at) if from_start else finish_moment(theirs, at)]
        missing = at + link.lag - (last[2] if link.type[1] == "S" else last[3])
        if missing > 0:
            found[link.id] = missing
    return found


def _promised(s: Schedule, i: int, calendar: Workdays) -> tuple[int, int, int, int] | None:
    """First start, first finish, last start and last finish of a row inside its window."""
    row = s.network.rows[i]
    if s.bounds[i].is_done and i not in s.network.children:
        start, finish = s.dates.starts[i], s.dates.finishes[i]
        return start, finish, start, finish
    if row.start is None or row.end is None:
        return None
    first, end = calendar.at(row.start), calendar.after(row.end)
    if row.is_milestone:
        return first + 1, first + 1, max(end, first + 1), max(end, first + 1)
    days = max(1, end - first) if row.duration is None or calendar is EVERY_DAY else row.duration
    last = max(end, first + days)
    return first, first + days, last - days, last
