"""Data requests on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, Strict, model_validator

from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(min_length=1, max_length=4000)]

_UNIT = "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11"
_CREATE: dict[str, Any] = {
    "title": "Frånvaro i plattformen, hösten",
    "indicatorId": "01979f3a-5555-7b52-9d3a-5f0c2b9e8d11",
    "question": None,
    "periodStart": "2027-08-01",
    "periodEnd": "2027-12-31",
    "unitIds": [_UNIT],
    "due": "2028-01-20",
    "followUpDue": "2028-02-15",
    "feedbackDue": "2028-03-01",
}


class DataRequestCreate(ApiInput):
    """Asks units for a value of an indicator in a period, or a free question.

    Whoever asks promises a follow-up and feedback by a day; without `feedbackDue` that of the follow-up counts.
    """

    model_config = example(_CREATE)

    title: Name
    indicator_id: UUID | None = None
    question: Words | None = None
    period_start: Day | None = None
    period_end: Day | None = None
    unit_ids: Annotated[list[UUID], Field(min_length=1, max_length=5000)]
    due: Day
    follow_up_due: Day
    feedback_due: Day | None = None
    owner_id: UUID | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.indicator_id is None) == (self.question is None):
            raise ValueError("ask for an indicator or a question, one of them")
        if (self.indicator_id is None) != (self.period_start is None) or (self.period_start is None) != (
            self.period_end is None
        ):
            raise ValueError("an indicator is asked for with periodStart and periodEnd, a question without")
        if self.period_start and self.period_end and self.period_end < self.period_start:
            raise ValueError("periodEnd must not be before periodStart")
        if not self.due <= self.follow_up_due <= (self.feedback_due or self.follow_up_due):
            raise ValueError("due, followUpDue and feedbackDue follow each other")
        return self


class DataRequestChange(ApiPatch):
    """Move its days. The owner may do so too."""

    model_config = example({"feedbackDue": "2028-03-15"})

    title: Name | None = None
    due: Day | None = None
    follow_up_due: Day | None = None
    feedback_due: Day | None = None
    owner_id: UUID | None = None


class DataRequestAnswer(ApiInput):
    """A unit's answer. A new one replaces the former while the request is open."""

    model_config = example({"unitId": _UNIT, "value": 71.5, "n": 210, "text": None})

    unit_id: UUID
    value: Annotated[float, Strict(), Field(ge=-1e13, le=1e13, allow_inf_nan=False)] | None = None
    n: Annotated[int, Strict(), Field(ge=0, le=100_000_000)] | None = None
    text: Words | None = None


class DataRequestNote(ApiInput):
    """What the follow-up showed, or what the units were told."""

    model_config = example({"text": "Frånvaron anmäls i plattformen vid sju av tio skolor; stöd ges till tre"})

    text: Words


class UnitAnswerPublic(ApiModel):
    """Whether a unit has answered. Its text is shown to the customer's leaders and to the unit's own head."""

    unit_id: UUID
    answered_at: datetime | None
    answer: str | None


class DataRequestPublic(ApiModel):
    """A data request, what is late about it, and what its closing lacks."""

    model_config = example(
        {name: value for name, value in _CREATE.items() if name != "unitIds"}
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "ownerId": None,
            "state": "open",
            "units": [{"unitId": _UNIT, "answeredAt": None, "answer": None}],
            "unanswered": 1,
            "followUp": "",
            "followedUpAt": None,
            "feedback": "",
            "feedbackAt": None,
            "closedAt": None,
            "overdue": ["answers"],
            "missing": ["follow_up", "feedback"],
            "version": 1,
            "createdAt": "2026-11-22T08:00:00Z",
            "updatedAt": "2026-11-22T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    title: str
    indicator_id: UUID | None
    question: str | None
    period_start: date | None
    period_end: date | None
    due: date
    follow_up_due: date
    feedback_due: date
    owner_id: UUID | None
    state: Literal["open", "closed"]
    units: list[UnitAnswerPublic]
    unanswered: int
    follow_up: str
    followed_up_at: datetime | None
    feedback: str
    feedback_at: datetime | None
    closed_at: datetime | None
    overdue: list[Literal["answers", "follow_up", "feedback"]] = Field(description="What is late today")
    missing: list[Literal["follow_up", "feedback"]] = Field(description="What must be there before it can be closed")
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]
