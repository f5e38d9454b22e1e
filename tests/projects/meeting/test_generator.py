"""Meetings from a cadence, against the rules of the requirements, for many cadences and years."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.projects.body.cadence import Cadence, Per, period_of, periods
from services.projects.meeting.generator import Wish, draw, on_weekdays, wish_of
from services.projects.meeting.models import Meeting
from services.projects.meeting.view import instant
from shared.kit.ids import new_id

DAYS = st.dates(date(2021, 1, 1), date(2031, 12, 31))
LONG = [Per.month, Per.quarter, Per.tertial, Per.half_year, Per.term, Per.year]
WISHES = st.builds(
    Wish,
    per=st.sampled_from(list(Per)),
    times=st.integers(1, 4),
    first=DAYS,
    last=DAYS,
    weekday=st.none() | st.integers(1, 7),
    min_interval_days=st.integers(0, 40),
).filter(lambda wish: wish.first <= wish.last <= wish.first + timedelta(days=500))
TAKEN = st.lists(DAYS, max_size=6)
QUICK = settings(max_examples=60, deadline=None)


@QUICK
@given(wish=WISHES, taken=TAKEN)
def test_no_meeting_is_ever_closer_than_the_interval_nor_outside_nor_on_a_free_day(
    wish: Wish, taken: list[date]
) -> None:
    drawn = draw(wish, taken)
    everything = [*set(taken), *drawn.days]
    for day in drawn.days:
        assert wish.first <= day <= wish.last
        assert on_weekdays(day)
        others = [other for other in everything if other != day]
        assert all(abs((day - other).days) >= wish.min_interval_days for other in others)
    assert len(set(everything)) == len(everything)


@QUICK
@given(wish=WISHES, taken=TAKEN)
def test_no_period_gets_more_meetings_than_were_asked_for_and_none_is_lost_unseen(
    wish: Wish, taken: list[date]
) -> None:
    drawn = draw(wish, taken)
    missing = 0
    for period in periods(wish.per, wish.first, wish.last):
        before = sum(day in period for day in set(taken))
        new = sum(day in period for day in drawn.days)
        assert before + new <= max(wish.times, before)
        if wish.first <= period.start and period.end <= wish.last:
            missing += max(wish.times - before - new, 0)
    assert missing == drawn.left_out


@QUICK
@given(per=st.sampled_from(LONG), times=st.integers(1, 2), first=DAYS, weekday=st.none() | st.integers(1, 5))
def test_every_whole_period_gets_its_meetings_where_days_enough_are_free(
    per: Per, times: int, first: date, weekday: int | None
) -> None:
    wish = Wish(per, times, first, first + timedelta(days=400), weekday, min_interval_days=5)
    assert draw(wish).left_out == 0


@QUICK
@given(
    first=DAYS,
    at=st.times(time(6), time(21)).map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Europe/Stockholm", "Europe/Copenhagen", "Atlantic/Faroe", "America/Nuuk"]),
)
def test_a_meeting_keeps_its_local_hour_across_the_change_of_clocks(first: date, at: time, zone: str) -> None:
    drawn = draw(Wish(Per.two_weeks, 1, first, first + timedelta(days=380)))
    offsets = set()
    for day in drawn.days:
        begins = instant(_meeting(day, at, zone))
        assert begins.tzinfo is UTC
        assert begins.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(day, at)
        offsets.add(begins.astimezone(ZoneInfo(zone)).utcoffset())
    assert len(offsets) == 2  # a year has both, so the test would see an hour that moved


def _meeting(day: date, at: time, zone: str) -> Meeting:
    ids: dict[str, Any] = {"tenant_id": new_id(), "project_id": new_id(), "body_id": new_id()}
    return Meeting(**ids, title="M", held_on=day, local_start=at, zone=zone, duration_minutes=60)


def test_the_preferred_weekday_is_kept_where_it_is_near() -> None:
    drawn = draw(Wish(Per.month, 1, date(2027, 1, 1), date(2027, 12, 31), weekday=2))
    assert {day.isoweekday() for day in drawn.days} == {2}
    assert len(drawn.days) == 12


def test_workshops_at_least_two_weeks_apart_pass_over_every_second_week() -> None:
    drawn = draw(Wish(Per.week, 1, date(2027, 1, 4), date(2027, 2, 28), min_interval_days=14))
    gaps = [later - earlier for earlier, later in zip(drawn.days, drawn.days[1:], strict=False)]
    assert min(gaps) >= timedelta(days=14)
    assert (len(drawn.days), drawn.left_out) == (4, 4)


def test_the_reference_group_meets_once_or_twice_a_quarter() -> None:
    cadence = Cadence(per=Per.quarter, times_min=1, times_max=2, or_as_needed=True, duration_minutes=180)
    drawn = draw(wish_of(cadence, 2, date(2021, 1, 1), date(2023, 12, 31), None))
    quarters = [period_of(Per.quarter, day).start for day in drawn.days]
    assert {quarters.count(start) for start in set(quarters)} == {2}
    assert len(set(quarters)) == 12


def test_a_partial_period_owes_nothing_and_july_lies_in_no_term() -> None:
    drawn = draw(Wish(Per.term, 1, date(2027, 5, 1), date(2027, 10, 31)))
    assert [period_of(Per.term, day).start for day in drawn.days] == [date(2027, 8, 1)]
    assert drawn.left_out == 0
