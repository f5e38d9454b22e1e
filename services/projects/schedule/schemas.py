"""Computed plans on the wire."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.projects.calendar.vocabulary import Country
from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import ActivityState, DependencyType, PartySide
from shared.kit.text import Text
from shared.web.models import ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_PROJECT = "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11"
_WINDOW = {"start": "2027-04-01", "end": "2027-05-31", "precision": "month", "tentative": False}
_TITLE = {"sv": "Sätt upp integrationer", "en": "Set up integrations", "da": None}
_ROW: dict[str, Any] = {
    "id": _ID,
    "parentId": None,
    "unitId": None,
    "sourceRef": "HAN-A3.02",
    "title": _TITLE,
    "side": "joint",
    "state": "planned",
    "isPinned": False,
    "window": _WINDOW,
    "durationDays": 20,
    "earliestStart": "2027-05-03",
    "earliestFinish": "2027-05-31",
    "latestStart": "2027-05-10",
    "latestFinish": "2027-06-07",
    "totalSlackDays": 5,
    "freeSlackDays": 0,
    "isCritical": False,
    "isOverdue": False,
    "overdueDays": 0,
    "lateDays": 0,
    "progress": None,
}
_CONFLICT: dict[str, Any] = {
    "kind": "pinned",
    "activityId": _ID,
    "causeId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "chain": ["01979f3a-1111-7b52-9d3a-5f0c2b9e8d11", _ID],
    "missingDays": 4,
    "sentence": {
        "sv": "HAN-M3 är låst till senast 2027-05-31, men HAN-A3.02 gör att det fattas 4 arbetsdagar",
        "en": "HAN-M3 is pinned to 2027-05-31 at the latest, but because of HAN-A3.02 4 working days are missing",
        "da": None,
    },
}
_BROKEN: dict[str, Any] = {
    "dependencyId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11",
    "predecessorId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "successorId": _ID,
    "type": "FS",
    "isSoft": False,
    "missingDays": 12,
}


class ProgressPublic(ApiModel):
    """How far the rows per unit below a row are."""

    total: int
    started: int
    done: int


class ScheduledActivity(ApiModel):
    """One row of a computed plan. Days are working days, save for `overdueDays`."""

    model_config = example(_ROW)

    id: UUID
    parent_id: UUID | None
    unit_id: UUID | None
    source_ref: str | None
    title: Text
    side: PartySide | None
    state: ActivityState
    is_pinned: bool
    window: WindowPublic | None = Field(description="What the plan promises")
    duration_days: int = Field(description="Working days that it was computed with; 0 for a milestone")
    earliest_start: date
    earliest_finish: date
    latest_start: date | None = Field(description="Later would delay the end, a pinned row or a deadline")
    latest_finish: date | None
    total_slack_days: int | None = Field(description="Negative where the plan cannot be kept; null for what is done")
    free_slack_days: int | None = Field(description="How far it can move and move no other; null for done and parents")
    is_critical: bool
    is_overdue: bool = Field(description="Not done, and the last day of the window has passed")
    overdue_days: int = Field(description="Calendar days since the window ended")
    late_days: int = Field(description="Working days by which it is computed to end after its window")
    progress: ProgressPublic | None


class ConflictPublic(ApiModel):
    """Two rows that cannot both be kept: `activityId` must be over in time, and `causeId` does not let it."""

    model_config = example(_CONFLICT)

    kind: Literal["pinned", "deadline", "end", "window"]
    activity_id: UUID
    cause_id: UUID
    chain: list[UUID] = Field(description="From the cause to the row")
    missing_days: int
    sentence: Text


class BrokenLink(ApiModel):
    """A link that the two windows cannot keep, however the rows lie inside them."""

    model_config = example(_BROKEN)

    dependency_id: UUID
    predecessor_id: UUID
    successor_id: UUID
    type: DependencyType
    is_soft: bool
    missing_days: int


class ProjectSchedule(ApiModel):
    """A plan as its links, durations and calendars make it. Rows that do not apply are left out."""

    model_config = example(
        {
            "projectId": _PROJECT,
            "today": "2027-03-01",
            "country": "SE",
            "start": "2027-03-01",
            "end": "2027-12-31",
            "mustEndBy": None,
            "isFeasible": True,
            "criticalCount": 1,
            "lateCount": 0,
            "overdueCount": 0,
            "activities": [_ROW],
            "conflicts": [],
            "brokenLinks": [_BROKEN],
        }
    )

    project_id: UUID
    today: date
    country: Country
    start: date | None
    end: date | None = Field(description="The last day of the last row; null for an empty plan")
    must_end_by: date | None = Field(description="The project's end anchor")
    is_feasible: bool
    critical_count: int
    late_count: int
    overdue_count: int
    activities: list[ScheduledActivity]
    conflicts: list[ConflictPublic]
    broken_links: list[BrokenLink]


class CriticalStep(ApiModel):
    """One row of a critical path."""

    id: UUID
    source_ref: str | None
    title: Text
    side: PartySide | None
    earliest_start: date
    earliest_finish: date
    total_slack_days: int | None


class CriticalPath(ApiModel):
    """The chains of rows that decide when the project ends, or that a pinned row can be kept. Latest end first."""

    model_config = example(
        {
            "projectId": _PROJECT,
            "end": "2027-12-31",
            "paths": [
                [
                    {
                        "id": _ID,
                        "sourceRef": "HAN-A3.02",
                        "title": _TITLE,
                        "side": "joint",
                        "earliestStart": "2027-05-03",
                        "earliestFinish": "2027-05-31",
                        "totalSlackDays": 0,
                    }
                ]
            ],
        }
    )

    project_id: UUID
    end: date | None
    paths: list[list[CriticalStep]]


class ResponsiblePublic(ApiModel):
    """Whose turn it is: a side, and where they are known its party and the role there."""

    side: PartySide
    party: str | None
    role: str | None
    role_title: Text | None


class WaitingStep(ApiModel):
    """One row on the way from what is blocked to what blocks it."""

    activity_id: UUID
    source_ref: str | None
    unit_id: UUID | None
    title: Text
    state: ActivityState
    window: WindowPublic | None
    overdue_days: int
    earliest_finish: date
    progress: ProgressPublic | None


class ActivityExplanation(ApiModel):
    """Why an activity is not done: the chain of what it waits for, and who must act first."""

    model_config = example(
        {
            "activityId": _ID,
            "state": "planned",
            "sentence": {
                "sv": "HAN-A3.02 ”Inloggning” väntar på HAN-A2.04 ”Krav” (leverantören, 12 dagar sen)",
                "en": "HAN-A3.02 “Sign-on” waits for HAN-A2.04 “Needs” (the supplier, 12 days late)",
                "da": "HAN-A3.02 ”Login” venter på HAN-A2.04 ”Krav” (leverandøren, 12 dage forsinket)",
            },
            "mustAct": {"side": "supplier", "party": "Skolverktyg AB", "role": None, "roleTitle": None},
            "chain": [
                {
                    "activityId": _ID,
                    "sourceRef": "HAN-A3.02",
                    "unitId": None,
                    "title": _TITLE,
                    "state": "planned",
                    "window": _WINDOW,
                    "overdueDays": 0,
                    "earliestFinish": "2027-05-31",
                    "progress": None,
                }
            ],
        }
    )

    activity_id: UUID
    state: ActivityState
    sentence: Text
    must_act: ResponsiblePublic | None = Field(description="Null for what is done, cancelled or not enabled")
    chain: list[WaitingStep] = Field(description="From the activity to the row at the root")
