"""A computed plan as it is shown."""

from datetime import date

from services.projects.calendar.workdays import BeyondCalendar
from services.projects.schedule.engine import Schedule
from services.projects.schedule.findings import (
    Conflict,
    broken_links,
    conflicts,
    critical_paths,
    first_day,
    is_critical,
    last_day,
    late_days,
    overdue_days,
    progress,
)
from services.projects.schedule.plan import Plan
from services.projects.schedule.schemas import (
    BrokenLink,
    ConflictPublic,
    CriticalPath,
    CriticalStep,
    ProgressPublic,
    ProjectSchedule,
    ScheduledActivity,
)
from services.projects.schedule.sentences import of_conflict


def show(plan: Plan, s: Schedule) -> ProjectSchedule:
    rows = [show_row(plan, s, i) for i in range(len(s.network.rows))]
    found = [show_conflict(plan, each) for each in conflicts(s)]
    return ProjectSchedule(
        project_id=plan.project_id,
        today=plan.today,
        country=plan.calendar.country,
        start=min((row.earliest_start for row in rows), default=None),
        end=s.end,
        must_end_by=s.must_end_by,
        is_feasible=not found,
        critical_count=sum(row.is_critical for row in rows),
        late_count=sum(row.late_days > 0 for row in rows),
        overdue_count=sum(row.is_overdue for row in rows),
        activities=rows,
        conflicts=found,
        broken_links=_broken(plan, s),
    )


def show_row(plan: Plan, s: Schedule, i: int) -> ScheduledActivity:
    row = plan.activities[s.network.id(i)]
    overdue, below = overdue_days(s, i), progress(s, i)
    first, last = first_day(s, i), last_day(s, i)
    is_parent, is_done = i in s.network.children, s.bounds[i].is_done
    latest = None if is_parent or is_done else _latest(s, i)
    return ScheduledActivity.model_validate(
        {
            **{name: getattr(row, name) for name in ("id", "parent_id", "unit_id", "source_ref", "title", "side")},
            "state": row.state,
            "is_pinned": row.is_pinned,
            "window": row.window,
            "duration_days": s.dates.finishes[i] - s.dates.starts[i] if not is_parent else 0,
            "earliest_start": first,
            "earliest_finish": last,
            "latest_start": latest and latest[0],
            "latest_finish": latest and latest[1],
            "total_slack_days": s.total_slack(i),
            "free_slack_days": s.free_slack(i),
            "is_critical": is_critical(s, i),
            "is_overdue": overdue > 0,
            "overdue_days": overdue,
            "late_days": late_days(s, i),
            "progress": ProgressPublic.model_validate(below) if below else None,
        }
    )


def show_conflict(plan: Plan, conflict: Conflict) -> ConflictPublic:
    return ConflictPublic(
        kind=conflict.kind,
        activity_id=conflict.row,
        cause_id=conflict.cause,
        chain=list(conflict.chain),
        missing_days=conflict.days,
        sentence=of_conflict(plan, conflict),
    )


def show_paths(plan: Plan, s: Schedule) -> CriticalPath:
    paths = [[_step(plan, s, s.network.index[each]) for each in path] for path in critical_paths(s)]
    return CriticalPath(project_id=plan.project_id, end=s.end, paths=paths)


def _step(plan: Plan, s: Schedule, i: int) -> CriticalStep:
    row = plan.activities[s.network.id(i)]
    return CriticalStep.model_validate(
        {
            "id": row.id,
            "source_ref": row.source_ref,
            "title": row.title,
            "side": row.side,
            "earliest_start": first_day(s, i),
            "earliest_finish": last_day(s, i),
            "total_slack_days": s.total_slack(i),
        }
    )


def _latest(s: Schedule, i: int) -> tuple[date, date] | None:
    """None where a plan that cannot be kept would need days before the calendar begins."""
    calendar, start, finish = s.calendars[i], s.latest.starts[i], s.latest.finishes[i]
    try:
        last = calendar.day(finish - 1)
        return (last if start == finish else calendar.day(start)), last
    except BeyondCalendar:
        return None


def _broken(plan: Plan, s: Schedule) -> list[BrokenLink]:
    missing = broken_links(s)
    return [
        BrokenLink(
            dependency_id=link.id,
            predecessor_id=link.predecessor_id,
            successor_id=link.successor_id,
            type=link.type,
            is_soft=link.is_soft,
            missing_days=missing[link.id],
        )
        for link in plan.links
        if link.id in missing
    ]
