"""Systems and integrations on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.projects.integration.vocabulary import Direction, IntegrationState, SystemKind, VerificationResult
from services.projects.plan.schemas import TextInput
from services.projects.plan.vocabulary import ActivityState, DataClass, PartySide
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

_PROJECT_ID = "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11"
_SYSTEM_ID = "01979f3a-9001-7b52-9d3a-5f0c2b9e8d11"
_INTEGRATION_ID = "01979f3a-9002-7b52-9d3a-5f0c2b9e8d11"
_ACTIVITY_ID = "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11"
_STAMPS = {"version": 1, "createdAt": "2027-04-01T08:00:00Z", "updatedAt": "2027-04-01T08:00:00Z"}
_EXIT = {"sv": "Data raderas hos leverantören inom 90 dagar", "en": "Data is erased within 90 days", "da": None}
_SYSTEM: dict[str, Any] = {
    "key": "pupil_register",
    "title": {"sv": "BER (elevregister)", "en": "BER (pupil register)", "da": None},
    "kind": "register",
    "direction": "in",
    "protocol": "SS 12000",
    "ownerSide": "customer",
    "ownerName": "Förvaltningens registerenhet",
    "dataClasses": ["ordinary", "confidential"],
    "exitRule": _EXIT,
}

Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=80)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class SystemCreate(ApiInput):
    """A system that the rollout touches."""

    model_config = example(_SYSTEM)

    key: Key
    title: TextInput
    kind: SystemKind
    direction: Direction | None = None
    protocol: Name | None = None
    owner_side: PartySide | None = None
    owner_name: Name | None = None
    data_classes: Annotated[list[DataClass], Field(max_length=3)] = []
    exit_rule: TextInput | None = None


class SystemChange(ApiPatch):
    """What to change; what is left out stays."""

    model_config = example({"protocol": "SS 12000:2020", "dataClasses": ["ordinary"]})

    nullable: ClassVar[frozenset[str]] = frozenset({"direction", "protocol", "owner_side", "owner_name", "exit_rule"})

    title: TextInput | None = None
    kind: SystemKind | None = None
    direction: Direction | None = None
    protocol: Name | None = None
    owner_side: PartySide | None = None
    owner_name: Name | None = None
    data_classes: Annotated[list[DataClass], Field(max_length=3)] | None = None
    exit_rule: TextInput | None = None


class SystemPublic(ApiModel):
    """A system of the catalogue. What no source says is null."""

    model_config = example(
        _SYSTEM | {"id": _SYSTEM_ID, "projectId": _PROJECT_ID, "position": 1, "sourceRef": None, "note": None} | _STAMPS
    )

    id: UUID
    project_id: UUID
    position: int
    key: str
    source_ref: str | None
    title: Text
    kind: SystemKind
    direction: Direction | None
    protocol: str | None
    owner_side: PartySide | None
    owner_name: str | None
    data_classes: list[str]
    exit_rule: Text | None = Field(description="What happens to the data when the system is left")
    note: Text | None
    version: int
    created_at: datetime
    updated_at: datetime


class IntegrationCreate(ApiInput):
    """The connection of a system. Steps are activities of the plan, in their order: hours stand there."""

    model_config = example(
        {
            "systemId": _SYSTEM_ID,
            "key": "pupil_register",
            "title": {"sv": "Överföring från elevregistret"},
            "side": "joint",
            "soakDays": 14,
            "stepActivityIds": [_ACTIVITY_ID],
        }
    )

    system_id: UUID
    key: Key
    title: TextInput
    side: PartySide
    soak_days: Annotated[int, Field(ge=0, le=730)] = 0
    licence_activity_id: UUID | None = None
    step_activity_ids: Annotated[list[UUID], Field(max_length=100)] = []


class IntegrationChange(ApiPatch):
    """Move it (`planned`, `set_up`, `verifying`) or change what it needs. Verified and active come by their own."""

    model_config = example({"state": "verifying"})

    nullable: ClassVar[frozenset[str]] = frozenset({"licence_activity_id"})

    title: TextInput | None = None
    state: Literal[IntegrationState.planned, IntegrationState.set_up, IntegrationState.verifying] | None = None
    soak_days: Annotated[int, Field(ge=0, le=730)] | None = None
    licence_activity_id: UUID | None = None
    step_activity_ids: Annotated[list[UUID], Field(max_length=100)] | None = None


class StepPublic(ApiModel):
    """A step, which is an activity: its hours, owner and state are read and changed there."""

    activity_id: UUID
    source_ref: str | None
    title: Text
    state: ActivityState


class IntegrationPublic(ApiModel):
    """An integration and how far it has come."""

    model_config = example(
        {
            "id": _INTEGRATION_ID,
            "projectId": _PROJECT_ID,
            "systemId": _SYSTEM_ID,
            "systemKey": "pupil_register",
            "key": "pupil_register",
            "title": {"sv": "Överföring från elevregistret", "en": "Transfer from the pupil register", "da": None},
            "side": "joint",
            "state": "verifying",
            "soakDays": 14,
            "soakFrom": "2027-05-03",
            "soakDaysLeft": 5,
            "licenceActivityId": None,
            "verifiedAt": None,
            "activatedAt": None,
            "activatedBy": None,
            "steps": [
                {
                    "activityId": _ACTIVITY_ID,
                    "sourceRef": "HAN-I3",
                    "title": {"sv": "Verifiera överföringen", "en": "Verify the sync", "da": None},
                    "state": "started",
                }
            ],
            "allowedActions": [],
        }
        | _STAMPS
    )

    id: UUID
    project_id: UUID
    system_id: UUID
    system_key: str
    key: str
    title: Text
    side: PartySide
    state: IntegrationState
    soak_days: int = Field(description="Days that it must run without a failure before it counts as verified")
    soak_from: date | None = Field(
        description="Null while it is not watched; a failed verification begins anew",
        json_schema_extra={"example": "2027-05-03"},
    )
    soak_days_left: int | None
    licence_activity_id: UUID | None
    verified_at: datetime | None
    activated_at: datetime | None
    activated_by: UUID | None
    steps: list[StepPublic]
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class VerificationCreate(ApiInput):
    """What was found when both systems were compared. The note must not name a person."""

    model_config = example(
        {
            "verifiedOn": "2027-05-17",
            "result": "passed",
            "method": "Stickprov per skolform mot registret",
            "checked": 200,
            "deviations": 0,
        }
    )

    verified_on: date
    result: VerificationResult
    method: Annotated[str, Field(min_length=1, max_length=300)]
    checked: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    deviations: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    note: Annotated[str, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _no_more_than_checked(self) -> Self:
        if self.deviations is not None and (self.checked is None or self.deviations > self.checked):
            raise ValueError("deviations are among what was checked: give checked, and no more deviations than that")
        return self


class VerificationPublic(ApiModel):
    """One comparison. Only the customer's passed one, at the end of the soak, makes an integration verified."""

    model_config = example(
        {
            "id": "01979f3a-9003-7b52-9d3a-5f0c2b9e8d11",
            "integrationId": _INTEGRATION_ID,
            "verifiedOn": "2027-05-17",
            "result": "passed",
            "method": "Stickprov per skolform mot registret",
            "checked": 200,
            "deviations": 0,
            "note": "",
            "side": "customer",
            "verifiedBy": None,
            "recordedAt": "2027-05-17T14:00:00Z",
        }
    )

    id: UUID
    integration_id: UUID
    verified_on: date
    result: VerificationResult
    method: str
    checked: int | None
    deviations: int | None
    note: str
    side: PartySide
    verified_by: UUID | None
    recorded_at: datetime
