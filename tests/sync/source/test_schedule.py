"""When a source is due, over days, hours and changes of the clock."""

from datetime import UTC, datetime

import pytest

from services.sync.source.schedule import FetchSchedule


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        ({"at": "03:15"}, "2026-08-17T00:00", "2026-08-17T01:15"),
        ({"at": "03:15"}, "2026-08-17T01:15", "2026-08-18T01:15"),
        ({"at": "03:15"}, "2026-12-17T12:00", "2026-12-18T02:15"),
        ({"at": "03:15", "everyHours": 6}, "2026-08-17T02:00", "2026-08-17T07:15"),
        ({"at": "03:15", "everyHours": 6}, "2026-08-17T21:00", "2026-08-18T01:15"),
        ({"at": "00:30", "everyHours": 1}, "2026-08-17T11:45", "2026-08-17T12:30"),
        # the hour that spring leaves out, and the one that autumn repeats
        ({"at": "02:30"}, "2026-03-28T12:00", "2026-03-29T01:30"),
        ({"at": "02:30"}, "2026-10-24T12:00", "2026-10-25T00:30"),
        ({"at": "03:15", "zone": "UTC"}, "2026-08-17T03:14", "2026-08-17T03:15"),
    ],
)
def test_the_next_time_is_local(schedule: dict[str, object], after: str, due: str) -> None:
    assert FetchSchedule.model_validate(schedule).next_after(at(after)) == at(due)
