"""Working days by number, so that adding days to a date is one addition and two look-ups. Pure, no database.

A working-day ordinal counts the working days of one calendar. Between dates and ordinals it is one array access both
ways, however far apart two dates are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FIRST = date(1990, 1, 1)
LAST = date(2150, 12, 31)
"""Wider than any window may be (2000 to 2100), so that lags at either end still have a date."""


_BASE = FIRST.toordinal()
_LENGTH = LAST.toordinal() - _BASE + 1


class BeyondCalendar(ValueError):
    """A date or ordinal lies outside `FIRST` to `LAST`."""


@dataclass(frozen=True, order=True)
class Stretch:
    """Days that a tenant or a unit has made working or free, both ends included. Later stretches win over earlier."""

    start: date
    end: date
    is_working: bool = False


class Workdays:
    """One calendar. `before[n]` is how many working days lie before day `n`; `days[k]` is the day with ordinal `k`.

    Days are counted from `FIRST`, which is day 0. Immutable by custom: instances are shared.
    """

    __slots__ = ("before", "days")

    def __init__(self, before: Sequence[int], days: Sequence[int]) -> None:
        self.before = before
        self.days = days

    @classmethod
    def of(cls, free: Iterable[date], stretches: Iterable[Stretch] = ()) -> "Workdays":
        """Monday to Friday without the `free` days, as the tenant's stretches change it."""
        first = FIRST.weekday()
        works = [(first + n) % 7 < 5 for n in range(_LENGTH)]
        for day in free:
            works[number(day)] = False
        for stretch in stretches:
            low, high = number(max(stretch.start, FIRST)), number(min(stretch.end, LAST))
            works[low : high + 1] = [stretch.is_working] * (high + 1 - low)
        before, days = [0] * (_LENGTH + 1), []
        for n, is_working in enumerate(works):
            if is_working:
                days.append(n)
            before[n + 1] = len(days)
        return cls(before, days)

    def at(self, day: date) -> int:
        """The ordinal of the first working day on or after `day`. Raises BeyondCalendar."""
        return self.before[number(day)]

    def after(self, day: date) -> int:
        """The ordinal of the first working day after `day`. Raises BeyondCalendar."""
        return self.before[number(day) + 1]

    def day(self, ordinal: int) -> date:
        """The day with this ordinal. Raises BeyondCalendar."""
        if not 0 <= ordinal < len(self.days):
            raise BeyondCalendar(f"no working day has the ordinal {ordinal}")
        return day_number(self.days[ordinal])

    def is_working(self, day: date) -> bool:
        """Raises BeyondCalendar."""
        return self.after(day) > self.at(day)

    def between(self, start: date, end: date) -> int:
        """Working days from `start` to `end`, both included. Raises BeyondCalendar."""
        return self.after(end) - self.at(start)


def number(day: date) -> int:
    """Days since `FIRST`. Raises BeyondCalendar."""
    found = day.toordinal() - _BASE
    if not 0 <= found < _LENGTH:
        raise BeyondCalendar(f"{day} is outside the calendar")
    return found


def day_number(count: int) -> date:
    """The day `count` days after `FIRST`."""
    return FIRST + timedelta(days=count)


EVERY_DAY = Workdays(range(_LENGTH + 1), range(_LENGTH))
"""The calendar in which all days work: what is measured in plain dates."""
