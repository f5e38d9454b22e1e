"""Windows: when something in a plan happens, said no more exactly than the plan says it.

A window is a span of whole periods (days, ISO weeks, months, quarters, half-years or years), both ends included.
"June" is the whole of June: it is overdue on 1 July, never on 2 June. Pure arithmetic over dates, no clock and no
database (requirements 9.2; months clamp, 31 January + 1 month is the last of February, and never roll over).
"""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Precision(StrEnum):
    """How exactly a plan names a time."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    half = "half"
    year = "year"


MONTHS_IN = {Precision.month: 1, Precision.quarter: 3, Precision.half: 6, Precision.year: 12}


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later (or earlier), clamped to the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period_start(day: date, precision: Precision) -> date:
    """The first day of the period of this precision that holds `day`; weeks begin on Monday (ISO 8601)."""
    if precision is Precision.day:
        return day
    if precision is Precision.week:
        return day - timedelta(days=day.weekday())
    length = MONTHS_IN[precision]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def period_end(day: date, precision: Precision) -> date:
    """The last day of the period of this precision that holds `day`."""
    start = period_start(day, precision)
    if precision is Precision.day:
        return start
    if precision is Precision.week:
        return start + timedelta(days=6)
    return add_months(start, MONTHS_IN[precision]) - timedelta(days=1)


class Window(BaseModel):
    """A span of whole periods. `end` is the last day inside; `tentative` means the plan itself put a question mark."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date = Field(json_schema_extra={"example": "2027-03-01"})
    end: date = Field(json_schema_extra={"example": "2027-04-30"})
    precision: Precision
    tentative: bool = False

    @model_validator(mode="after")
    def _whole_periods(self) -> Self:
        if self.end < self.start:
            raise ValueError("a window ends on or after the day it starts")
        if (self.start, self.end) != (
            period_start(self.start, self.precision),
            period_end(self.end, self.precision),
        ):
            raise ValueError(f"a window of precision {self.precision} covers whole periods of that length")
        return self

    @classmethod
    def covering(cls, start: date, end: date, precision: Precision, *, tentative: bool = False) -> Self:
        """The smallest window of this precision that holds both days. Raises ValueError where end < start."""
        if end < start:
            raise ValueError("a window ends on or after the day it starts")
        return cls(
            start=period_start(start, precision),
            end=period_end(end, precision),
            precision=precision,
            tentative=tentative,
        )

    @property
    def days(self) -> int:
        """Calendar days inside, both ends counted."""
        return (self.end - self.start).days + 1

    @property
    def weeks(self) -> float:
        return self.days / 7

    def is_overdue(self, today: date) -> bool:
        """True only after the last day: inside its window nothing is late."""
        return today > self.end
