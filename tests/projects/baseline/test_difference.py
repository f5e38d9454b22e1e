"""Comparing frozen plans: every change is named, nothing else is."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.projects.baseline.difference import compare
from services.projects.baseline.models import BaselineItem
from services.projects.plan.columns import window_values
from services.projects.plan.window import Precision, Window

START = date(2027, 3, 1)


def item(subject_id: UUID, day: int | None, *, enabled: bool = True) -> BaselineItem:
    window = None if day is None else Window.covering(START, START + timedelta(days=day), Precision.day)
    return BaselineItem(
        tenant_id=UUID(int=1),
        baseline_id=UUID(int=2),
        subject="activity",
        subject_id=subject_id,
        position=1,
        title={"sv": "Rad", "en": "Row", "da": None},
        is_enabled=enabled,
        **window_values(window),
    )


plans = st.dictionaries(st.uuids(), st.none() | st.integers(0, 400), max_size=8)


@given(plans, plans)
def test_each_row_is_counted_once_as_added_removed_changed_or_unchanged(
    before: dict[UUID, int | None], after: dict[UUID, int | None]
) -> None:
    found = compare([item(*pair) for pair in before.items()], [item(*pair) for pair in after.items()])
    assert found.count("added") == len(after.keys() - before.keys())
    assert found.count("removed") == len(before.keys() - after.keys())
    both = before.keys() & after.keys()
    assert found.unchanged == sum(before[key] == after[key] for key in both)
    assert found.count("changed") == len(both) - found.unchanged


@given(plans)
def test_a_plan_does_not_differ_from_itself(plan: dict[UUID, int | None]) -> None:
    found = compare([item(*pair) for pair in plan.items()], [item(*pair) for pair in plan.items()])
    assert (found.differences, found.unchanged) == ([], len(plan))


def test_a_moved_row_says_by_how_many_days_and_so_does_the_whole_plan() -> None:
    row, other = uuid4(), uuid4()
    found = compare([item(row, 10), item(other, 30)], [item(row, 17), item(other, 30)])
    assert [(each.change, each.fields, each.end_shift_days) for each in found.differences] == [
        ("changed", ("window",), 7)
    ]
    assert found.latest_shift_days == 0


def test_a_row_that_no_longer_applies_does_not_hold_the_end_of_the_plan() -> None:
    row, other = uuid4(), uuid4()
    found = compare([item(row, 10), item(other, 30)], [item(row, 10), item(other, 30, enabled=False)])
    assert found.differences[0].fields == ("is_enabled",)
    assert found.latest_shift_days == -20
