"""Time zones for calendar programs: VTIMEZONE with a yearly rule, never a list of dates. Pure.

The rule is the one under which the zone lives from now on, as its own file states it in the last line (RFC 8536
section 3.3, a POSIX TZ string). Lists of dates are read by some programs up to the first entry only, which moves every
meeting by an hour, and Outlook wants rules.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_NAME = r"(<[^>]+>|[A-Za-z]{3,})"
_OFFSET = r"([+-]?\d{1,3}(?::\d{2}){0,2})"
_RULE = r"M(\d{1,2})\.(\d)\.(\d)(?:/([+-]?\d{1,3}(?::\d{2}){0,2}))?"
_PLAIN = re.compile(rf"{_NAME}{_OFFSET}")
_CHANGING = re.compile(rf"{_NAME}{_OFFSET}{_NAME}({_OFFSET})?,{_RULE},{_RULE}")
_ZONE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2}")
_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
# Since then the zones of the European Union change by one rule.
_SINCE = 1996
_LAST_WEEK = 5


@dataclass(frozen=True)
class _Change:
    """When clocks change each year: the n-th (5: last) weekday of a month, at a clock time."""

    month: int
    week: int
    day: int
    at: timedelta

    def rule(self) -> vRecur:
        which = "-1" if self.week == _LAST_WEEK else str(self.week)
        return vRecur({"FREQ": "YEARLY", "BYMONTH": self.month, "BYDAY": f"{which}{_DAYS[self.day]}"})

    def first(self) -> datetime:
        """The clock time of the change in the first year of the rule."""
        days = [datetime.combine(date(_SINCE, self.month, 1), time()) + timedelta(days=number) for number in range(31)]
        wanted = [day for day in days if day.month == self.month and (day.weekday() + 1) % 7 == self.day]
        return wanted[-1 if self.week == _LAST_WEEK else self.week - 1] + self.at


@cache
def timezone_of(name: str) -> Timezone | None:
    """The VTIMEZONE of an IANA zone; None where it has no rule of the usual kind, so that times go out in UTC."""
    told = _last_line(name)
    if told is None:
        return None
    zone = Timezone()
    zone.add("tzid", name)
    if match := _CHANGING.fullmatch(told):
        standard, daylight = -_span(match[2]), -_span(match[5]) if match[5] else -_span(match[2]) + timedelta(hours=1)
        on = _Change(int(match[6]), int(match[7]), int(match[8]), _span(match[9] or "2"))
        off = _Change(int(match[10]), int(match[11]), int(match[12]), _span(match[13] or "2"))
        zone.add_component(_part(TimezoneDaylight(), match[3], standard, daylight, on))
        zone.add_component(_part(TimezoneStandard(), match[1], daylight, standard, off))
        return zone
    if match := _PLAIN.fullmatch(told):
        offset = -_span(match[2])
        zone.add_component(_part(TimezoneStandard(), match[1], offset, offset, None))
        return zone
    return None


def _part(
    part: TimezoneDaylight | TimezoneStandard, name: str, before: timedelta, after: timedelta, change: _Change | None
) -> TimezoneDaylight | TimezoneStandard:
    part.add("dtstart", change.first() if change else datetime.combine(date(_SINCE, 1, 1), time()))
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", after)
    part.add("tzname", name.strip("<>"))
    if change is not None:
        part.add("rrule", change.rule())
    return part


def _last_line(name: str) -> str | None:
    """How the zone's file says that it goes on."""
    if not _ZONE.fullmatch(name):
        return None
    place = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    try:
        return place.read_bytes().rstrip(b"\n").rpartition(b"\n")[2].decode("ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _span(text: str) -> timedelta:
    """Hours, minutes and seconds; POSIX counts offsets westwards."""
    sign = -1 if text.startswith("-") else 1
    hours, minutes, seconds = (int(part) for part in (text.lstrip("+-") + ":0:0").split(":")[:3])
    return sign * timedelta(hours=hours, minutes=minutes, seconds=seconds)
