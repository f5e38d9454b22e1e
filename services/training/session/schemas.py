"""Request and response bodies of sessions."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, Strict, model_validator

from shared.web import AllowedAction, ApiInput, ApiModel, ApiPatch, example


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("use an IANA time zone such as Europe/Stockholm") from None
    return name


def _text(value: object) -> object:
    """A number is no instant, though it could be read as seconds since 1970."""
    if isinstance(value, str | datetime):
        return value
    raise ValueError("use RFC 3339 with an offset, such as 2026-08-17T09:00:00+02:00")


# Far from the ends of the calendar, where a change of zone leaves it.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, tzinfo=UTC)
Instant = Annotated[AwareDatetime, Field(ge=_EARLIEST, le=_LATEST), BeforeValidator(_text)]
Zone = Annotated[str, AfterValidator(_known_zone), Field(max_length=60)]
Capacity = Annotated[int, Strict(), Field(ge=1, le=100_000, description="Seats")]
Place = Annotated[str, Field(min_length=1, max_length=200)]

_EXAMPLE = {
    "courseId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "startsAt": "2026-08-17T07:00:00Z",
    "endsAt": "2026-08-17T10:00:00Z",
    "zone": "Europe/Stockholm",
    "place": "Room 2, Central School",
    "capacity": 25,
}


class _Times(ApiInput):
    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        starts, ends = getattr(self, "starts_at", None), getattr(self, "ends_at", None)
        if starts and ends and not timedelta(0) < ends - starts <= timedelta(days=366):
            raise ValueError("endsAt must be later than startsAt, and at most a year")
        return self


class SessionCreate(_Times):
    """A session of a course."""

    model_config = example(_EXAMPLE)

    course_id: UUID
    starts_at: Instant
    ends_at: Instant
    zone: Zone = "Europe/Stockholm"
    place: Place
    capacity: Capacity


class SessionUpdate(_Times, ApiPatch):
    """Only the fields that are given change. A larger capacity seats those who wait, in order."""

    model_config = example({"capacity": 30})

    starts_at: Instant | None = None
    ends_at: Instant | None = None
    zone: Zone | None = None
    place: Place | None = None
    capacity: Capacity | None = None


class SessionPublic(ApiModel):
    """A session with its seats: `taken` of `capacity`, and how many wait."""

    model_config = example(
        _EXAMPLE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "taken": 20,
            "waiting": 0,
            "state": "planned",
            "version": 21,
            "allowedActions": [],
        }
    )

    id: UUID
    course_id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: str
    place: str
    capacity: int
    taken: int
    waiting: int
    state: Literal["planned", "held", "cancelled"]
    version: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
