"""When reminders leave: by the clocks of the place, never at night, never twice, never after the seat is gone."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.training.invitation.timing import STEPS, Quiet, due, upcoming
from shared.kit import clock
from tests.support.postbox import text_of
from tests.training.invitation.conftest import Office

NIGHT = Quiet(time(20), time(7))
HOURS = timedelta(hours=2)
ZONES = ["Europe/Stockholm", "Europe/Copenhagen", "Europe/Oslo", "Europe/Helsinki", "Atlantic/Reykjavik"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("starts", "zone", "expected"),
    [
        # Nine on the Wednesday after the clocks changed: a week before is nine of winter time, and a day before not.
        ("2027-03-31T09:00+02:00", "Europe/Stockholm", ["03-24T08:00", "03-30T07:00", "03-31T06:00"]),
        ("2027-11-03T09:00+01:00", "Europe/Stockholm", ["10-27T07:00", "11-02T08:00", "11-03T07:00"]),
        ("2027-03-31T09:00+03:00", "Europe/Helsinki", ["03-24T07:00", "03-30T06:00", "03-31T05:00"]),
        ("2027-03-31T09:00+00:00", "Atlantic/Reykjavik", ["03-24T09:00", "03-30T09:00", "03-31T08:00"]),
        # Half past seven in the morning: the last reminder would come at half past six, and leaves the evening before.
        ("2027-03-24T07:30+01:00", "Europe/Stockholm", ["03-17T06:30", "03-23T06:30", "03-23T18:30"]),
        # Six in the morning, and nine in the evening.
        ("2027-03-24T06:00+01:00", "Europe/Stockholm", ["03-16T18:30", "03-22T18:30", "03-23T18:30"]),
        ("2027-03-24T21:30+01:00", "Europe/Stockholm", ["03-17T18:30", "03-23T18:30", "03-24T18:30"]),
        # The night when clocks change: a day before there is no such hour; and the first morning after it.
        ("2027-03-29T02:30+02:00", "Europe/Stockholm", ["03-21T18:30", "03-27T18:30", "03-28T17:30"]),
        ("2027-03-28T07:30+02:00", "Europe/Stockholm", ["03-21T06:30", "03-27T06:30", "03-27T18:30"]),
    ],
)
def test_a_week_and_a_day_are_of_the_calendar_and_the_night_is_left_alone(
    starts: str, zone: str, expected: list[str]
) -> None:
    told = [due(step, at(starts), zone, NIGHT) for step in STEPS]
    assert [f"{one:%m-%dT%H:%M}" for one in told] == expected


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)),  # noqa: DTZ001 - made aware below
    st.sampled_from(ZONES),
    st.times(),
    st.times(),
)
def test_every_reminder_leaves_before_its_time_and_outside_the_quiet_hours(
    starts: datetime, zone: str, begins: time, ends: time
) -> None:
    begins, ends = time(begins.hour, begins.minute), time(ends.hour, ends.minute)
    starts_at = starts.replace(tzinfo=UTC)
    quiet = Quiet(begins, ends) if begins != ends else Quiet()
    for step in STEPS:
        told, plain = due(step, starts_at, zone, quiet), due(step, starts_at, zone, Quiet())
        assert plain - timedelta(days=1, hours=2) <= told <= plain
        assert not quiet.holds(told, zone) or told.astimezone(UTC).date() in DST_DAYS
    found = upcoming(starts_at, zone, quiet, starts_at - timedelta(days=30), is_first=True)
    assert found is not None
    assert found[0] == "week"


# Where the quiet hours end in an hour that clocks skip, the day may have no good moment left.
DST_DAYS = {datetime(year, month, day).date() for year in range(2026, 2030)  # noqa: DTZ001
            for month in (3, 10) for day in range(24, 32)}  # fmt: skip


async def reminded(office: Office, *moments: str) -> list[int]:
    """How many mails leave at each moment."""
    counts = []
    for moment in moments:
        with clock.frozen(at(moment)):
            counts.append(len(await office.work()))
    return counts


async def test_reminders_come_three_times_once_each_and_not_after_a_cancellation(office: Office) -> None:
    with clock.frozen(at("2027-03-01T08:00Z")):
        first = await office.plan((at("2027-03-31T09:00+02:00"), at("2027-03-31T11:00+02:00")))
        seat, other = await office.seat(first, 0), await office.seat(first, 1)
        assert len(await office.work()) == 2
    assert await reminded(office, "2027-03-24T08:59+01:00", "2027-03-24T09:00+01:00", "2027-03-24T09:01+01:00") == [
        0, 2, 0,
    ]  # fmt: skip
    with clock.frozen(at("2027-03-29T08:00Z")):
        await office.act(other, "cancellations")
        assert len(await office.work()) == 1
    assert await reminded(office, "2027-03-30T08:59+02:00", "2027-03-30T09:00+02:00") == [0, 1]
    with clock.frozen(at("2027-03-31T08:00+02:00")):
        [mail] = await office.work()
        assert "09:00-11:00 (Stockholm)" in text_of(mail)
        assert mail["Subject"] == "Påminnelse: Grundkurs 2027-03-31"
    assert await reminded(office, "2027-03-31T08:30+02:00", "2027-03-31T12:00+02:00") == [0, 0]
    with clock.frozen(at("2027-03-31T12:00+02:00")):
        found = (await office.call("GET", f"/enrolments/{seat['id']}/mails")).json()["items"]
    assert [row["kind"] for row in found] == ["invitation", "reminder", "reminder", "reminder"]


async def test_a_cancellation_that_nobody_was_told_of_yet_stops_a_reminder_on_its_way(office: Office) -> None:
    with clock.frozen(at("2027-03-01T08:00Z")):
        session = await office.plan((at("2027-03-31T09:00+02:00"), at("2027-03-31T11:00+02:00")))
        seat = await office.seat(session)
        await office.work()
    office.box.says = "451 later"
    assert await reminded(office, "2027-03-30T09:00+02:00") == [0]
    office.box.says = "250 OK"
    with clock.frozen(at("2027-03-30T09:06+02:00")):
        await office.act(seat, "cancellations")
        [mail] = await office.work()
        assert str(mail["Subject"]).startswith("Avbokat")


async def test_a_moved_session_is_reminded_of_at_its_new_time_and_a_late_seat_of_what_is_left(office: Office) -> None:
    with clock.frozen(at("2027-03-01T08:00Z")):
        session = await office.plan((at("2027-03-10T09:00Z"), at("2027-03-10T11:00Z")))
        await office.seat(session)
        await office.work()
    assert await reminded(office, "2027-03-03T09:00Z") == [1]
    with clock.frozen(at("2027-03-08T08:00Z")):
        moved = {"startsAt": "2027-03-17T09:00:00Z", "endsAt": "2027-03-17T11:00:00Z"}
        await office.change(session, dates=[moved])
        assert len(await office.work()) == 1
    assert await reminded(office, "2027-03-09T09:00Z", "2027-03-10T08:00Z", "2027-03-10T09:00Z") == [0, 0, 1]
    with clock.frozen(at("2027-03-15T09:00Z")):
        await office.seat(session, 1)
        assert len(await office.work()) == 1
    assert await reminded(office, "2027-03-16T09:00Z") == [2]


async def test_a_worker_that_slept_reminds_once_waits_for_the_morning_and_a_rule_moves_what_is_to_come(
    office: Office,
) -> None:
    with clock.frozen(at("2027-03-01T08:00Z")):
        session = await office.plan((at("2027-03-10T09:00Z"), at("2027-03-10T11:00Z")))
        await office.seat(session)
        await office.work()
    assert await reminded(office, "2027-03-09T22:00Z", "2027-03-10T05:59Z", "2027-03-10T06:00Z") == [0, 0, 1]
    assert await reminded(office, "2027-03-10T08:00Z", "2027-03-10T08:30Z") == [1, 0]
    with clock.frozen(at("2027-03-10T08:40Z")):
        later = await office.plan((at("2027-03-12T12:00Z"), at("2027-03-12T13:00Z")))
        await office.seat(later)
        await office.work()
        rule = {"language": "da", "quietFrom": "10:00", "quietTo": "14:00", "hasReminders": True}
        assert (await office.call("PUT", "/mail-rule", rule, version=0)).status_code == 200
    assert await reminded(office, "2027-03-11T08:29Z", "2027-03-11T08:30Z") == [0, 1]
    with clock.frozen(at("2027-03-11T09:00Z")):
        assert (await office.call("PUT", "/mail-rule", rule | {"hasReminders": False}, version=1)).status_code == 200
    assert await reminded(office, "2027-03-12T11:00Z") == [0]
