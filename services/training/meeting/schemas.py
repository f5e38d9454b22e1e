"""The dates and trainers of a session, as they are given and shown."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from shared.web import ApiInput, ApiModel, example

_ROOM = "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11"
DATE = {"startsAt": "2026-08-17T07:00:00Z", "endsAt": "2026-08-17T10:00:00Z", "roomId": _ROOM}


def _text(value: object) -> object:
    """A number is no instant, though it could be read as seconds since 1970."""
    if isinstance(value, str | datetime):
        return value
    raise ValueError("use RFC 3339 with an offset, such as 2026-08-17T09:00:00+02:00")


# Far from the ends of the calendar, where a change of zone leaves it.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, tzinfo=UTC)
Instant = Annotated[AwareDatetime, Field(ge=_EARLIEST, le=_LATEST), BeforeValidator(_text)]


class SessionDateInput(ApiInput):
    """One meeting of a session."""

    starts_at: Instant
    ends_at: Instant
    room_id: UUID | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if not timedelta(0) < self.ends_at - self.starts_at <= timedelta(days=31):
            raise ValueError("endsAt must be later than startsAt, and at most 31 days")
        return self


class SessionTrainerInput(ApiInput):
    """Who holds a session, or steps in."""

    person_id: UUID
    duty: Literal["trainer", "backup"] = "trainer"


def _in_order(dates: list[SessionDateInput]) -> list[SessionDateInput]:
    ordered = sorted(dates, key=lambda each: each.starts_at)
    if any(later.starts_at < former.ends_at for former, later in pairwise(ordered)):
        raise ValueError("two dates of a session must not overlap")
    if ordered[-1].ends_at - ordered[0].starts_at > timedelta(days=800):
        raise ValueError("the last date must be within 800 days of the first")
    return ordered


def _once_each(trainers: list[SessionTrainerInput]) -> list[SessionTrainerInput]:
    if len({each.person_id for each in trainers}) < len(trainers):
        raise ValueError("name each person once")
    return trainers


Dates = Annotated[list[SessionDateInput], Field(min_length=1, max_length=100), AfterValidator(_in_order)]
Trainers = Annotated[list[SessionTrainerInput], Field(max_length=20), AfterValidator(_once_each)]


class SessionDatePublic(ApiModel):
    """One meeting of a session."""

    model_config = example(DATE)

    starts_at: datetime
    ends_at: datetime
    room_id: UUID | None


class SessionTrainerPublic(ApiModel):
    """Who holds a session, or steps in."""

    person_id: UUID
    duty: Literal["trainer", "backup"]
