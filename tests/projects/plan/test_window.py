"""Window arithmetic, by example and by property."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.projects.plan.window import Precision, Window, add_months, period_end, period_start

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
PRECISIONS = st.sampled_from(Precision)
MONTHS = st.integers(-240, 240)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return Window.covering(first, last, draw(PRECISIONS), tentative=draw(st.booleans()))


def test_a_month_window_is_not_late_on_the_second_day_of_the_month() -> None:
    august = Window.covering(date(2027, 8, 1), date(2027, 8, 1), Precision.month)
    assert august.end == date(2027, 8, 31)
    assert not august.is_overdue(date(2027, 8, 2))
    assert not august.is_overdue(date(2027, 8, 31))
    assert august.is_overdue(date(2027, 9, 1))


def test_months_clamp_and_never_roll_over() -> None:
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert add_months(date(2027, 12, 15), 1) == date(2028, 1, 15)
    assert add_months(date(2027, 1, 15), -1) == date(2026, 12, 15)


def test_a_week_begins_on_monday_and_a_quarter_on_its_first_month() -> None:
    assert period_start(date(2027, 1, 1), Precision.week) == date(2026, 12, 28)
    assert period_end(date(2027, 1, 1), Precision.week) == date(2027, 1, 3)
    assert period_start(date(2027, 8, 20), Precision.quarter) == date(2027, 7, 1)
    assert period_end(date(2027, 8, 20), Precision.quarter) == date(2027, 9, 30)


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends on or after"):
        Window.covering(date(2027, 5, 2), date(2027, 4, 1), Precision.day)


def test_a_month_window_of_half_a_month_is_refused() -> None:
    with pytest.raises(ValidationError, match="whole periods"):
        Window(start=date(2027, 5, 1), end=date(2027, 5, 15), precision=Precision.month)


@given(windows())
def test_a_window_is_overdue_exactly_from_the_day_after_its_end(window: Window) -> None:
    assert not window.is_overdue(window.start)
    assert not window.is_overdue(window.end)
    assert window.is_overdue(window.end + timedelta(days=1))


@given(DAYS, PRECISIONS)
def test_periods_tile_the_calendar_without_gap_or_overlap(day: date, precision: Precision) -> None:
    start, end = period_start(day, precision), period_end(day, precision)
    assert start <= day <= end
    assert period_start(end + timedelta(days=1), precision) == end + timedelta(days=1)
    assert period_end(start - timedelta(days=1), precision) == start - timedelta(days=1)


@given(DAYS, MONTHS, MONTHS)
def test_adding_months_lands_in_the_month_asked_for(day: date, first: int, second: int) -> None:
    moved = add_months(day, first)
    assert moved.year * 12 + moved.month == day.year * 12 + day.month + first
    assert moved.day <= day.day
    assert add_months(moved, second).replace(day=1) == add_months(day, first + second).replace(day=1)


@given(DAYS, DAYS, MONTHS)
def test_adding_months_keeps_the_order_of_days(one: date, other: date, months: int) -> None:
    low, high = sorted((one, other))
    assert add_months(low, months) <= add_months(high, months)
