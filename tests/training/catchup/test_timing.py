"""When a session is held again."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.training.catchup.timing import Span, again

ZONE = "Europe/Stockholm"


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-{text}").replace(tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("held", "earliest", "closed", "expected"),
    [
        (["03-01T09:00"], "03-08T08:00", [], ["03-08T09:00"]),
        (["03-01T09:00"], "03-08T10:00", [], ["03-09T09:00"]),
        (["03-01T09:00"], "03-12T10:00", [], ["03-15T09:00"]),  # a Friday: not on a weekend
        (["03-01T09:00"], "03-08T08:00", ["03-08", "03-09"], ["03-10T09:00"]),
        (["03-01T09:00"], "04-01T08:00", [], ["04-01T09:00"]),  # summer time
        (["03-01T09:00", "03-08T13:00"], "03-10T08:00", [], ["03-15T09:00", "03-22T13:00"]),
        (["03-01T09:00", "03-08T13:00"], "03-10T08:00", ["03-22"], ["03-15T09:00", "03-29T13:00"]),
        (["05-03T09:00", "05-10T13:00"], "03-10T08:00", [], ["03-15T09:00", "03-22T13:00"]),  # held later than that
    ],
)
def test_the_hours_stay_and_closed_days_are_passed_by(
    held: list[str], earliest: str, closed: list[str], expected: list[str]
) -> None:
    days = {date.fromisoformat(f"2027-{day}") for day in closed}

    def is_open(span: Span) -> bool:
        return span[0].date() not in days

    dates = [(local(each), local(each) + timedelta(hours=2)) for each in held]
    found = again(dates, ZONE, local(earliest), is_open)
    assert [f"{starts:%m-%dT%H:%M}" for starts, _ in found] == expected
    assert all(ends - starts == timedelta(hours=2) for starts, ends in found)


def test_where_no_day_is_open_there_is_none() -> None:
    dates = [(local("03-01T09:00"), local("03-01T11:00"))]
    assert again(dates, ZONE, local("03-08T08:00"), lambda _: False) == []
