"""Two readers by others, of JavaScript, show the right hour on both sides of a change of the clocks."""

import json
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.training.calendar.hours import ZONES, gather, moments
from tests.training.conftest import training
from tests.training.invitation.conftest import Office, office

__all__ = ["office", "training"]

FOLDER = Path(__file__).parent
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def installed() -> Path:
    """The folder with its packages, exactly those of the lock file."""
    assert shutil.which("npm"), "Node 20 or newer is needed: install it, then run `make e2e` again"
    arguments = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(arguments, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return FOLDER


def read(folder: Path, calendars: dict[str, bytes]) -> dict[str, dict[str, list[list[str]]]]:
    given = json.dumps({name: body.decode() for name, body in calendars.items()})
    done = subprocess.run(["node", "read.mjs"], cwd=folder, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, dict[str, list[list[str]]]] = json.loads(done.stdout)
    return told


def stamped(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


async def test_every_reader_gets_every_hour_right_on_the_invitation_and_on_all_three_feeds(
    installed: Path, office: Office
) -> None:
    told = read(installed, await gather(office))
    hours = sorted([stamped(at), stamped(at + timedelta(hours=1))] for zone in ZONES for at in moments(zone))
    for reader in ("ical.js", "node-ical"):
        invited = [one for name, by in told.items() if name.startswith("invitation") for one in by[reader]]
        assert sorted(invited) == hours, reader
        for kind in ("personal", "trainer", "unit"):
            assert told[kind][reader] == hours, (kind, reader)


def test_the_readers_do_read_the_zones_that_a_calendar_holds(installed: Path) -> None:
    """The other direction: with a zone that never changes, ical.js is an hour off in summer."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VTIMEZONE", "TZID:Europe/Stockholm", "BEGIN:STANDARD",
        "DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE",
        "BEGIN:VEVENT", "UID:x", "DTSTAMP:20270101T000000Z", "DTSTART;TZID=Europe/Stockholm:20270331T090000",
        "DTEND;TZID=Europe/Stockholm:20270331T100000", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    told = read(installed, {"wrong": "\r\n".join(lines).encode()})
    assert told["wrong"]["ical.js"][0][0] == "2027-03-31T08:00:00.000Z"
    assert told["wrong"]["node-ical"][0][0] == "2027-03-31T07:00:00.000Z"
