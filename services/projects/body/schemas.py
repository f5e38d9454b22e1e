"""Bodies, seats and memberships on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from services.projects.body.cadence import Cadence
from services.projects.body.vocabulary import BodyLevel, Mandate
from services.projects.plan.schemas import GivenText, WindowInput, WindowPublic
from services.projects.plan.vocabulary import LifecycleStage, PartySide, SchoolForm
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Days = Annotated[int, Field(ge=0, le=365)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]

_CADENCE = {
    "stated": True,
    "per": "month",
    "timesMin": 1,
    "timesMax": 1,
    "orAsNeeded": False,
    "minIntervalDays": None,
    "durationMinutes": 120,
    "note": None,
}
_TITLE = {"sv": "Styrgrupp", "en": "Steering group", "da": None}
_CREATE: dict[str, Any] = {
    "key": "strategic",
    "level": "strategic",
    "mandate": "decides",
    "side": "joint",
    "title": _TITLE,
    "purpose": {"sv": "Avtal, inriktning, eskaleringar", "en": "Contract, direction, escalations", "da": None},
    "cadence": {"implementation": _CADENCE, "management": _CADENCE | {"per": "half_year"}},
    "summonsDays": 14,
}
BODY_EXAMPLE: dict[str, Any] = _CREATE | {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "sourceRef": "HAN-GOV1",
    "position": 1,
    "note": None,
    "activePhase": None,
    "activeAnchor": None,
    "activeOn": None,
    "activeFrom": "2027-03-01",
    "endedOn": None,
    "window": None,
    "escalatesTo": None,
    "size": None,
    "version": 1,
    "createdAt": "2026-11-22T08:00:00Z",
    "updatedAt": "2026-11-22T08:00:00Z",
    "allowedActions": [],
}


class BodyCreate(ApiInput):
    """A body to add. It works from `activeOn`, else from the phase, else from the anchor, else from the start."""

    model_config = example(_CREATE)

    key: Key
    level: BodyLevel
    mandate: Mandate
    side: PartySide = PartySide.joint
    title: GivenText
    purpose: GivenText | None = None
    note: GivenText | None = None
    cadence: dict[LifecycleStage, Cadence] = Field(default_factory=dict, max_length=2)
    active_phase: Key | None = None
    active_anchor: Key | None = None
    active_on: Day | None = None
    window: WindowInput | None = None
    escalates_to: Key | None = None
    size: Annotated[int, Field(ge=1, le=1000)] | None = None
    summons_days: Days | None = None


class BodyChange(ApiPatch):
    """What to change; what is left out stays. `cadence` is replaced as a whole; `endedOn` is its last day."""

    model_config = example({"endedOn": "2028-06-30"})
    nullable: ClassVar[frozenset[str]] = frozenset(
        {
            "purpose",
            "note",
            "active_phase",
            "active_anchor",
            "active_on",
            "ended_on",
            "window",
            "escalates_to",
            "size",
            "summons_days",
        }
    )

    level: BodyLevel | None = None
    mandate: Mandate | None = None
    side: PartySide | None = None
    title: GivenText | None = None
    purpose: GivenText | None = None
    note: GivenText | None = None
    cadence: dict[LifecycleStage, Cadence] | None = Field(default=None, max_length=2)
    active_phase: Key | None = None
    active_anchor: Key | None = None
    active_on: Day | None = None
    ended_on: Day | None = None
    window: WindowInput | None = None
    escalates_to: Key | None = None
    size: Annotated[int, Field(ge=1, le=1000)] | None = None
    summons_days: Days | None = None


class BodyPublic(ApiModel):
    """A body of the project's governance, and what the caller may do with it."""

    model_config = example(BODY_EXAMPLE)

    id: UUID
    project_id: UUID
    key: str
    source_ref: str | None
    position: int
    level: BodyLevel
    mandate: Mandate = Field(description="An advisory body is heard, and never owns a decision")
    side: PartySide
    title: Text
    purpose: Text | None
    note: Text | None
    cadence: dict[LifecycleStage, Cadence] = Field(description="By lifecycle stage; a missing stage is not stated")
    active_phase: str | None
    active_anchor: str | None
    active_on: date | None
    active_from: date | None = Field(description="The day that follows from the above; null while it is not known")
    ended_on: date | None
    window: WindowPublic | None
    escalates_to: str | None
    size: int | None = Field(description="Seats that the source states without listing them all")
    summons_days: int | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


_SEAT: dict[str, Any] = {
    "key": "customer_project_leader",
    "title": {"sv": "Kundens projektledare", "en": "Customer project leader", "da": None},
    "side": "customer",
    "roleKey": "customer_project_leader",
    "unitId": None,
    "schoolForm": None,
    "isChair": True,
}


class SeatCreate(ApiInput):
    """A place in the body: a role, and the unit or school form that it speaks for; never a person."""

    model_config = example(_SEAT)

    key: Key
    title: GivenText | None = None
    side: PartySide | None = None
    role_key: Key | None = None
    unit_id: UUID | None = None
    school_form: SchoolForm | None = None
    is_chair: bool = False


class SeatChange(ApiPatch):
    """What to change; what is left out stays."""

    model_config = example({"isChair": True})
    nullable: ClassVar[frozenset[str]] = frozenset({"side", "role_key", "unit_id", "school_form"})

    title: GivenText | None = None
    side: PartySide | None = None
    role_key: Key | None = None
    unit_id: UUID | None = None
    school_form: SchoolForm | None = None
    is_chair: bool | None = None


_MEMBERSHIP = {
    "id": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "seatId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "accountId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "validFrom": "2027-03-01",
    "validTo": None,
    "version": 1,
}


class MembershipCreate(ApiInput):
    """An account sits in the seat from a day (today where it is left out), to a last day or without end."""

    model_config = example({"accountId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11", "validFrom": "2027-03-01"})

    account_id: UUID
    valid_from: Day | None = None
    valid_to: Day | None = None


class MembershipChange(ApiPatch):
    """When it begins and ends. A successor is a membership of its own, so that the history stays."""

    model_config = example({"validTo": "2027-12-31"})
    nullable: ClassVar[frozenset[str]] = frozenset({"valid_to"})

    valid_from: Day | None = None
    valid_to: Day | None = None


class MembershipPublic(ApiModel):
    """Who sat when; `accountId` is null after the person was erased."""

    model_config = example(_MEMBERSHIP)

    id: UUID
    seat_id: UUID
    account_id: UUID | None
    valid_from: date
    valid_to: date | None
    version: int


class SeatPublic(ApiModel):
    """A seat, who sits in it today, and who has and will."""

    model_config = example(
        _SEAT
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "bodyId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "position": 1,
            "unitTitle": None,
            "sourceRef": "HAN-R7",
            "sourceUncertain": None,
            "holderId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "isVacant": False,
            "memberships": [_MEMBERSHIP],
            "version": 1,
        }
    )

    id: UUID
    body_id: UUID
    key: str
    position: int
    title: Text | None = Field(description="Null where the source cannot be read")
    side: PartySide | None
    role_key: str | None
    unit_id: UUID | None
    unit_title: Text | None = Field(description="The unit as the source names it")
    school_form: SchoolForm | None
    is_chair: bool
    source_ref: str | None
    source_uncertain: str | None
    holder_id: UUID | None
    is_vacant: bool
    memberships: list[MembershipPublic]
    version: int
