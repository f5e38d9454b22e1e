"""Request and response bodies of cascades, obligations and attestations."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, Strict

from services.training.course.schemas import TrainingRole
from shared.web import AllowedAction, ApiInput, ApiModel, ApiPatch, example

State = Literal["open", "met", "overdue", "vacant", "released"]
Colleagues = Annotated[int, Strict(), Field(ge=1, le=500, description="How many colleagues each teaches")]
Days = Annotated[int, Strict(), Field(ge=1, le=730, description="Days from having had the course")]

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_PERSON = "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11"
_CASCADE = {
    "courseId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "teachesId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11",
    "holderRole": "key_person",
    "colleagueRole": "teacher",
    "colleagues": 10,
    "days": 30,
}

_OBLIGATION: dict[str, object] = {
    "id": _ID,
    "cascadeId": "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11",
    "personId": _PERSON,
    "displayName": "Test Persson",
    "unitId": "01979f3a-5555-7b52-9d3a-5f0c2b9e8d11",
    "dueOn": "2026-09-30",
    "state": "open",
    "colleagues": 10,
    "taught": 4,
    "left": 12,
    "releaseReason": None,
    "version": 1,
    "allowedActions": [],
}
_ATTESTATION: dict[str, object] = {
    "id": _ID,
    "obligationId": "01979f3a-6666-7b52-9d3a-5f0c2b9e8d11",
    "personId": _PERSON,
    "taughtOn": "2026-09-14",
    "version": 1,
}


class CascadeCreate(ApiInput):
    """A rule: who has had `courseId` in `holderRole` teaches `teachesId` to colleagues at the same unit [IM-T09]."""

    model_config = example(_CASCADE)

    course_id: UUID
    teaches_id: UUID
    holder_role: TrainingRole
    colleague_role: TrainingRole
    colleagues: Colleagues
    days: Days


class CascadeUpdate(ApiPatch):
    """Only the fields that are given change. `days` holds for obligations that come; `archived` makes no new ones."""

    model_config = example({"colleagues": 8})

    colleagues: Colleagues | None = None
    days: Days | None = None
    archived: bool | None = None


class CascadePublic(ApiModel):
    """A rule."""

    model_config = example(_CASCADE | {"id": _ID, "archived": False, "version": 1, "createdAt": "2026-08-17T08:00:00Z"})

    id: UUID
    course_id: UUID
    teaches_id: UUID
    holder_role: str
    colleague_role: str
    colleagues: int
    days: int
    archived: bool
    version: int
    created_at: datetime


class ObligationPublic(ApiModel):
    """What one person owes at one unit, and how far they are. `left`: colleagues there who lack the course."""

    model_config = example(_OBLIGATION)

    id: UUID
    cascade_id: UUID
    person_id: UUID
    display_name: str
    unit_id: UUID
    due_on: date
    state: State
    colleagues: int
    taught: int
    left: int
    release_reason: str | None
    version: int
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


def _once_each(people: list[UUID]) -> list[UUID]:
    if len(set(people)) < len(people):
        raise ValueError("name each person once")
    return people


class AttestationCreate(ApiInput):
    """Colleagues who were taught on one day. All are written down, or none."""

    model_config = example({"personIds": [_PERSON], "taughtOn": "2026-09-14"})

    person_ids: Annotated[list[UUID], Field(min_length=1, max_length=200), AfterValidator(_once_each)]
    taught_on: date


class AttestationPublic(ApiModel):
    """A colleague who was taught."""

    model_config = example(_ATTESTATION)

    id: UUID
    obligation_id: UUID
    person_id: UUID
    taught_on: date
    version: int


class AttestationsPublic(ApiModel):
    """What was written down, and where the obligation stands now."""

    model_config = example({"obligation": _OBLIGATION, "items": [_ATTESTATION]})

    obligation: ObligationPublic
    items: list[AttestationPublic]


class ReleaseCreate(ApiInput):
    """Why somebody need not teach any more."""

    model_config = example({"reason": "On parental leave from October"})

    reason: str = Field(min_length=1, max_length=500)


@dataclass(frozen=True)
class Sight:
    """Whose obligations are seen: those at `units` (None: all), and one's `own`."""

    units: frozenset[UUID] | None
    own: UUID | None
