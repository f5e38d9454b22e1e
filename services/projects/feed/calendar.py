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

from services.projects.plan.window import Window
from shared.kit import ics
from shared.kit.text import Lang, Text

_PRODUCT = "-//Startklar//Projects//SV"
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
    listed = list(entries)
    return ics.calendar(
        ics.published(_PRODUCT, name),
        (entry.zone for entry in listed if entry.zone),
        [_event(entry, lang) for entry in listed],
    )


def _event(entry: Entry, lang: Lang) -> list[ics.Line]:
    title = f"{_GATE.pick(lang)}: {entry.title}" if entry.kind == "gate" else entry.title
    status = "CANCELLED" if entry.is_cancelled else "TENTATIVE" if entry.is_tentative else "CONFIRMED"
    lines = [
        f"UID:{entry.kind}-{entry.id}@startklar",
        f"DTSTAMP:{ics.instant(entry.changed_at)}",
        f"LAST-MODIFIED:{ics.instant(entry.changed_at)}",
        f"SEQUENCE:{entry.version - 1}",
        f"SUMMARY:{ics.text(title)}",
        *_times(entry),
        f"STATUS:{status}",
        "CLASS:PRIVATE",
    ]
    return ics.component("VEVENT", lines)


def _times(entry: Entry) -> list[ics.Line]:
    """Whole days that keep nobody from other things, or local time: 09:00 stays 09:00 when the clocks change."""
    if entry.window is not None:
        after = entry.window.end + timedelta(days=1)  # the end of a whole day is the next one
        start = ics.day(entry.window.start)
        return [f"DTSTART;VALUE=DATE:{start}", f"DTEND;VALUE=DATE:{ics.day(after)}", "TRANSP:TRANSPARENT"]
    if entry.begins is None:
        return []
    start_at = entry.begins.replace(tzinfo=ZoneInfo(entry.zone)).astimezone(UTC)
    # An hour is an hour, also in the night when the clocks change.
    end_at = start_at + timedelta(minutes=entry.minutes)
    return [ics.timed("DTSTART", start_at, entry.zone), ics.timed("DTEND", end_at, entry.zone)]
