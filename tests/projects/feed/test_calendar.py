"""What calendar programs read: local time kept across changes of the clocks, by two independent readers."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from icalendar import Calendar

from services.projects.feed.calendar import Entry, write
from services.projects.plan.window import Precision, Window
from shared.kit.ics import timezone_of
from shared.kit.ids import new_id

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
WINTER, SUMMER = datetime(2027, 3, 24, 9), datetime(2027, 3, 31, 9)  # noqa: DTZ001 - local times of meetings


def meeting(begins: datetime, zone: str = "Europe/Stockholm", minutes: int = 90, **changed: object) -> Entry:
    values = {"kind": "meeting", "id": new_id(), "title": "Styrgrupp", "version": 1, "changed_at": AT} | changed
    return Entry(begins=begins, zone=zone, minutes=minutes, **values)  # type: ignore[arg-type]


def window(start: date, end: date, **changed: object) -> Entry:
    values = {"kind": "activity", "id": new_id(), "title": "Utbildning", "version": 3, "changed_at": AT} | changed
    return Entry(window=Window(start=start, end=end, precision=Precision.day), **values)  # type: ignore[arg-type]


def lines(body: bytes) -> list[str]:
    return body.decode().replace("\r\n ", "").split("\r\n")


def zone_block(body: bytes) -> str:
    text = body.decode().replace("\r\n ", "")
    return text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE")] + "END:VTIMEZONE\r\n"


@pytest.mark.parametrize(("begins", "in_utc"), [(WINTER, 8), (SUMMER, 7)])
def test_nine_in_stockholm_is_nine_on_both_sides_of_the_change_for_both_readers(begins: datetime, in_utc: int) -> None:
    body = write("Styrgrupp", [meeting(begins)], "sv")
    (event,) = Calendar.from_ical(body).walk("VEVENT")
    assert event["dtstart"].params["TZID"] == "Europe/Stockholm"
    assert event.decoded("dtstart").astimezone(UTC).hour == in_utc
    # dateutil knows nothing of the zone but our block.
    zone = tzical(StringIO(zone_block(body))).get("Europe/Stockholm")
    written = next(line for line in lines(body) if line.startswith("DTSTART;TZID=Europe/Stockholm:2027"))
    local = datetime.strptime(written.rpartition(":")[2], "%Y%m%dT%H%M%S").replace(tzinfo=zone)
    assert local.hour == 9
    assert local.astimezone(UTC).hour == in_utc


@pytest.mark.parametrize("name", ["Europe/Stockholm", "Europe/Copenhagen", "Europe/Oslo", "Europe/Helsinki"])
def test_the_rule_of_a_zone_gives_the_same_offsets_as_its_data_for_thirty_years(name: str) -> None:
    body = write("x", [meeting(WINTER, name)], "sv")
    ours, theirs = tzical(StringIO(zone_block(body))).get(name), ZoneInfo(name)
    day = datetime(2020, 1, 1, 12, tzinfo=UTC)
    for number in range(0, 30 * 366, 3):
        at = (day + timedelta(days=number)).replace(tzinfo=None)
        assert at.replace(tzinfo=ours).utcoffset() == at.replace(tzinfo=theirs).utcoffset(), at
    assert "RDATE" not in zone_block(body)
    assert "RRULE" in zone_block(body)


def test_a_zone_without_changes_has_one_offset_and_a_strange_one_goes_out_in_utc() -> None:
    assert timezone_of("Atlantic/Reykjavik") is not None
    assert timezone_of("../etc/passwd") is None
    assert timezone_of("Nowhere/Land") is None


def test_the_end_of_whole_days_is_the_day_after_and_marks_are_kept() -> None:
    tentative = window(date(2027, 8, 2), date(2027, 8, 6), is_tentative=True)
    cancelled = meeting(WINTER, is_cancelled=True, version=4)
    body = write("Plan", [tentative, cancelled], "sv")
    first, second = Calendar.from_ical(body).walk("VEVENT")
    assert (first.decoded("dtstart"), first.decoded("dtend")) == (date(2027, 8, 2), date(2027, 8, 7))
    assert (first["status"], first["sequence"]) == ("TENTATIVE", 2)
    assert (second["status"], second["sequence"]) == ("CANCELLED", 3)
    assert second.decoded("dtend") - second.decoded("dtstart") == timedelta(minutes=90)


def test_the_same_rows_give_the_same_bytes_in_lines_of_at_most_75_octets() -> None:
    rows = [window(date(2027, 8, 2), date(2027, 8, 6), title="Åäö " * 60)]
    body = write("Skolplattform", rows, "sv")
    assert body == write("Skolplattform", rows, "sv")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    (event,) = Calendar.from_ical(body).walk("VEVENT")
    assert event["summary"] == "Åäö " * 60
