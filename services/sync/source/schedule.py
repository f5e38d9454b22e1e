"""When a source is fetched: at a time of day where it stands, and every so many hours from there."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from shared.web.models import ApiInput, example

_ZONES = available_timezones()


class FetchSchedule(ApiInput):
    """At `at` local time, and again every `everyHours` until the day is over. Clock changes are the zone's own."""

    model_config = example({"at": "03:15", "everyHours": 24, "zone": "Europe/Stockholm"})

    at: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="HH:MM")
    every_hours: Literal[1, 2, 3, 4, 6, 8, 12, 24] = 24
    zone: str = Field("Europe/Stockholm", max_length=60, description="IANA name")

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        if zone not in _ZONES:
            raise ValueError("not the name of a time zone, as Europe/Stockholm is")
        return zone

    def next_after(self, instant: datetime) -> datetime:
        """The first time after `instant`, in UTC. A local time that a clock change skips comes an hour later."""
        zone = ZoneInfo(self.zone)
        first = instant.astimezone(zone).date() - timedelta(days=1)
        hour, minute = map(int, self.at.split(":"))
        return min(
            due
            for day in range(4)
            for step in range(24 // self.every_hours)
            if (due := self._utc(first + timedelta(days=day), time(hour, minute), step, zone)) > instant
        )

    def _utc(self, day: date, at: time, step: int, zone: ZoneInfo) -> datetime:
        local = datetime.combine(day, at) + timedelta(hours=step * self.every_hours)
        return local.replace(tzinfo=zone).astimezone(UTC)
