"""What a feed shows, as iCalendar (RFC 5545, RFC 7986). Pure.

Windows are all-day events, meetings keep their local time and zone. Titles only: no person, no note, no place, since
whoever holds the address can read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from services.projects.feed.zones import timezone_of
from services.projects.plan.window import Window
from shared.kit.text import Lang, Text

_PRODUCT = "-//Startklar//Projects//SV"
_REFRESH = timedelta(hours=1)
_GATE = Text(sv="Grind", en="Gate", da="Port")


@dataclass(frozen=True)
class Entry:
    """One event. `window` for what happens some time in it, else `begins` (local), `zone` and `minutes`.

    `version` counts the changes of its row, so that calendar programs take the newest.
    """

    kind: Literal["activity", "gate", "meeting"]
    id: UUID
    title: str
    version: int
    changed_at: datetime
    is_cancelled: bool = False
    is_tentative: bool = False
    window: Window | None = None
    begins: datetime | None = None
    zone: str = ""
    minutes: int = 0


def write(name: str, entries: Iterable[Entry], lang: Lang) -> bytes:
    """The calendar as it is fetched: the same rows give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    listed = list(entries)
    for zone in sorted({entry.zone for entry in listed if entry.zone}):
        timezone = timezone_of(zone)
        if timezone is not None:
            calendar.add_component(timezone)
    for entry in listed:
        calendar.add_component(_event(entry, lang))
    body: bytes = calendar.to_ical()
    return body


def _event(entry: Entry, lang: Lang) -> Event:
    event = Event()
    event.add("uid", f"{entry.kind}-{entry.id}@startklar")
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("sequence", entry.version - 1)
    event.add("summary", f"{_GATE.pick(lang)}: {entry.title}" if entry.kind == "gate" else entry.title)
    if entry.window is not None:
        event.add("dtstart", entry.window.start)
        event.add("dtend", entry.window.end + timedelta(days=1))  # the end of a whole day is the next one
        event.add("transp", "TRANSPARENT")  # a window keeps nobody from other things
    elif entry.begins is not None:
        _time(event, entry.begins, entry)
    event.add("status", "CANCELLED" if entry.is_cancelled else "TENTATIVE" if entry.is_tentative else "CONFIRMED")
    event.add("class", "PRIVATE")
    return event


def _time(event: Event, begins: datetime, entry: Entry) -> None:
    """Local time with its zone, so that 09:00 stays 09:00 when the clocks change; UTC for a zone without a rule."""
    if timezone_of(entry.zone) is None:
        start = begins.replace(tzinfo=ZoneInfo(entry.zone)).astimezone(UTC)
        event.add("dtstart", start)
        event.add("dtend", start + timedelta(minutes=entry.minutes))
        return
    # An hour is an hour, also in the night when the clocks change.
    zone = ZoneInfo(entry.zone)
    start = begins.replace(tzinfo=zone)
    end = (start.astimezone(UTC) + timedelta(minutes=entry.minutes)).astimezone(zone)
    event.add("dtstart", start.replace(tzinfo=None), parameters={"TZID": entry.zone})
    event.add("dtend", end.replace(tzinfo=None), parameters={"TZID": entry.zone})
