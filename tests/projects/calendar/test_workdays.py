"""Working days by number, the holidays of four countries, and who frees and claims days."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.calendar.facts import CalendarFacts, DayException
from services.projects.calendar.national import de_facto_days, midsummer_eve, public_holidays, workdays
from services.projects.calendar.vocabulary import Country, ExceptionKind
from services.projects.calendar.workdays import FIRST, LAST, BeyondCalendar, Stretch, Workdays

AREA, SCHOOL = UUID(int=1), UUID(int=2)
days = st.dates(date(2025, 1, 1), date(2029, 12, 31))


def free(country: Country, year: int) -> set[date]:
    found = {*public_holidays(country), *de_facto_days(country)}
    return {day for day in found if day.year == year and day.weekday() < 5}


@given(days, st.frozensets(days, max_size=20), days, days)
def test_ordinals_count_working_days_both_ways(day: date, closed: frozenset[date], start: date, end: date) -> None:
    calendar = Workdays.of(closed)
    ordinal = calendar.at(day)
    first = calendar.day(ordinal)
    between = [day + timedelta(days=n) for n in range((first - day).days + 1)]
    assert [each.weekday() < 5 and each not in closed for each in between] == [False] * (len(between) - 1) + [True]
    low, high = min(start, end), max(start, end)
    every = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    assert calendar.between(low, high) == sum(each.weekday() < 5 and each not in closed for each in every)


def test_nothing_lies_outside_the_calendar() -> None:
    calendar = Workdays.of([])
    for ask in (
        lambda: calendar.at(FIRST - timedelta(days=1)),
        lambda: calendar.at(LAST + timedelta(days=1)),
        lambda: calendar.day(-1),
        lambda: calendar.day(len(calendar.days)),
    ):
        with pytest.raises(BeyondCalendar):
            ask()


def test_sweden_keeps_the_eves_free_that_no_law_frees() -> None:
    assert midsummer_eve(2026) == date(2026, 6, 19)
    eves = {date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 31)}
    assert eves <= free(Country.se, 2026)
    assert eves.isdisjoint(public_holidays(Country.se))


def test_denmark_keeps_constitution_day_and_christmas_eve_free_and_no_prayer_day_any_more() -> None:
    assert {date(2026, 6, 5), date(2026, 12, 24)} <= free(Country.dk, 2026)
    assert date(2024, 4, 26) not in public_holidays(Country.dk)
    assert date(2023, 5, 5) in public_holidays(Country.dk)


@pytest.mark.parametrize(
    ("country", "year", "count"),
    [(Country.se, 2026, 251), (Country.se, 2027, 253), (Country.dk, 2026, 252), (Country.no, 2026, 253)],
)
def test_a_year_has_its_working_days(country: Country, year: int, count: int) -> None:
    """Counted by hand: weekdays of the year, less the free days that fall on one; a Sunday holiday takes none."""
    calendar = workdays(country)
    weekdays = sum(
        (date(year, 1, 1) + timedelta(days=n)).weekday() < 5
        for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    )
    assert calendar.between(date(year, 1, 1), date(year, 12, 31)) == weekdays - len(free(country, year))
    assert calendar.between(date(year, 1, 1), date(year, 12, 31)) == count


def exception(unit: UUID | None, kind: ExceptionKind, start: date, end: date) -> DayException:
    return DayException(UUID(int=9), unit, kind, start, end)


def test_a_units_calendar_is_its_own_over_those_above_it_over_the_authoritys() -> None:
    week = (date(2027, 11, 1), date(2027, 11, 5))
    facts = CalendarFacts(
        Country.se,
        (
            exception(None, ExceptionKind.school_break, *week),
            exception(AREA, ExceptionKind.working_day, week[0], week[0]),
            exception(SCHOOL, ExceptionKind.closure, week[0], week[0]),
            exception(None, ExceptionKind.term, date(2027, 8, 16), date(2027, 12, 20)),
        ),
        {SCHOOL: AREA, AREA: None},
    )
    assert facts.workdays().between(*week) == 0
    assert facts.workdays(AREA).between(*week) == 1
    assert facts.workdays(SCHOOL).between(*week) == 0
    calendars, places = facts.of_units({AREA, SCHOOL})
    assert len(calendars) == 3
    assert calendars[places[AREA]] is facts.workdays(AREA)


def test_a_working_saturday_counts() -> None:
    saturday = date(2027, 9, 4)
    facts = CalendarFacts(Country.se, (exception(None, ExceptionKind.working_day, saturday, saturday),))
    assert facts.workdays().is_working(saturday)
    assert not workdays(Country.se).is_working(saturday)


def test_units_that_say_nothing_share_the_authoritys_calendar() -> None:
    facts = CalendarFacts(Country.dk, (exception(None, ExceptionKind.closure, date(2027, 7, 1), date(2027, 7, 31)),))
    calendars, places = facts.of_units({AREA, SCHOOL})
    assert (len(calendars), places) == (1, {AREA: 0, SCHOOL: 0})


def test_a_stretch_may_run_past_the_calendars_ends() -> None:
    assert Workdays.of([], [Stretch(date(1980, 1, 1), date(2200, 1, 1))]).at(LAST) == 0
