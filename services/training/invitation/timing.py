"""When people are reminded: a week, a day and an hour before, by the clocks of the place, and never at night. Pure.

A week and a day are of the calendar: nine o'clock stays nine o'clock when the clocks change between. An hour is an
hour. What would fall into the quiet hours leaves before they begin; it is moved, never left out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Step = Literal["week", "day", "hour"]
STEPS: tuple[Step, ...] = ("week", "day", "hour")
_LEAD = timedelta(minutes=30)
"""So long before the quiet hours a moved reminder leaves."""
_DAYS: dict[Step, int] = {"week": 7, "day": 1}


@dataclass(frozen=True)
class Quiet:
    """Local hours in which nobody is disturbed; they may pass midnight. Both None: there are none."""

    begins: time | None = None
    ends: time | None = None

    def holds(self, at: datetime, zone: str) -> bool:
        if self.begins is None or self.ends is None:
            return False
        local = at.astimezone(ZoneInfo(zone)).time()
        if self.begins < self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends

    def until(self, at: datetime, zone: str) -> datetime:
        """When the quiet hours that hold `at` end."""
        return self._near(at, zone, self.ends, later=True)

    def before(self, at: datetime, zone: str) -> datetime:
        """The last good moment before the quiet hours that hold `at`."""
        began = self._near(at, zone, self.begins, later=False)
        return max(began - _LEAD, self._near(began - timedelta(seconds=1), zone, self.ends, later=False))

    @staticmethod
    def _near(at: datetime, zone: str, hour: time | None, *, later: bool) -> datetime:
        """The next or last time that clocks show `hour`."""
        assert hour is not None  # noqa: S101 - asked only where `holds`
        place, days = ZoneInfo(zone), (0, 1) if later else (0, -1)
        local = at.astimezone(place).date()
        found = [datetime.combine(local + timedelta(days=day), hour, place).astimezone(UTC) for day in days]
        return next(moment for moment in found if (moment > at if later else moment <= at))


def due(step: Step, starts_at: datetime, zone: str, quiet: Quiet) -> datetime:
    """When the reminder leaves."""
    if step == "hour":
        at = starts_at - timedelta(hours=1)
    else:
        local = starts_at.astimezone(ZoneInfo(zone))
        on = local.date() - timedelta(days=_DAYS[step])
        at = datetime.combine(on, local.time(), ZoneInfo(zone)).astimezone(UTC)
    return quiet.before(at, zone) if quiet.holds(at, zone) else at


def upcoming(
    starts_at: datetime, zone: str, quiet: Quiet, after: datetime, *, is_first: bool
) -> tuple[Step, datetime] | None:
    """The next reminder after a moment; the week's is for the first date alone. None when there is none left."""
    steps = STEPS if is_first else STEPS[1:]
    later = [(at, step) for step in steps if (at := due(step, starts_at, zone, quiet)) > after]
    if not later:
        return None
    at, step = min(later)
    return step, at
