"""Calendar programs show the right hour on both sides of a change of the clocks, in two readers of Python."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import recurring_ical_events
from dateutil.tz import tzical
from icalendar import Calendar

from tests.training.calendar.hours import DAYS, ZONES, gather, moments
from tests.training.invitation.conftest import Office

FIRST, LAST = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
WRITTEN = re.compile(r"^DTSTART;TZID=([^:]+):(\d{8}T\d{6})\r?$", re.MULTILINE)


def by_icalendar(body: bytes) -> list[datetime]:
    events = recurring_ical_events.of(Calendar.from_ical(body)).between(FIRST, LAST)
    assert all(event.decoded("dtend") - event.decoded("dtstart") == timedelta(hours=1) for event in events)
    return sorted(event.decoded("dtstart").astimezone(UTC) for event in events)


def by_our_zones_alone(body: bytes) -> list[datetime]:
    """dateutil, which is given nothing of a zone but our block."""
    text = body.decode().replace("\r\n ", "").replace("\r\n", "\n")
    blocks = "".join(re.findall(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE\n", text, re.DOTALL))
    zones = tzical(StringIO(blocks))
    found = []
    for name, written in WRITTEN.findall(text):
        local = datetime.strptime(written, "%Y%m%dT%H%M%S").replace(tzinfo=zones.get(name))
        assert local.hour == ZONES[name], "people read the hour that was planned"
        found.append(local.astimezone(UTC))
    return sorted(found)


async def test_every_reader_gets_every_hour_right_on_the_invitation_and_on_all_three_feeds(office: Office) -> None:
    calendars = await gather(office)
    every = sorted(at for zone in ZONES for at in moments(zone))
    invitations = [body for name, body in calendars.items() if name.startswith("invitation")]
    assert len(invitations) == len(ZONES) * len(DAYS)
    for read in (by_icalendar, by_our_zones_alone):
        assert sorted(at for body in invitations for at in read(body)) == every
        for kind in ("personal", "trainer", "unit"):
            assert read(calendars[kind]) == every, kind
            assert b"RDATE" not in calendars[kind]
            assert max(len(line) for line in calendars[kind].split(b"\r\n")) <= 75
