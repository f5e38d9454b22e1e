"""Local days and hours as instants. An hour that a change of the clocks skips or repeats is none."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)


def instant(day: date, at: time, zone: str) -> datetime | None:
    """The one instant (UTC) at which clocks in `zone` show `at` on `day`; None where they never or twice do."""
    local = datetime.combine(day, at, ZoneInfo(zone))
    found = local.astimezone(UTC)
    exists = found.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)
    is_repeated = local.replace(fold=1).utcoffset() != local.utcoffset()
    return found if exists and not is_repeated else None


def days(first: date, last: date, weekdays: list[int]) -> list[date]:
    """The days from `first` to `last` that are one of `weekdays` (1: Monday)."""
    number = (last - first).days + 1
    return [day for day in (first + timedelta(days=n) for n in range(number)) if day.isoweekday() in weekdays]
