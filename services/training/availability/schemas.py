"""Request and response bodies of availabilities and absence caps."""

from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, Strict, model_validator

from services.training.availability.local import days, instant
from services.training.session.schemas import Zone
from shared.web import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Subject = Literal["everybody", "unit", "person", "room"]
Kind = Literal["free", "busy"]
_LONGEST = timedelta(days=800)


def _text(value: object) -> object:
    if isinstance(value, str | date | time):
        return value
    raise ValueError("give a text such as 2026-08-17 or 13:00")


def _whole_minutes(at: time) -> time:
    if at.tzinfo is not None or at.second or at.microsecond:
        raise ValueError("give hours and minutes of the local clock, such as 13:00")
    return at


def _once_each(weekdays: list[int]) -> list[int]:
    return sorted(set(weekdays))


Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31)), BeforeValidator(_text)]
Clock = Annotated[time, BeforeValidator(_text), AfterValidator(_whole_minutes)]
Weekdays = Annotated[
    list[Annotated[int, Strict(), Field(ge=1, le=7, description="1: Monday")]],
    Field(min_length=1, max_length=7),
    AfterValidator(_once_each),
]
Percent = Annotated[int, Strict(), Field(ge=0, le=100, description="Of the unit's staff; rounded down, at least one")]


def check_stretch(starts_on: date, ends_on: date) -> None:
    """ValueError for days out of order, or too many."""
    if not timedelta(0) <= ends_on - starts_on <= _LONGEST:
        raise ValueError("endsOn must not be before startsOn, nor more than 800 days after it")


def check_hours(on: list[date], hours: list[time], zone: str) -> None:
    """ValueError for an hour that a change of the clocks skips or repeats on one of the days."""
    for day, at in product(on, hours):
        if instant(day, at, zone) is None:
            raise ValueError(f"clocks in {zone} change on {day}: {at:%H:%M} comes never or twice, choose another hour")


_EXAMPLE = {
    "subject": "person",
    "subjectId": "01979f3a-5555-7b52-9d3a-5f0c2b9e8d11",
    "kind": "free",
    "startsOn": "2026-08-17",
    "endsOn": "2026-10-30",
    "weekdays": [1, 3],
    "fromTime": "13:00",
    "toTime": "17:00",
    "zone": "Europe/Stockholm",
}


class AvailabilityCreate(ApiInput):
    """Hours in which everybody, a unit, a person or a room is free or busy; without hours, whole days."""

    model_config = example(_EXAMPLE)

    subject: Subject
    subject_id: UUID | None = None
    kind: Kind
    starts_on: Day
    ends_on: Day
    weekdays: Weekdays = Field(default_factory=lambda: [1, 2, 3, 4, 5, 6, 7])
    from_time: Clock | None = None
    to_time: Clock | None = None
    zone: Zone = "Europe/Stockholm"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.subject == "everybody") is not (self.subject_id is None):
            raise ValueError("give subjectId, except for everybody")
        if (self.from_time is None) is not (self.to_time is None):
            raise ValueError("give both fromTime and toTime, or neither")
        check_stretch(self.starts_on, self.ends_on)
        if self.from_time is not None and self.to_time is not None:
            if self.from_time >= self.to_time:
                raise ValueError("toTime must be later than fromTime")
            on = days(self.starts_on, self.ends_on, self.weekdays)
            check_hours(on, [self.from_time, self.to_time], self.zone)
        return self


class AvailabilityPublic(ApiModel):
    """Hours in which somebody or something is free or busy; whoever has free hours is free in them alone."""

    model_config = example(
        _EXAMPLE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "version": 1,
            "createdAt": "2026-08-01T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    subject: Subject
    subject_id: UUID | None
    kind: Kind
    starts_on: date
    ends_on: date
    weekdays: list[int]
    from_time: time | None
    to_time: time | None
    zone: str
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


_CAP = {"unitId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11", "percent": 20}


class AbsenceCapCreate(ApiInput):
    """A cap; `unitId` null: for every unit that has none of its own."""

    model_config = example(_CAP)

    unit_id: UUID | None = None
    percent: Percent


class AbsenceCapUpdate(ApiPatch):
    """Another percentage."""

    model_config = example({"percent": 25})

    percent: Percent | None = None


class AbsenceCapPublic(ApiModel):
    """How many percent of a unit's staff may be away at once."""

    model_config = example(
        _CAP
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "version": 1,
            "createdAt": "2026-08-01T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    unit_id: UUID | None
    percent: int
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
