"""Deviations on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, Strict

from services.projects.plan.vocabulary import PartySide
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Sentence = Annotated[str, Field(min_length=1, max_length=500)]
Words = Annotated[str, Field(max_length=4000)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]

_CREATE: dict[str, Any] = {
    "what": "Frånvaro anmäls på två ställen",
    "symptom": "Vårdnadshavare ringer trots anmälan i plattformen",
    "foundOn": "2027-09-10",
    "unitId": None,
    "indicatorId": None,
    "ownerId": None,
    "isShared": False,
}


class DeviationCausePublic(ApiModel):
    """A cause that deviations of this project can be put down to."""

    model_config = example(
        {
            "key": "routines",
            "sourceRef": "MIT-V2",
            "title": {"sv": "Bristande rutiner", "en": "Poor routines", "da": None},
        }
    )

    key: str
    source_ref: str | None
    title: Text


class DeviationCreate(ApiInput):
    """What went wrong, where, and how it showed. The supplier sees it only when `isShared`."""

    model_config = example(_CREATE)

    what: Sentence
    symptom: Annotated[str, Field(min_length=1, max_length=4000)]
    found_on: Day
    unit_id: UUID | None = None
    indicator_id: UUID | None = None
    owner_id: UUID | None = None
    is_shared: Annotated[bool, Strict()] = False


class DeviationChange(ApiPatch):
    """The way to the root cause and its mend. `causeKey` is one of the project's causes, not the symptom."""

    model_config = example({"causeKey": "routines", "analysis": "Rutinen säger inte vem som läser anmälan"})
    nullable: ClassVar[frozenset[str]] = frozenset({"cause_key", "activity_id", "owner_id"})

    what: Sentence | None = None
    symptom: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    cause_key: Key | None = None
    analysis: Words | None = None
    correction: Words | None = None
    activity_id: UUID | None = None
    owner_id: UUID | None = None
    is_shared: Annotated[bool, Strict()] | None = None


class DeviationEffectCheck(ApiInput):
    """Whether the correction helped, and how that was seen."""

    model_config = example({"isEffective": True, "text": "Inga dubbla anmälningar under fyra veckor"})

    is_effective: Annotated[bool, Strict()]
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class DeviationPublic(ApiModel):
    """A deviation, and what its closing lacks."""

    model_config = example(
        _CREATE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "causeKey": "routines",
            "analysis": "Rutinen säger inte vem som läser anmälan",
            "correction": "",
            "activityId": None,
            "effectCheck": "",
            "isEffective": None,
            "effectCheckedAt": None,
            "reportedSide": "customer",
            "state": "open",
            "missing": ["effect_check"],
            "closedAt": None,
            "version": 2,
            "createdAt": "2026-11-22T08:00:00Z",
            "updatedAt": "2026-11-22T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    what: str
    symptom: str
    found_on: date
    unit_id: UUID | None
    indicator_id: UUID | None
    cause_key: str | None
    analysis: str
    correction: str
    activity_id: UUID | None = Field(description="The activity of the plan that corrects it")
    effect_check: str
    is_effective: bool | None
    effect_checked_at: datetime | None
    owner_id: UUID | None
    reported_side: PartySide
    is_shared: bool
    state: Literal["open", "closed"]
    missing: list[Literal["cause", "effect_check"]]
    closed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]
