"""Progress: from baseline and target alone, held against exact fractions; nothing where something is missing."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.projects.goal.models import Measurement
from services.projects.goal.progress import NoProgress, progress_of
from services.projects.goal.vocabulary import IndicatorDirection
from shared.kit.ids import new_id

VALUES = st.decimals(-10_000, 10_000, places=2)


def measured(kind: str, value: Decimal | int, year: int = 2026) -> Measurement:
    return Measurement(
        tenant_id=new_id(),
        indicator_id=new_id(),
        kind=kind,
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        value=Decimal(value),
        source="",
    )


def three(baseline: Decimal | int, target: Decimal | int, actual: Decimal | int) -> list[Measurement]:
    return [measured("baseline", baseline), measured("target", target, 2029), measured("actual", actual, 2027)]


@given(VALUES, VALUES, VALUES)
def test_progress_is_the_share_of_the_way_that_is_gone(baseline: Decimal, target: Decimal, actual: Decimal) -> None:
    assume(baseline != target)
    direction = IndicatorDirection.up if target > baseline else IndicatorDirection.down
    found = progress_of(direction, three(baseline, target, actual))
    exact = Fraction(actual - baseline) / Fraction(target - baseline) * 100
    assert found.percent is not None
    assert abs(Fraction(found.percent) - exact) <= Fraction(1, 20)
    assert found.is_target_met == (exact >= 100)


@given(VALUES, VALUES, VALUES)
def test_mirrored_values_with_the_other_direction_have_the_same_progress(
    baseline: Decimal, target: Decimal, actual: Decimal
) -> None:
    up = progress_of(IndicatorDirection.up, three(baseline, target, actual))
    down = progress_of(IndicatorDirection.down, three(-baseline, -target, -actual))
    assert (up.percent, up.reason, up.is_target_met) == (down.percent, down.reason, down.is_target_met)


@given(st.sets(st.sampled_from(["target", "actual"])), VALUES)
def test_without_a_baseline_there_is_never_a_percentage(kinds: set[str], value: Decimal) -> None:
    found = progress_of(IndicatorDirection.up, [measured(kind, value, 2027) for kind in kinds])
    assert (found.percent, found.reason) == (None, NoProgress.no_baseline)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([measured("baseline", 50)], NoProgress.no_target),
        ([measured("baseline", 50), measured("target", 90, 2029)], NoProgress.no_actual),
        (three(50, 50, 60), NoProgress.target_is_baseline),
        (three(50, 40, 60), NoProgress.target_against_direction),
    ],
)
def test_what_is_missing_or_contradicts_is_said(rows: list[Measurement], reason: NoProgress) -> None:
    found = progress_of(IndicatorDirection.up, rows)
    assert (found.percent, found.reason) == (None, reason)


def test_the_latest_actual_counts_and_may_be_worse_than_the_baseline() -> None:
    rows = [*three(50, 100, 75), measured("actual", 45, 2028)]
    assert progress_of(IndicatorDirection.up, rows).percent == Decimal("-10.0")
    assert progress_of(IndicatorDirection.up, rows[:3]).percent == Decimal("50.0")
