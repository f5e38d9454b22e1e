"""Activities on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import ActivityKind, ActivityState, PartySide
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiModel, example

_ITEM: dict[str, Any] = {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "phaseId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "sourceRef": "HAN-A4.02",
    "position": 27,
    "title": {"sv": "Anslut vårdnadshavarna", "en": "Connect the guardians", "da": None},
    "kind": "task",
    "side": "supplier",
    "state": "planned",
    "isEnabled": True,
    "needsApproval": False,
    "window": {"start": "2027-08-01", "end": "2027-08-31", "precision": "month", "tentative": True},
    "isOverdue": False,
    "ownerId": None,
    "doneAt": None,
    "version": 1,
}


class NeededDecisionPublic(ApiModel):
    """A decision that the activity waits for, and whose it is."""

    by: PartySide
    question: Text


class UncertaintyPublic(ApiModel):
    """What the source of the plan left unclear, and the other reading."""

    note: Text
    alternative_side: PartySide | None = None


class ActivityItem(ApiModel):
    """An activity in a list. `repository.LIST` builds the same shape in SQL; a test holds the two together."""

    model_config = example(_ITEM)

    id: UUID
    project_id: UUID
    phase_id: UUID
    source_ref: str = Field(description="The requirement row of the template's source")
    position: int = Field(description="Place in the order of the plan")
    title: Text
    kind: ActivityKind
    side: PartySide | None = Field(description="Whose row it is; null where the source names nobody")
    state: ActivityState
    is_enabled: bool = Field(description="False for a row of an option that was not chosen")
    needs_approval: bool
    window: WindowPublic | None
    is_overdue: bool = Field(description="Not done, and the last day of the window has passed")
    owner_id: UUID | None = Field(description="The account that answers for it")
    done_at: datetime | None
    version: int


class ActivityPublic(ActivityItem):
    """An activity with all that is known about it, and what the caller may do with it."""

    model_config = example(
        _ITEM
        | {
            "trackKey": None,
            "optionKey": None,
            "note": None,
            "neededDecision": {
                "by": "customer",
                "question": {
                    "sv": "Ska vårdnadshavarna anslutas nu?",
                    "en": "Shall they be connected now?",
                    "da": None,
                },
            },
            "sourceUncertain": None,
            "links": [],
            "notes": "",
            "doneBy": None,
            "doneSide": None,
            "createdAt": "2026-11-21T08:00:00Z",
            "updatedAt": "2026-11-21T08:00:00Z",
            "allowedActions": [],
        }
    )

    track_key: str | None
    option_key: str | None
    note: Text | None
    needed_decision: NeededDecisionPublic | None
    source_uncertain: UncertaintyPublic | None
    links: list[str] = Field(description="Other rows of the template's source that belong with this one")
    notes: str
    done_by: UUID | None
    done_side: PartySide | None
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]
