"""Baselines and their differences on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.projects.baseline.models import BaselineCause, BaselineSubject
from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import PartySide
from shared.kit.text import Text
from shared.web.models import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_MARCH = {"start": "2027-03-01", "end": "2027-03-31", "precision": "month", "tentative": False}
_APRIL = {"start": "2027-04-01", "end": "2027-04-30", "precision": "month", "tentative": False}
_ROW: dict[str, Any] = {
    "subject": "activity",
    "subjectId": _ID,
    "sourceRef": "HAN-A2.02",
    "title": {"sv": "Ta fram testplanen", "en": "Produce the test plan", "da": None},
}


class BaselineCreate(ApiInput):
    """Freeze the plan as it stands now."""

    model_config = example({"name": "Före sommaren", "reason": "Inför styrgruppens möte i juni"})

    name: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(max_length=2000)] = ""


class BaselinePublic(ApiModel):
    """A frozen plan; it never changes."""

    model_config = example(
        {
            "id": _ID,
            "projectId": _ID,
            "name": "M1",
            "cause": "gate",
            "causeId": _ID,
            "reason": "",
            "takenAt": "2027-03-31T12:00:00Z",
            "takenBy": None,
        }
    )

    id: UUID
    project_id: UUID
    name: str
    cause: BaselineCause
    cause_id: UUID | None = Field(description="The gate, activity or change request that the plan was frozen for")
    reason: str
    taken_at: datetime
    taken_by: UUID | None


class BaselineItemPublic(ApiModel):
    """A phase, activity or gate as it stood."""

    model_config = example(
        _ROW
        | {
            "position": 13,
            "side": "supplier",
            "state": "planned",
            "isEnabled": True,
            "window": _MARCH,
            "durationDaysMin": None,
            "durationDaysMax": None,
        }
    )

    subject: BaselineSubject
    subject_id: UUID
    source_ref: str | None
    position: int
    title: Text
    side: PartySide | None
    state: str | None
    is_enabled: bool
    window: WindowPublic | None
    duration_days_min: int | None
    duration_days_max: int | None


class DifferencePublic(ApiModel):
    """What became of one row: added, removed, or changed in the fields that are named.

    `endShiftDays` counts calendar days that its last day moved, later positive; null where there is no pair of dates.
    """

    model_config = example(
        _ROW
        | {
            "change": "changed",
            "fields": ["window"],
            "windowBefore": _MARCH,
            "windowAfter": _APRIL,
            "stateBefore": "planned",
            "stateAfter": "planned",
            "endShiftDays": 30,
        }
    )

    subject: BaselineSubject
    subject_id: UUID
    source_ref: str | None
    title: Text
    change: Literal["added", "removed", "changed"]
    fields: list[str]
    window_before: WindowPublic | None
    window_after: WindowPublic | None
    state_before: str | None
    state_after: str | None
    end_shift_days: int | None


class BaselineComparison(ApiModel):
    """How one plan became another: each row that differs, and counts."""

    model_config = example(
        {
            "baselineId": _ID,
            "comparedWith": "current",
            "unchanged": 36,
            "added": 0,
            "removed": 0,
            "changed": 1,
            "latestShiftDays": 30,
            "differences": [
                _ROW
                | {
                    "change": "changed",
                    "fields": ["window"],
                    "windowBefore": _MARCH,
                    "windowAfter": _APRIL,
                    "stateBefore": "planned",
                    "stateAfter": "planned",
                    "endShiftDays": 30,
                }
            ],
        }
    )

    baseline_id: UUID
    compared_with: str = Field(description="The id of the other baseline, or `current`")
    unchanged: int
    added: int
    removed: int
    changed: int
    latest_shift_days: int | None = Field(description="How far the last day of the whole plan moved, in calendar days")
    differences: list[DifferencePublic]
