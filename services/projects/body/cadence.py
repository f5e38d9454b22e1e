"""How often a body meets, and the periods that this is counted in. Pure arithmetic over dates.

A cadence is a range and may carry "as needed" (requirements 0): one to two meetings a quarter and as needed besides.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.projects.plan.schemas import GivenText
from services.projects.plan.window import add_months
from shared.web.models import ApiInput, example

Count = Annotated[int, Field(ge=0, le=366)]


class Per(StrEnum):
    """The period that meetings are counted in. A term is spring (January to June) or autumn (August to December)."""

    week = "week"
    two_weeks = "two_weeks"
    month = "month"
    quarter = "quarter"
    tertial = "tertial"
    half_year = "half_year"
    term = "term"
    year = "year"


class Cadence(ApiInput):
    """`timesMin` to `timesMax` meetings in each period. With `orAsNeeded` further meetings are welcome, so that the
    upper end does not bind; without `per` it meets only as needed.

    `stated: false` is "the source gives no number": then nothing is due and nothing overdue.
    """

    model_config = example(
        {
            "stated": True,
            "per": "quarter",
            "timesMin": 1,
            "timesMax": 2,
            "orAsNeeded": True,
            "minIntervalDays": None,
            "durationMinutes": 180,
            "note": None,
        }
    )

    stated: bool = True
    per: Per | None = None
    times_min: Count | None = None
    times_max: Count | None = None
    or_as_needed: bool = False
    min_interval_days: Count | None = None
    duration_minutes: Annotated[int, Field(ge=5, le=1440)] | None = None
    note: GivenText | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.times_min is not None and self.times_max is not None and self.times_min > self.times_max:
            raise ValueError("timesMin must not be more than timesMax")
        if self.per is None and (self.times_min or self.times_max):
            raise ValueError("a number of meetings needs the period that it is counted in: give per")
        if not self.stated and (self.per or self.times_min or self.times_max):
            raise ValueError("a cadence that the source does not state has no period and no numbers")
        return self

    @property
    def required(self) -> int:
        """How many meetings each period needs at least; 0 where none is owed."""
        if not self.stated or self.per is None:
            return 0
        if self.times_min is None:
            return 0 if self.or_as_needed or self.times_max is not None else 1
        return self.times_min

    @property
    def limit(self) -> int | None:
        """How many meetings a period holds at most; None where there is no upper end."""
        return None if self.or_as_needed else self.times_max


class Period:
    """A stretch of days that meetings are counted in, both ends included."""

    __slots__ = ("end", "start")

    def __init__(self, start: date, end: date) -> None:
        self.start = start
        self.end = end

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __repr__(self) -> str:
        return f"Period({self.start}, {self.end})"


_MONTHS = {Per.month: 1, Per.quarter: 3, Per.tertial: 4, Per.half_year: 6, Per.year: 12}
_MONDAY = date(2000, 1, 3)
_ONE_DAY = timedelta(days=1)


def period_of(per: Per, day: date) -> Period:
    """The period that holds `day`; a day in July lies in no term and gets the autumn that comes."""
    if per in (Per.week, Per.two_weeks):
        days = 7 if per is Per.week else 14
        start = day - timedelta(days=(day - _MONDAY).days % days)
        return Period(start, start + timedelta(days=days - 1))
    if per is Per.term:
        if day.month <= 6:
            return Period(date(day.year, 1, 1), date(day.year, 6, 30))
        return Period(date(day.year, 8, 1), date(day.year, 12, 31))
    length = _MONTHS[per]
    start = date(day.year, (day.month - 1) // length * length + 1, 1)
    return Period(start, add_months(start, length) - _ONE_DAY)


def periods(per: Per, first: date, last: date) -> Iterator[Period]:
    """Every period that has a day from `first` to `last`, in order."""
    found = period_of(per, first)
    while found.start <= last:
        yield found
        found = period_of(per, found.end + _ONE_DAY)
