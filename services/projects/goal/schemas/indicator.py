"""Indicators on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, Strict

from services.projects.goal.progress import NoProgress
from services.projects.goal.vocabulary import IndicatorDirection, IndicatorScope
from services.projects.plan.schemas import GivenText
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

UnitName = Annotated[str, Field(min_length=1, max_length=40, description="percent, persons, systems, hours ...")]
Sentence = Annotated[str, Field(min_length=1, max_length=1000)]

_CREATE: dict[str, Any] = {
    "title": {"sv": "Andel frånvaro i plattformen", "en": "Share of absence in the platform", "da": None},
    "unit": "percent",
    "direction": "up",
    "scope": "unit",
    "countsPersons": True,
    "numerator": "Anmälningar gjorda i plattformen",
    "denominator": "Alla anmälningar under perioden",
    "method": "Uttag ur plattformens statistik",
    "schedule": "Per tertial",
}
_PROGRESS: dict[str, Any] = {
    "percent": 40.0,
    "reason": None,
    "explanation": None,
    "isTargetMet": False,
    "baselineId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "targetId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "actualId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11",
}


class IndicatorProgressPublic(ApiModel):
    """From baseline to target by the latest actual. Never from how much of the plan is done."""

    model_config = example(_PROGRESS)

    percent: float | None = Field(description="Null with a `reason`; may be negative, and above 100")
    reason: NoProgress | None
    explanation: Text | None
    is_target_met: bool | None
    baseline_id: UUID | None
    target_id: UUID | None
    actual_id: UUID | None


class UnitProgressPublic(IndicatorProgressPublic):
    """The progress of one unit."""

    model_config = example({"unitId": "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11"} | _PROGRESS)

    unit_id: UUID


class IndicatorCreate(ApiInput):
    """How a goal is measured. `countsPersons`: what is about fewer than five people is never shown."""

    model_config = example(_CREATE)

    title: GivenText
    unit: UnitName
    direction: IndicatorDirection
    scope: IndicatorScope = IndicatorScope.project
    counts_persons: Annotated[bool, Strict()] = False
    numerator: Sentence | None = None
    denominator: Sentence | None = None
    method: Sentence | None = None
    schedule: Sentence | None = None


class IndicatorChange(ApiPatch):
    """What to change. Unit, direction, scope and `countsPersons` are what the values mean: they stay."""

    model_config = example({"method": "Uttag ur plattformens statistik", "schedule": "Per termin"})
    nullable: ClassVar[frozenset[str]] = frozenset({"numerator", "denominator", "method", "schedule"})

    title: GivenText | None = None
    numerator: Sentence | None = None
    denominator: Sentence | None = None
    method: Sentence | None = None
    schedule: Sentence | None = None


class IndicatorPublic(ApiModel):
    """An indicator and the progress of the project as a whole; of units see their own list."""

    model_config = example(
        _CREATE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "goalId": "01979f3a-5555-7b52-9d3a-5f0c2b9e8d11",
            "sourceRef": None,
            "progress": _PROGRESS,
            "version": 1,
            "createdAt": "2026-11-22T08:00:00Z",
            "updatedAt": "2026-11-22T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    goal_id: UUID
    source_ref: str | None
    title: Text
    unit: str
    direction: IndicatorDirection
    scope: IndicatorScope
    counts_persons: bool
    numerator: str | None = Field(description="Where the number above the line comes from")
    denominator: str | None = Field(description="Where the number below the line comes from")
    method: str | None
    schedule: str | None = Field(description="When it is collected")
    progress: IndicatorProgressPublic
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]
