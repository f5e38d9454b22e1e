"""Links between activities on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.projects.plan.vocabulary import DependencyType
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

_NEW: dict[str, Any] = {
    "predecessorId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "successorId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "type": "FS",
    "lagDays": 2,
    "isSoft": False,
}
_ITEM: dict[str, Any] = _NEW | {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "sourceRef": None,
    "isIgnored": False,
    "version": 1,
    "createdAt": "2026-11-21T08:00:00Z",
    "updatedAt": "2026-11-21T08:00:00Z",
}

Lag = Annotated[
    int, Field(ge=-2000, le=2000, description="Working days of the successor's calendar; negative for an overlap")
]
_TYPE = "Finish or start (F, S) of the predecessor, to start or finish of the successor"
_SOFT = "A wish: shown where it is broken, and never moves anything"


class DependencyCreate(ApiInput):
    """A link to make: the successor waits for the predecessor."""

    model_config = example(_NEW)

    predecessor_id: UUID
    successor_id: UUID
    type: DependencyType = Field(DependencyType.fs, description=_TYPE)
    lag_days: Lag = 0
    is_soft: bool = Field(False, description=_SOFT)


class DependencyChange(ApiPatch):
    """What to change; what is left out stays. Its two activities stay: make another link instead."""

    model_config = example({"lagDays": 5})

    type: DependencyType | None = None
    lag_days: Lag | None = None
    is_soft: bool | None = None


class DependencyItem(ApiModel):
    """A link in a list."""

    model_config = example(_ITEM)

    id: UUID
    project_id: UUID
    predecessor_id: UUID
    successor_id: UUID
    type: DependencyType = Field(description=_TYPE)
    lag_days: Lag
    is_soft: bool = Field(description=_SOFT)
    source_ref: str | None = Field(description="The row of the template's source that says so")
    is_ignored: bool = Field(description="One of its activities is cancelled, not enabled or removed: kept, no effect")
    version: int
    created_at: datetime
    updated_at: datetime


class DependencyPublic(DependencyItem):
    """A link, and what the caller may do with it."""

    model_config = example(_ITEM | {"allowedActions": []})

    allowed_actions: list[AllowedAction]
