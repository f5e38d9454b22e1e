"""Roles, who holds them, and what is vacant, on the wire."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.projects.body.schemas import Day, Key
from services.projects.plan.schemas import GivenText
from services.projects.plan.vocabulary import LifecycleStage, PartySide
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Percent = Annotated[int, Field(ge=0, le=100)]
_TITLE = {"sv": "Administratör", "en": "Administrator", "da": None}
_DUTY = {"sv": "Konton och register", "en": "Accounts and register", "da": None}
_ROLE: dict[str, Any] = {
    "key": "school_administrator",
    "side": "customer",
    "title": _TITLE,
    "duty": _DUTY,
    "minCount": 2,
    "isPerUnit": True,
    "needsMandate": False,
}
_ASSIGN: dict[str, Any] = {
    "roleId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "unitId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11",
    "accountId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "deputyId": None,
    "validFrom": "2027-08-01",
    "validTo": None,
    "allocationPercent": 20,
    "decisionId": None,
    "network": "",
    "toldOn": None,
}


class RoleCreate(ApiInput):
    """A role of the authority's own. `minCount` holders are needed, at each school where `isPerUnit` is set.

    `needsMandate`: an assignment counts only with a decision and a share of the post, as for ambassadors.
    """

    model_config = example(_ROLE)

    key: Key
    side: PartySide
    title: GivenText
    duty: GivenText
    min_count: Annotated[int, Field(ge=1, le=1000)] | None = None
    is_per_unit: bool = False
    needs_mandate: bool = False


class RolePublic(ApiModel):
    """A role that somebody must hold in the project."""

    model_config = example(_ROLE | {"id": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11", "sourceRef": "IM-R10"})

    id: UUID
    key: str
    source_ref: str | None
    side: PartySide
    title: Text
    duty: Text
    min_count: int | None = Field(description="How many must hold it; null is one")
    is_per_unit: bool
    needs_mandate: bool


class AssignmentCreate(ApiInput):
    """An account holds a role from a day (today where it is left out), at a unit or for the whole authority."""

    model_config = example(_ASSIGN)

    role_id: UUID
    account_id: UUID
    unit_id: UUID | None = None
    deputy_id: UUID | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    allocation_percent: Percent | None = None
    decision_id: UUID | None = None
    network: Annotated[str, Field(max_length=200)] = ""
    told_on: Day | None = None


class AssignmentChange(ApiPatch):
    """What to change. Somebody else in the role is another assignment, so that the history stays."""

    model_config = example({"validTo": "2028-06-30"})
    nullable: ClassVar[frozenset[str]] = frozenset(
        {"deputy_id", "valid_to", "allocation_percent", "decision_id", "told_on"}
    )

    deputy_id: UUID | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    allocation_percent: Percent | None = None
    decision_id: UUID | None = None
    network: Annotated[str, Field(max_length=200)] | None = None
    told_on: Day | None = None


class AssignmentPublic(ApiModel):
    """Who holds a role. `counts` says whether it fills the role today; `lacks` what it still needs for that."""

    model_config = example(
        _ASSIGN
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "roleKey": "it_ambassador",
            "counts": False,
            "lacks": ["decision"],
            "version": 1,
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    role_id: UUID
    role_key: str
    unit_id: UUID | None
    account_id: UUID | None = Field(description="Null after the person was erased")
    deputy_id: UUID | None
    valid_from: date
    valid_to: date | None
    allocation_percent: int | None
    decision_id: UUID | None
    network: str
    told_on: date | None
    counts: bool
    lacks: list[Literal["decision", "share"]]
    version: int
    allowed_actions: list[AllowedAction]


class VacancyPublic(ApiModel):
    """A role with too few holders, or a seat in which nobody sits.

    For a seat `suggestedId` is the account that holds the seat's role today.
    """

    model_config = example(
        {
            "kind": "role",
            "key": "school_administrator",
            "title": _TITLE,
            "side": "customer",
            "roleId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
            "unitId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11",
            "bodyId": None,
            "seatId": None,
            "required": 2,
            "missing": 1,
            "suggestedId": None,
        }
    )

    kind: Literal["role", "seat"]
    key: str
    title: Text | None
    side: PartySide | None
    role_id: UUID | None
    unit_id: UUID | None
    body_id: UUID | None
    seat_id: UUID | None
    required: int
    missing: int
    suggested_id: UUID | None


class Leaving(ApiModel):
    """Somebody who sits in a seat on the day before, and not on the day."""

    body_id: UUID
    seat_id: UUID
    membership_id: UUID
    account_id: UUID | None
    last_day: date


class StageBody(ApiModel):
    """A body as the next stage finds it. `gap` is how its cadence or its days end."""

    body_id: UUID
    key: str
    title: Text
    gap: Literal["cadence_not_stated", "ended"] | None
    seats: int
    vacant_seats: list[UUID]
    stays: int = Field(description="Seats whose holder is the same on both days")


class ContinuityReport(ApiModel):
    """Who leaves and which seats are empty when the project goes from one stage to the next."""

    model_config = example(
        {
            "stage": "implementation",
            "nextStage": "management",
            "on": "2028-01-01",
            "bodies": [
                {
                    "bodyId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
                    "key": "strategic",
                    "title": {"sv": "Styrgrupp", "en": "Steering group", "da": None},
                    "gap": None,
                    "seats": 3,
                    "vacantSeats": ["01979f3a-2222-7b52-9d3a-5f0c2b9e8d11"],
                    "stays": 2,
                }
            ],
            "leaving": [
                {
                    "bodyId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
                    "seatId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
                    "membershipId": "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11",
                    "accountId": "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11",
                    "lastDay": "2027-12-31",
                }
            ],
            "endingAssignments": [],
        }
    )

    stage: LifecycleStage
    next_stage: LifecycleStage
    on: date
    bodies: list[StageBody]
    leaving: list[Leaving]
    ending_assignments: list[UUID] = Field(description="Role assignments that end before that day")
