"""What if: a plan before and after a change, and which windows would have to move with it. Pure.

The delta of a change is what it moves: a row that lay outside its window before, and lies no later now, keeps its
window. A row that is pushed out of its window gets the smallest window of the same precision that holds its new dates;
where nobody had said a duration, it keeps the working days that it was computed with. So the plan that is read after
the change was applied is the one that was simulated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.projects.calendar.facts import CalendarFacts
from services.projects.dependency.ends import LinkRow
from services.projects.plan.window import Window
from services.projects.schedule.engine import Schedule
from services.projects.schedule.findings import Conflict, conflicts, first_day, last_day, late_days
from services.projects.schedule.plan import Plan, PlanActivity


@dataclass(frozen=True)
class Move:
    """New facts of one row; what is not in `given` stays. `given` holds field names of this class."""

    activity_id: UUID
    window: Window | None = None
    duration_days: int | None = None
    is_pinned: bool = False
    given: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """Everything that a simulation may change. `options` are by key, `calendar` is the one to count with."""

    moves: tuple[Move, ...] = ()
    options: Mapping[str, bool] = field(default_factory=dict)
    calendar: CalendarFacts | None = None
    added: tuple[LinkRow, ...] = ()
    removed: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class MovedRow:
    """A row whose dates or window differ. Dates are None where the row is not in the plan, before or after."""

    before: PlanActivity
    after: PlanActivity
    dates_before: tuple[date, date] | None
    dates_after: tuple[date, date] | None
    late_days_before: int
    late_days_after: int


@dataclass(frozen=True)
class Outcome:
    """Both plans, computed, and what differs."""

    plan: Plan
    changed: Plan
    before: Schedule
    after: Schedule
    moved: list[MovedRow]
    new_conflicts: list[Conflict]
    solved_conflicts: list[Conflict]


def simulate(plan: Plan, change: Change) -> Outcome:
    """Raises Circle and BeyondCalendar."""
    before = plan.compute()
    changed = _changed(plan, change)
    if change.options or change.added or change.removed or change.calendar not in (None, plan.calendar):
        after = changed.compute()
    else:
        after = changed.compute_from(before, [changed.activities[move.activity_id] for move in change.moves])
    pushed = _pushed(changed, before, after, {move.activity_id for move in change.moves})
    if pushed:
        changed = changed.with_activities(pushed)
        after = changed.compute_from(after, pushed)
    return _outcome(plan, changed, before, after)


def _changed(plan: Plan, change: Change) -> Plan:
    rows = [_moved(plan.activities[move.activity_id], move) for move in change.moves]
    found = plan.with_activities(rows)
    switched = [
        row._replace(is_enabled=change.options[row.option_key])
        for row in found.activities.values()
        if row.option_key is not None and row.option_key in change.options
    ]
    found = found.with_activities(switched)
    links = tuple(link for link in plan.links if link.id not in change.removed)
    return Plan(
        found.project_id,
        found.name,
        found.activities,
        links + change.added,
        change.calendar or plan.calendar,
        plan.today,
        plan.must_end_by,
    )


def _moved(row: PlanActivity, move: Move) -> PlanActivity:
    if "window" in move.given:
        row = row.with_window(move.window)
    if "duration_days" in move.given:
        row = row._replace(duration_days_max=move.duration_days)
    if "is_pinned" in move.given:
        row = row._replace(is_pinned=move.is_pinned)
    return row


def _pushed(plan: Plan, before: Schedule, after: Schedule, chosen: set[UUID]) -> list[PlanActivity]:
    """The rows that the change pushes out of their windows, with the windows that they get."""
    found = []
    for i, row in enumerate(after.network.rows):
        was = before.network.index.get(row.id)
        if row.end is None or was is None or row.id in chosen or row.is_pinned or i in after.network.children:
            continue
        last = last_day(after, i)
        if last <= row.end or after.bounds[i].is_done:
            continue
        if (first_day(after, i), last) != (first_day(before, was), last_day(before, was)):
            window = plan.activities[row.id].window
            if window is not None:
                found.append(_repromised(plan.activities[row.id], window, after, i))
    return found


def _repromised(row: PlanActivity, window: Window, after: Schedule, i: int) -> PlanActivity:
    own = after.bounds[i]
    start = window.start if own.is_fixed else first_day(after, i)
    days = row.duration_days_max
    if days is None and not own.is_fixed and own.days > 0:
        days = own.days
    new = Window.covering(start, last_day(after, i), window.precision, tentative=window.tentative)
    return row.with_window(new)._replace(duration_days_max=days)


def _outcome(plan: Plan, changed: Plan, before: Schedule, after: Schedule) -> Outcome:
    moved = []
    for key, row in plan.activities.items():
        now = changed.activities[key]
        was, will = before.network.index.get(key), after.network.index.get(key)
        dates = _dates(before, was), _dates(after, will)
        if dates[0] != dates[1] or (row is not now and row.window != now.window):
            late = [0 if i is None else late_days(s, i) for s, i in ((before, was), (after, will))]
            moved.append(MovedRow(row, now, *dates, *late))
    old, new = ({(each.kind, each.row): each for each in conflicts(s)} for s in (before, after))
    return Outcome(
        plan,
        changed,
        before,
        after,
        moved,
        [each for key, each in new.items() if key not in old],
        [each for key, each in old.items() if key not in new],
    )


def _dates(s: Schedule, i: int | None) -> tuple[date, date] | None:
    return None if i is None else (first_day(s, i), last_day(s, i))
