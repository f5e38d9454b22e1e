"""iCalendar as we write it (RFC 5545): folded lines, escaped texts, local times that every reader gets right.

A zone goes out as VTIMEZONE with a yearly rule, never a list of dates: lists are read by some programs up to the first
entry only, which moves every meeting by an hour, and Outlook wants rules. The rule is the one under which the zone
lives from now on, as its own file states it in the last line (RFC 8536 section 3.3, a POSIX TZ string). A zone without
a rule of the usual kind goes out in UTC. Pure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

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
_WIDEST = 75
# Everything below the space but line feed and tab, and what some readers take for the end of a line.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")

Line = str
"""One unfolded content line, without its end."""


def text(value: str) -> str:
    """A TEXT value (section 3.3.11): nothing in it can end the line or begin another property."""
    plain = _CONTROL.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def parameter(value: str) -> str:
    """A quoted parameter value (section 3.2), which cannot hold a quotation mark."""
    return '"' + _CONTROL.sub(" ", value).replace("\n", " ").replace('"', "'") + '"'


def instant(at: datetime) -> str:
    """A moment in UTC."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def day(on: date) -> str:
    return f"{on:%Y%m%d}"


def timed(name: str, at: datetime, zone: str) -> Line:
    """DTSTART or DTEND of an aware moment, as the clocks in `zone` show it.

    In UTC for a zone without a rule, and in the hour that comes twice in autumn, where a local time means the first.
    """
    local = at.astimezone(ZoneInfo(zone))
    if timezone_of(zone) is None or local.fold:
        return f"{name}:{instant(at)}"
    return f"{name};TZID={zone}:{local:%Y%m%dT%H%M%S}"


def component(name: str, lines: Iterable[Line]) -> list[Line]:
    return [f"BEGIN:{name}", *lines, f"END:{name}"]


def calendar(head: Iterable[Line], zones: Iterable[str], events: Iterable[list[Line]]) -> bytes:
    """A whole object with the zones that its events name; `head` are its own properties after VERSION."""
    blocks = [block for zone in sorted(set(zones)) if (block := timezone_of(zone)) is not None]
    lines = ["VERSION:2.0", "CALSCALE:GREGORIAN", *head]
    for block in (*blocks, *events):
        lines.extend(block)
    return b"".join(fold(line) for line in component("VCALENDAR", lines))


def published(product: str, name: str) -> list[Line]:
    """The head of a feed that calendar programs follow (RFC 7986): fetched anew each hour."""
    called = text(name)
    refresh = ["REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
    return [f"PRODID:{product}", "METHOD:PUBLISH", f"NAME:{called}", f"X-WR-CALNAME:{called}", *refresh]


def fold(line: Line) -> bytes:
    """At most 75 octets to a line (section 3.1), and no character cut in two."""
    parts, current = [], b""
    for character in line:
        encoded = character.encode("utf-8", "replace")
        if len(current) + len(encoded) > _WIDEST:
            parts.append(current)
            current = b" "
        current += encoded
    return b"\r\n".join([*parts, current]) + b"\r\n"


@dataclass(frozen=True)
class _Change:
    """When clocks change each year: the n-th (5: last) weekday of a month, at a clock time."""

    month: int
    week: int
    day: int
    at: timedelta

    def rule(self) -> str:
        which = "-1" if self.week == _LAST_WEEK else str(self.week)
        return f"RRULE:FREQ=YEARLY;BYMONTH={self.month};BYDAY={which}{_DAYS[self.day]}"

    def first(self) -> datetime:
        """The clock time of the change in the first year of the rule."""
        days = [datetime.combine(date(_SINCE, self.month, 1), time()) + timedelta(days=number) for number in range(31)]
        wanted = [day for day in days if day.month == self.month and (day.weekday() + 1) % 7 == self.day]
        return wanted[-1 if self.week == _LAST_WEEK else self.week - 1] + self.at


@cache
def timezone_of(name: str) -> list[Line] | None:
    """The VTIMEZONE of an IANA zone; None where it has no rule of the usual kind, so that times go out in UTC."""
    told = _last_line(name)
    if told is None:
        return None
    if match := _CHANGING.fullmatch(told):
        standard, daylight = -_span(match[2]), -_span(match[5]) if match[5] else -_span(match[2]) + timedelta(hours=1)
        on = _Change(int(match[6]), int(match[7]), int(match[8]), _span(match[9] or "2"))
        off = _Change(int(match[10]), int(match[11]), int(match[12]), _span(match[13] or "2"))
        parts = [
            *_part("DAYLIGHT", match[3], standard, daylight, on),
            *_part("STANDARD", match[1], daylight, standard, off),
        ]
        return component("VTIMEZONE", [f"TZID:{name}", *parts])
    if match := _PLAIN.fullmatch(told):
        offset = -_span(match[2])
        return component("VTIMEZONE", [f"TZID:{name}", *_part("STANDARD", match[1], offset, offset, None)])
    return None


def _part(kind: str, name: str, before: timedelta, after: timedelta, change: _Change | None) -> list[Line]:
    begins = change.first() if change else datetime.combine(date(_SINCE, 1, 1), time())
    lines = [
        f"DTSTART:{begins:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(before)}",
        f"TZOFFSETTO:{_offset(after)}",
        f"TZNAME:{name.strip('<>')}",
    ]
    return component(kind, lines if change is None else [*lines, change.rule()])


def _offset(span: timedelta) -> str:
    minutes = abs(int(span.total_seconds())) // 60
    return f"{'-' if span < timedelta(0) else '+'}{minutes // 60:02}{minutes % 60:02}"


def _last_line(name: str) -> str | None:
    """How the zone's file says that it goes on."""
    if not _ZONE.fullmatch(name):
        return None
    place = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    try:
        return place.read_bytes().rstrip(b"\n").rpartition(b"\n")[2].decode("ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _span(value: str) -> timedelta:
    """Hours, minutes and seconds; POSIX counts offsets westwards."""
    sign = -1 if value.startswith("-") else 1
    hours, minutes, seconds = (int(part) for part in (value.lstrip("+-") + ":0:0").split(":")[:3])
    return sign * timedelta(hours=hours, minutes=minutes, seconds=seconds)
