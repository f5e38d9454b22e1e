"""Activities on the wire."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import ActivityKind, ActivityState, Modality, PartySide
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiModel, example

_ITEM: dict[str, Any] = {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "phaseId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "trackKey": None,
    "sourceRef": "HAN-A4.02",
    "parentId": None,
    "unitId": None,
    "position": 27,
    "title": {"sv": "Anslut vårdnadshavarna", "en": "Connect the guardians", "da": None},
    "section": None,
    "kind": "task",
    "side": "supplier",
    "modality": None,
    "state": "planned",
    "isEnabled": True,
    "isChecklist": False,
    "isPinned": False,
    "needsApproval": False,
    "window": {"start": "2027-08-01", "end": "2027-08-31", "precision": "month", "tentative": True},
    "isOverdue": False,
    "ownerId": None,
    "externalParty": None,
    "doneAt": None,
    "rollup": None,
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


class RollupPublic(ApiModel):
    """What the rows per unit below a row come to: how many of `total` are in each state, and their span in days.

    Only rows that apply are counted. The row's own window stays as it was planned.
    """

    total: int
    planned: int
    started: int
    done: int
    cancelled: int
    overdue: int = Field(description="Not done, and the last day of their window has passed")
    start: date | None
    end: date | None


class ActivityItem(ApiModel):
    """An activity in a list. `statements` builds the same shape in SQL; a test holds the two together."""

    model_config = example(_ITEM)

    id: UUID
    project_id: UUID
    phase_id: UUID
    track_key: str | None
    source_ref: str | None = Field(description="The requirement row of the template's source; null for an own row")
    parent_id: UUID | None = Field(description="The row that this one carries out at one unit")
    unit_id: UUID | None
    position: int = Field(description="Place in the order of the plan")
    title: Text
    section: Text | None = Field(description="The heading under which the checklist shows it")
    kind: ActivityKind
    side: PartySide | None = Field(description="Whose row it is; null where the source names nobody")
    modality: Modality | None
    state: ActivityState
    is_enabled: bool = Field(description="False for a row of an option that was not chosen")
    is_checklist: bool
    is_pinned: bool = Field(description="The window stays where it was put when the plan is computed anew")
    needs_approval: bool
    window: WindowPublic | None
    is_overdue: bool = Field(description="Not done, and the last day of the window has passed")
    owner_id: UUID | None = Field(description="The account that answers for it")
    external_party: str | None = Field(description="The third party that owes a deliverable")
    done_at: datetime | None
    rollup: RollupPublic | None = Field(description="Of the rows per unit; null where there are none")
    version: int


class ActivityPublic(ActivityItem):
    """An activity with all that is known about it, and what the caller may do with it."""

    model_config = example(
        _ITEM
        | {
            "optionKey": None,
            "durationDaysMin": None,
            "durationDaysMax": None,
            "externalIds": {},
            "startedAt": None,
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

    option_key: str | None
    duration_days_min: int | None = Field(description="Working days of work inside the window")
    duration_days_max: int | None
    external_ids: dict[str, str] = Field(description="The row's id in other systems, by system")
    started_at: datetime | None
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
