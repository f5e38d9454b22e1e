"""Request and response bodies of catch-up."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, Strict, model_validator

from services.training.meeting.schemas import Instant, Trainers
from services.training.session.schemas import Capacity, Place
from shared.web import AllowedAction, ApiInput, ApiModel, example

Days = Annotated[int, Strict(), Field(ge=0, le=730)]
Hours = Annotated[int, Strict(), Field(ge=0, le=24 * 30)]

_POLICY = {"mode": "propose", "minSize": 15, "lateCancelHours": 48, "newcomerDays": 90, "leadDays": 14}
_TIME = {"startsAt": "2026-09-14T07:00:00Z", "endsAt": "2026-09-14T10:00:00Z"}
_COURSE = "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11"


class CatchUpPolicyInput(ApiInput):
    """When catch-up sessions form. `propose`: somebody approves them; `create`: they form themselves."""

    model_config = example(_POLICY)

    mode: Literal["propose", "create"]
    min_size: Annotated[int, Strict(), Field(ge=1, le=1000, description="People who wait before a session forms")]
    late_cancel_hours: Hours = Field(description="Who cancels later than this before the beginning is caught up")
    newcomer_days: Days = Field(description="For so long somebody is new who began after the course was held")
    lead_days: Days = Field(description="Notice that people get of a session of their own")


class CatchUpPolicyPublic(ApiModel):
    """The rule in force; version 0 as long as it is ours."""

    model_config = example(_POLICY | {"version": 0})

    mode: Literal["propose", "create"]
    min_size: int
    late_cancel_hours: int
    newcomer_days: int
    lead_days: int
    version: int


class CatchUpPublic(ApiModel):
    """People who missed a course are to join a session with free seats (`join`), or get one of their own (`form`)."""

    model_config = example(
        {
            "id": "01979f3a-6666-7b52-9d3a-5f0c2b9e8d11",
            "courseId": _COURSE,
            "kind": "form",
            "state": "proposed",
            "people": 17,
            "sessionId": None,
            "zone": "Europe/Stockholm",
            "place": "Room 2, Central School",
            "version": 1,
            "allowedActions": [],
        }
        | _TIME
    )

    id: UUID
    course_id: UUID
    kind: Literal["join", "form"]
    state: Literal["proposed", "done", "dismissed", "withdrawn"]
    people: int = Field(description="Who wait, or were enrolled once it is done")
    session_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str | None
    place: str | None
    version: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class CatchUpApprove(ApiInput):
    """What shall be otherwise than proposed, in a session of their own."""

    model_config = example(_TIME | {"place": "Hall", "capacity": 20, "trainers": []})

    starts_at: Instant | None = None
    ends_at: Instant | None = None
    place: Place | None = None
    capacity: Capacity | None = None
    trainers: Trainers = Field(default_factory=list)

    @model_validator(mode="after")
    def _times_come_together(self) -> Self:
        if (self.starts_at is None) != (self.ends_at is None):
            raise ValueError("give startsAt and endsAt together")
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValueError("endsAt must be later than startsAt")
        return self


class CatchUpSeeker(ApiModel):
    """Somebody who needs the course and has no seat ahead: missed it, cancelled late, or began after it was held."""

    model_config = example({"personId": _COURSE, "displayName": "Test Testsson", "reason": "missed"})

    person_id: UUID
    display_name: str
    reason: Literal["missed", "cancelled", "newcomer"]
