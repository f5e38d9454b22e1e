"""Request and response bodies of sessions."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, Strict, model_validator

from services.training.meeting.schemas import (
    DATE,
    Dates,
    Instant,
    SessionDateInput,
    SessionDatePublic,
    SessionTrainerPublic,
    Trainers,
)
from shared.web import AllowedAction, ApiInput, ApiModel, ApiPatch, example


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("use an IANA time zone such as Europe/Stockholm") from None
    return name


Zone = Annotated[str, AfterValidator(_known_zone), Field(max_length=60)]
Capacity = Annotated[int, Strict(), Field(ge=1, le=100_000, description="Seats")]
Place = Annotated[str, Field(min_length=1, max_length=200)]

Hours = Annotated[int, Strict(), Field(ge=1, le=720, description="Hours for which an offered seat is held")]
MinSize = Annotated[int, Strict(), Field(ge=1, le=100_000, description="People without whom it does not take place")]
Promotion = Literal["automatic", "offered"]
BelowMinimum = Literal["tell", "cancel"]

_PLAN: dict[str, object] = {
    "promotion": "offered",
    "offerHours": 24,
    "freezesAt": "2026-08-16T07:00:00Z",
    "minSize": 15,
    "decidesAt": "2026-08-10T07:00:00Z",
    "belowMinimum": "tell",
}
_EXAMPLE = {
    "courseId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "startsAt": "2026-08-17T07:00:00Z",
    "endsAt": "2026-08-17T10:00:00Z",
    "zone": "Europe/Stockholm",
    "place": "Room 2, Central School",
    "capacity": 25,
    "trainers": [{"personId": "01979f3a-5555-7b52-9d3a-5f0c2b9e8d11", "duty": "trainer"}],
} | _PLAN


class _Times(ApiInput):
    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        starts, ends = getattr(self, "starts_at", None), getattr(self, "ends_at", None)
        if starts and ends and not timedelta(0) < ends - starts <= timedelta(days=366):
            raise ValueError("endsAt must be later than startsAt, and at most a year")
        if (starts or ends) and getattr(self, "dates", None):
            raise ValueError("give either startsAt and endsAt, or dates")
        return self


class SessionCreate(_Times):
    """A session of a course: with startsAt and endsAt, or with several dates."""

    model_config = example(_EXAMPLE)

    course_id: UUID
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    dates: Dates | None = None
    zone: Zone = "Europe/Stockholm"
    place: Place
    capacity: Capacity
    trainers: Trainers = Field(default_factory=list)
    promotion: Promotion = "automatic"
    offer_hours: Hours = 24
    freezes_at: Instant | None = None
    min_size: MinSize | None = None
    decides_at: Instant | None = None
    below_minimum: BelowMinimum = "tell"
    choice_id: UUID | None = None

    @model_validator(mode="after")
    def _has_a_time(self) -> Self:
        if not self.dates and (self.starts_at is None or self.ends_at is None):
            raise ValueError("give startsAt and endsAt, or dates")
        return self

    def meetings(self) -> list[SessionDateInput]:
        """The dates, also of a session that was given as one."""
        if self.dates:
            return self.dates
        assert self.starts_at is not None  # noqa: S101 - the validator has looked
        assert self.ends_at is not None  # noqa: S101 - the same
        return [SessionDateInput.model_construct(starts_at=self.starts_at, ends_at=self.ends_at, room_id=None)]


class SessionUpdate(_Times, ApiPatch):
    """Only the fields that are given change. A larger capacity seats those who wait, in order."""

    model_config = example({"capacity": 30})

    starts_at: Instant | None = None
    ends_at: Instant | None = None
    dates: Dates | None = None
    zone: Zone | None = None
    place: Place | None = None
    capacity: Capacity | None = None
    trainers: Trainers | None = None
    promotion: Promotion | None = None
    offer_hours: Hours | None = None
    freezes_at: Instant | None = None
    min_size: MinSize | None = None
    decides_at: Instant | None = None
    below_minimum: BelowMinimum | None = None
    allow_overlaps: Annotated[bool, Strict()] = Field(
        default=False, description="Move it although people in it have another session then; else that is refused"
    )


class SessionPublic(ApiModel):
    """A session with its seats: `taken` of `capacity` (offers included), how many are offered and how many wait.

    `version` counts every change of the session and of its seats."""

    model_config = example(
        _EXAMPLE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "dates": [DATE],
            "choiceId": None,
            "decidedAt": None,
            "taken": 20,
            "offered": 0,
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
    dates: list[SessionDatePublic]
    zone: str
    place: str
    trainers: list[SessionTrainerPublic]
    capacity: int
    taken: int
    offered: int
    waiting: int
    promotion: Promotion
    offer_hours: int
    freezes_at: datetime | None
    min_size: int | None
    decides_at: datetime | None
    below_minimum: BelowMinimum
    decided_at: datetime | None = Field(description="When it was told, or cancelled, for having too few people")
    choice_id: UUID | None
    state: Literal["planned", "held", "cancelled"]
    version: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
