"""The engine's definitions on plans small enough to be checked by hand; March 2027 begins on a Monday."""

from datetime import date
from uuid import UUID

import pytest

from services.projects.calendar.workdays import Workdays
from services.projects.dependency.graph import Circle
from services.projects.schedule.engine import Schedule, compute
from services.projects.schedule.findings import (
    broken_links,
    conflicts,
    critical_paths,
    first_day,
    last_day,
    late_days,
    overdue_days,
    progress,
)
from services.projects.schedule.rows import PlanLink, PlanRow

MONDAY = date(2027, 3, 1)
A, B, C, D = (UUID(int=number) for number in range(1, 5))
CALENDAR = Workdays.of([date(2027, 3, 26), date(2027, 3, 29)])


def plan(*rows: PlanRow, links: tuple[PlanLink, ...] = (), today: date = MONDAY, end: date | None = None) -> Schedule:
    return compute(rows, links, [CALENDAR], today, end)


def link(first: UUID, second: UUID, kind: str = "FS", lag: int = 0, *, soft: bool = False) -> PlanLink:
    return PlanLink(UUID(int=first.int * 16 + second.int), first, second, kind, lag, soft)


def days(schedule: Schedule, row: UUID) -> tuple[date, date]:
    i = schedule.network.index[row]
    return first_day(schedule, i), last_day(schedule, i)


def march(first: int, last: int) -> tuple[date, date]:
    return date(2027, 3, first), date(2027, 3, last)


@pytest.mark.parametrize(
    ("kind", "lag", "expected"),
    [
        ("FS", 0, march(8, 10)),
        ("FS", 2, march(10, 12)),
        ("FS", -2, march(4, 8)),
        ("SS", 0, march(1, 3)),
        ("SS", 3, march(4, 8)),
        ("FF", 0, march(3, 5)),
        ("FF", 2, march(5, 9)),
        ("SF", 5, march(3, 5)),
    ],
)
def test_a_link_of_each_type_places_three_days_after_a_week(kind: str, lag: int, expected: tuple[date, date]) -> None:
    schedule = plan(PlanRow(A, duration=5), PlanRow(B, duration=3), links=(link(A, B, kind, lag),))
    assert days(schedule, A) == march(1, 5)
    assert days(schedule, B) == expected


def test_holidays_and_weekends_are_not_worked() -> None:
    schedule = plan(PlanRow(A, duration=4, start=date(2027, 3, 24)))
    assert days(schedule, A) == (date(2027, 3, 24), date(2027, 3, 31))


def test_a_milestone_lies_at_the_end_of_its_day_and_the_next_row_begins_after_it() -> None:
    rows = (PlanRow(A, duration=5), PlanRow(B, is_milestone=True), PlanRow(C, duration=1))
    schedule = plan(*rows, links=(link(A, B), link(B, C)))
    assert [days(schedule, each) for each in (B, C)] == [march(5, 5), march(8, 8)]


def test_a_row_without_duration_fills_its_window_and_a_row_without_window_floats() -> None:
    schedule = plan(PlanRow(A, *march(1, 31)), PlanRow(B, duration=2), links=(link(A, B),))
    assert days(schedule, A) == march(1, 31)
    assert days(schedule, B) == (date(2027, 4, 1), date(2027, 4, 2))


def test_an_open_row_in_the_past_lies_today_and_is_overdue_after_its_window() -> None:
    schedule = plan(PlanRow(A, *march(1, 10)), today=date(2027, 3, 13))
    assert days(schedule, A) == march(15, 15)  # the 13th is a Saturday
    assert (overdue_days(schedule, 0), late_days(schedule, 0)) == (3, 3)
    assert overdue_days(plan(PlanRow(A, *march(1, 10)), today=date(2027, 3, 10)), 0) == 0


def test_a_pinned_predecessor_that_ends_too_late_is_the_other_half_of_the_pair() -> None:
    rows = (
        PlanRow(A, *march(1, 12), is_pinned=True),
        PlanRow(B, duration=2),
        PlanRow(C, *march(8, 16), duration=3, is_pinned=True),
    )
    schedule = plan(*rows, links=(link(A, B), link(B, C)))
    (found,) = conflicts(schedule)
    assert (found.kind, found.cause, found.row, found.chain, found.days) == ("pinned", A, C, (A, B, C), 3)
    assert days(schedule, C) == march(12, 16)  # as late as its window lets it


def test_an_end_anchor_before_a_start_anchor_names_both_rows() -> None:
    rows = (PlanRow(A, *march(15, 31), duration=3), PlanRow(B, duration=5, deadline=date(2027, 3, 16)))
    (found,) = conflicts(plan(*rows, links=(link(A, B),)))
    assert (found.kind, found.cause, found.row, found.days) == ("deadline", A, B, 6)


def test_a_project_that_must_end_too_early_says_which_row_keeps_it() -> None:
    rows = (PlanRow(A, duration=5), PlanRow(B, duration=5), PlanRow(C, duration=1))
    schedule = plan(*rows, links=(link(A, B),), end=date(2027, 3, 9))
    (found,) = conflicts(schedule)
    assert (found.kind, found.cause, found.row, found.days) == ("end", A, B, 3)
    assert schedule.total_slack(schedule.network.index[A]) == -3


def test_a_pinned_window_that_is_shorter_than_the_work_is_its_own_conflict() -> None:
    (found,) = conflicts(plan(PlanRow(A, *march(1, 3), duration=5, is_pinned=True)))
    assert (found.kind, found.cause, found.row, found.days) == ("window", A, A, 2)


def test_a_broken_link_is_told_with_the_days_that_are_missing_also_a_soft_one() -> None:
    rows = (PlanRow(A, *march(1, 31)), PlanRow(B, *march(15, 31), duration=4))
    hard, soft = link(A, B), link(B, A, "FS", soft=True)
    schedule = plan(*rows, links=(hard, soft))
    assert broken_links(schedule) == {hard.id: 4, soft.id: 14}
    assert days(schedule, A) == march(1, 31)


def test_a_parent_spans_its_children_and_counts_them() -> None:
    rows = (
        PlanRow(A, *march(1, 31)),
        PlanRow(B, duration=2, parent=A, finished=date(2027, 3, 1)),
        PlanRow(C, duration=8, parent=A),
        PlanRow(D, duration=1),
    )
    schedule = plan(*rows, links=(link(A, D),), today=date(2027, 3, 2))
    assert days(schedule, A) == march(1, 11)
    assert days(schedule, D) == march(12, 12)
    below = progress(schedule, 0)
    assert below is not None
    assert (below.total, below.started, below.done) == (2, 0, 1)
    assert critical_paths(schedule) == [[C, A, D]]


def test_links_in_a_circle_are_raised_with_the_rows_on_it() -> None:
    rows = (PlanRow(A), PlanRow(B), PlanRow(C))
    with pytest.raises(Circle) as raised:
        plan(*rows, links=(link(A, B), link(B, C), link(C, A)))
    assert set(raised.value.path) == {A, B, C}


def test_an_empty_plan_has_no_end() -> None:
    schedule = plan(PlanRow(A, is_enabled=False))
    assert (schedule.end, conflicts(schedule), critical_paths(schedule)) == (None, [], [])
