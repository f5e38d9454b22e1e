"""A simulation as it is shown: what moves, what becomes late or impossible, and which gates it touches. Pure."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from services.projects.gate.service import GateView
from services.projects.schedule.change_schemas import (
    AffectedGate,
    DatedRow,
    MovedActivity,
    ScheduleDelta,
    ScheduleDeltas,
)
from services.projects.schedule.engine import Schedule
from services.projects.schedule.findings import is_done, last_day
from services.projects.schedule.plan import PlanActivity
from services.projects.schedule.view import show_conflict
from services.projects.schedule.what_if import MovedRow, Outcome
from shared.kit.text import Text


def show_delta(outcome: Outcome, asked: Collection[UUID], gates: Sequence[GateView]) -> ScheduleDelta:
    """`asked` are the rows that were moved outright."""
    before, after = outcome.before.end, outcome.after.end
    return ScheduleDelta(
        project_id=outcome.plan.project_id,
        name=outcome.plan.name,
        end_before=before,
        end_after=after,
        end_moves_days=(after - before).days if before and after else 0,
        moved=[_moved(outcome, row, asked) for row in outcome.moved],
        new_conflicts=[show_conflict(outcome.changed, each) for each in outcome.new_conflicts],
        solved_conflicts=[show_conflict(outcome.plan, each) for each in outcome.solved_conflicts],
        gates=[found for view in gates if (found := _gate(outcome, view)) is not None],
    )


def show_deltas(found: Sequence[ScheduleDelta]) -> ScheduleDeltas:
    return ScheduleDeltas(
        end_before=max((each.end_before for each in found if each.end_before), default=None),
        end_after=max((each.end_after for each in found if each.end_after), default=None),
        moved_count=sum(len(each.moved) for each in found),
        new_conflict_count=sum(len(each.new_conflicts) for each in found),
        projects=list(found),
    )


def _moved(outcome: Outcome, row: MovedRow, asked: Collection[UUID]) -> MovedActivity:
    return MovedActivity(
        id=row.before.id,
        project_id=outcome.plan.project_id,
        source_ref=row.before.source_ref,
        title=Text.model_validate(row.before.title),
        before=_dated(row.before, row.dates_before, row.late_days_before),
        after=_dated(row.after, row.dates_after, row.late_days_after),
        is_asked=row.before.id in asked,
        is_newly_late=row.late_days_after > 0 and row.late_days_before == 0,
    )


def _dated(row: PlanActivity, dates: tuple[date, date] | None, late: int) -> DatedRow:
    start, finish = dates or (None, None)
    return DatedRow.model_validate({"window": row.window, "start": start, "finish": finish, "late_days": late})


def _gate(outcome: Outcome, view: GateView) -> AffectedGate | None:
    """None for a gate that the change does not touch."""
    waits = [each.criterion.activity_id for each in view.judged if each.criterion.activity_id is not None]
    before, after = _ready(outcome.before, waits), _ready(outcome.after, waits)
    if before == after:
        return None
    due = view.gate.window_end
    was_late = due is not None and before is not None and before > due
    return AffectedGate(
        id=view.gate.id,
        project_id=view.gate.project_id,
        key=view.gate.key,
        title=Text.model_validate(view.gate.title),
        due_by=due,
        ready_before=before,
        ready_after=after,
        is_newly_late=due is not None and after is not None and after > due and not was_late,
    )


def _ready(s: Schedule, activities: Collection[UUID]) -> date | None:
    """The day on which the last open activity that a gate waits for is computed to be done."""
    rows = [s.network.index[each] for each in activities if each in s.network.index]
    return max((last_day(s, i) for i in rows if not is_done(s, i)), default=None)
