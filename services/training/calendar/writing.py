"""What a feed shows, as iCalendar (RFC 5545, RFC 7986). Pure.

Courses, times and places: nobody is named, since whoever holds the address can read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.kit import ics

_PRODUCT = "-//Startklar//Training//SV"


@dataclass(frozen=True)
class Entry:
    """One date of a session. `part` counts the dates; `version` the changes, so that programs take the newest."""

    session_id: UUID
    part: int
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    place: str
    version: int
    changed_at: datetime
    is_cancelled: bool = False
    has_alarm: bool = False


def write(name: str, entries: Iterable[Entry]) -> bytes:
    """The calendar as it is fetched: the same rows give the same bytes."""
    listed = list(entries)
    zones = (entry.zone for entry in listed)
    return ics.calendar(ics.published(_PRODUCT, name), zones, [_event(entry) for entry in listed])


def _event(entry: Entry) -> list[ics.Line]:
    changed, title = ics.instant(entry.changed_at), ics.text(entry.title)
    lines = [
        f"UID:session-{entry.session_id}-{entry.part}@startklar",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{entry.version - 1}",
        f"SUMMARY:{title}",
        ics.timed("DTSTART", entry.starts_at, entry.zone),
        ics.timed("DTEND", entry.ends_at, entry.zone),
        f"LOCATION:{ics.text(entry.place)}",
        f"STATUS:{'CANCELLED' if entry.is_cancelled else 'CONFIRMED'}",
        "CLASS:PRIVATE",
    ]
    if entry.has_alarm and not entry.is_cancelled:
        lines += ics.component("VALARM", ["ACTION:DISPLAY", f"DESCRIPTION:{title}", "TRIGGER:-PT1H"])
    return ics.component("VEVENT", lines)
