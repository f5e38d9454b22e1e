"""Goals on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from services.projects.goal.vocabulary import GoalKind, GoalState
from services.projects.plan.schemas import GivenText
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Links = Annotated[list[UUID], Field(max_length=100)]

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_CREATE: dict[str, Any] = {
    "kind": "effect",
    "title": {
        "sv": "All frånvaro anmäls i plattformen",
        "en": "All absence is reported in the platform",
        "da": None,
    },
    "perspective": None,
    "ownerRole": "customer_project_leader",
    "informRole": "steering_chair",
    "effectGoalIds": [],
}


class GoalCreate(ApiInput):
    """A goal. Who is told when it cannot be reached belongs to it (IM-G); a perspective can be given later."""

    model_config = example(_CREATE)

    kind: GoalKind
    title: GivenText
    measure: GivenText | None = None
    perspective: GivenText | None = None
    owner_role: Key | None = None
    owner_id: UUID | None = None
    inform_role: Key | None = None
    effect_goal_ids: Links = Field(default_factory=list, description="Effect goals that this one makes possible")


class GoalChange(ApiPatch):
    """What to change; `effectGoalIds` is replaced as a whole. The owner may change `state` alone."""

    model_config = example({"perspective": {"sv": "Smart organisation", "en": "Smart organisation"}, "state": "active"})
    nullable: ClassVar[frozenset[str]] = frozenset({"measure", "perspective", "owner_role", "owner_id", "inform_role"})

    title: GivenText | None = None
    measure: GivenText | None = None
    perspective: GivenText | None = None
    owner_role: Key | None = None
    owner_id: UUID | None = None
    inform_role: Key | None = None
    state: GoalState | None = None
    effect_goal_ids: Links | None = None


class GoalPublic(ApiModel):
    """A goal, how far it can be measured, and its links in both directions."""

    model_config = example(
        _CREATE
        | {
            "id": _ID,
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "sourceRef": "IM-E2",
            "position": 2,
            "measure": None,
            "ownerId": None,
            "state": "active",
            "informedAt": None,
            "indicators": 1,
            "baselines": 1,
            "isMeasurable": True,
            "projectGoalIds": [],
            "version": 1,
            "createdAt": "2026-11-22T08:00:00Z",
            "updatedAt": "2026-11-22T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    kind: GoalKind
    source_ref: str | None
    position: int
    title: Text
    measure: Text | None
    perspective: Text | None = Field(description="Null where the source does not say")
    owner_role: str | None
    owner_id: UUID | None
    inform_role: str | None = Field(description="The role that is told when the goal cannot be reached")
    state: GoalState
    informed_at: datetime | None = Field(description="When the goal was said to be out of reach")
    indicators: int
    baselines: int = Field(description="Indicators that have a baseline")
    is_measurable: bool = Field(description="At least one indicator with a baseline")
    effect_goal_ids: list[UUID]
    project_goal_ids: list[UUID] = Field(description="Project goals that make this effect goal possible")
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]
