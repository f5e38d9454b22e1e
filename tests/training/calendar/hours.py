"""One course hour in five zones on both sides of both changes of the clocks: as invitations, and as three feeds."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import httpx

from shared.kit import clock
from tests.training.invitation.conftest import Office

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
# Hours at which nobody is in two places: they are different moments everywhere.
ZONES = {
    "Europe/Stockholm": 9, "Europe/Copenhagen": 11, "Europe/Oslo": 13, "Europe/Helsinki": 16, "Atlantic/Reykjavik": 17,
}  # fmt: skip
# Wednesdays before and after the last Sundays of March and October 2027.
DAYS = [(2027, 3, 24), (2027, 3, 31), (2027, 10, 27), (2027, 11, 3)]


def moments(zone: str) -> list[datetime]:
    """The beginnings in one zone, by the zone's own data."""
    return [datetime(*day, ZONES[zone], tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in DAYS]


async def gather(office: Office) -> dict[str, bytes]:
    """Every invitation as it arrived, and each kind of feed as it is fetched."""
    found = {}
    with clock.frozen(NOW):
        for zone in ZONES:
            dates = [(at, at + timedelta(hours=1)) for at in moments(zone)]
            trainers = [{"personId": str(office.people[1])}]
            await office.seat(await office.plan(*dates, zone=zone, trainers=trainers))
        for number, mail in enumerate(await office.work()):
            found[f"invitation {number}"] = _part(mail)
        for kind, person, roles in (
            ("personal", 0, "participant@*"), ("trainer", 1, "trainer@*"), ("unit", 0, f"unit_head@{office.unit}"),
        ):  # fmt: skip
            body = {"kind": kind} | ({"unitId": str(office.unit)} if kind == "unit" else {})
            made = await office.made("/calendar-feeds", body, roles=(roles,), person=str(office.people[person]))
            answer: httpx.Response = await office.training.client.get(made["url"].removeprefix("http://gateway.test"))
            found[kind] = answer.content
    return found


def _part(mail: EmailMessage) -> bytes:
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return str(part.get_content()).encode()
