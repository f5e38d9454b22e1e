"""Change requests on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.projects.agreement.models import RequestState
from services.projects.plan.vocabulary import PartySide
from services.projects.schedule.change_schemas import CHANGE, ScheduleChange
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_WISH: dict[str, Any] = {
    "title": "Integrationerna en månad senare",
    "reason": "Licensnyckeln från schemaleverantören kommer först i maj",
    "concerns": ["time"],
    "change": CHANGE,
    "bodyId": _ID,
}


class Concern(StrEnum):
    """What a change touches (IM-R2)."""

    result = "result"
    time = "time"
    budget = "budget"


Title = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=4000)]
Concerns = Annotated[list[Concern], Field(min_length=1, max_length=3)]


class ChangeRequestCreate(ApiInput):
    """A wish to change the plan. `change` is what a schedule simulation takes."""

    model_config = example(_WISH)

    title: Title
    reason: Reason
    concerns: Concerns
    change: ScheduleChange
    body_id: UUID | None = Field(None, description="The steering body that decides; an advisory one cannot")


class ChangeRequestChange(ApiPatch):
    """What to adjust in a draft; the impact is computed anew."""

    model_config = example({"reason": "Licensnyckeln kommer i juni"})

    nullable: ClassVar[frozenset[str]] = frozenset({"body_id"})

    title: Title | None = None
    reason: Reason | None = None
    concerns: Concerns | None = None
    change: ScheduleChange | None = None
    body_id: UUID | None = None


class ChangeRequestDecision(ApiInput):
    """What the body decided, and why."""

    model_config = example({"outcome": "approved", "motive": "Styrgruppen 14 maj, paragraf 3"})

    outcome: Literal["approved", "rejected"]
    motive: Annotated[str, Field(min_length=1, max_length=2000)]


class ChangeRequestPublic(ApiModel):
    """A change request with its impact: which rows move, what becomes late, which gates it touches."""

    model_config = example(
        _WISH
        | {
            "id": _ID,
            "projectId": _ID,
            "impact": {"endMovesDays": 21, "moved": [], "gates": []},
            "impactAt": "2027-04-20T08:00:00Z",
            "state": "submitted",
            "requestedBy": _ID,
            "requestedSide": "supplier",
            "submittedAt": "2027-04-20T08:00:00Z",
            "decidedAt": None,
            "decidedBy": None,
            "motive": "",
            "baselineId": None,
            "version": 2,
            "createdAt": "2027-04-19T08:00:00Z",
            "updatedAt": "2027-04-20T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    title: str
    reason: str
    concerns: list[Concern]
    change: dict[str, Any] = Field(description="As it was asked for; the body of a schedule simulation")
    impact: dict[str, Any] = Field(description="The delta that it was computed to make at `impactAt`")
    impact_at: datetime
    state: RequestState
    body_id: UUID | None
    requested_by: UUID | None
    requested_side: PartySide | None
    submitted_at: datetime | None
    decided_at: datetime | None
    decided_by: UUID | None
    motive: str
    baseline_id: UUID | None = Field(description="The plan as it was frozen after the change")
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]
