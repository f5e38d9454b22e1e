"""Risks on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.projects.plan.schemas import TextInput, WindowInput
from services.projects.plan.vocabulary import ActivityState, PartySide, RiskLevel, RiskTrigger
from services.projects.risk.matrix import AXIS, Definition
from services.projects.risk.vocabulary import AssessmentKind, MatrixKind, RiskState, TriggerState
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

_RISK_ID = "01979f3a-6001-7b52-9d3a-5f0c2b9e8d11"
_PROJECT_ID = "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11"
_ACTIVITY_ID = "01979f3a-3333-7b52-9d3a-5f0c2b9e8d11"
_ACCOUNT_ID = "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11"
_AXIS: dict[str, Any] = AXIS.model_dump(mode="json", by_alias=True)

Area = Annotated[str, Field(min_length=1, max_length=80, description="Such as integration, migration or rollout")]
Words = Annotated[str, Field(min_length=1, max_length=1000)]


class TriggerRule(ApiInput):
    """What raises the risk by itself. `role` and `minPercent` belong to the kinds that count people or content."""

    model_config = example({"kind": "third_party_overdue", "role": None, "minPercent": None})

    kind: RiskTrigger
    role: Annotated[str, Field(max_length=60)] | None = None
    min_percent: Annotated[int, Field(ge=1, le=100)] | None = None

    def params(self) -> dict[str, Any]:
        given = {"role": self.role, "minPercent": self.min_percent}
        return {name: value for name, value in given.items() if value is not None}


class TriggerPublic(ApiModel):
    """The trigger, and what the facts say at this moment. `unknown` means that nobody told them; it is not quiet."""

    kind: RiskTrigger
    params: dict[str, Any]
    state: TriggerState
    explanation: Text
    evidence: dict[str, Any]
    changed_at: datetime | None = Field(description="When the state last changed as the service saw it")


class MeasurePublic(ApiModel):
    """An activity that meets the risk."""

    activity_id: UUID
    source_ref: str | None
    title: Text
    state: ActivityState


class RiskAcceptancePublic(ApiModel):
    """The customer lives with the risk up to and with `expiresOn`, unless it grows beyond `level`."""

    model_config = example(
        {
            "id": "01979f3a-6005-7b52-9d3a-5f0c2b9e8d11",
            "level": "medium",
            "reason": "Reservplan finns och är prövad",
            "expiresOn": "2027-08-31",
            "acceptedBy": _ACCOUNT_ID,
            "acceptedAt": "2027-03-10T09:00:00Z",
        }
    )

    id: UUID
    level: RiskLevel
    reason: str
    expires_on: date
    accepted_by: UUID
    accepted_at: datetime


class RiskPublic(ApiModel):
    """A risk. Levels are null until somebody has assessed it: no template and no default sets one."""

    model_config = example(
        {
            "id": _RISK_ID,
            "projectId": _PROJECT_ID,
            "position": 4,
            "sourceRef": "HAN-K04",
            "area": "integration",
            "event": {
                "sv": "Leverantörer av verksamhetssystem lämnar inte licensnycklar i tid",
                "en": "Vendors of administration systems do not deliver licence keys in time",
                "da": None,
            },
            "consequence": {"sv": "Försenade integrationer", "en": "Delayed integrations", "da": None},
            "measure": {"sv": "Planering och tydligt ansvar", "en": "Planning and clear responsibility", "da": None},
            "ownerId": None,
            "ownerRole": "customer_project_leader",
            "ownerSide": "customer",
            "state": "open",
            "level": None,
            "isAssessed": False,
            "inherentLevel": None,
            "currentLevel": None,
            "residualLevel": None,
            "acceptance": None,
            "trigger": {
                "kind": "third_party_overdue",
                "params": {},
                "state": "unknown",
                "explanation": {
                    "sv": "Okänt: planen har ingen leverans från tredje part",
                    "en": "Unknown: the plan has no third party's deliverable",
                    "da": None,
                },
                "evidence": {},
                "changedAt": None,
            },
            "measures": [],
            "version": 1,
            "createdAt": "2027-03-01T08:00:00Z",
            "updatedAt": "2027-03-01T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    position: int
    source_ref: str | None
    area: str
    event: Text
    consequence: Text | None
    measure: Text | None = Field(description="What the plan's source advises; measures that are done are activities")
    owner_id: UUID | None
    owner_role: str | None
    owner_side: PartySide | None
    state: RiskState
    level: RiskLevel | None = Field(description="The current level, or the inherent one while nobody assessed that")
    is_assessed: bool
    inherent_level: RiskLevel | None
    current_level: RiskLevel | None
    residual_level: RiskLevel | None
    acceptance: RiskAcceptancePublic | None = Field(description="Null where none holds today")
    trigger: TriggerPublic | None
    measures: list[MeasurePublic]
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class RiskCreate(ApiInput):
    """A risk of the project's own. It has no level: an assessment sets it."""

    model_config = example(
        {
            "area": "integration",
            "event": {"sv": "Skolskjutsplaneringen läser fortfarande det gamla registret"},
            "consequence": {"sv": "Fel elever får skjuts de första veckorna"},
            "measure": {"sv": "Stäm av listorna före terminsstart"},
            "ownerRole": "customer_project_leader",
            "trigger": {"kind": "decision_overdue"},
        }
    )

    area: Area
    event: TextInput
    consequence: TextInput | None = None
    measure: TextInput | None = None
    owner_id: UUID | None = None
    owner_role: Annotated[str, Field(max_length=60)] | None = None
    owner_side: PartySide | None = None
    trigger: TriggerRule | None = None


class RiskChange(ApiPatch):
    """What to change; what is left out stays. Levels change by assessments only."""

    model_config = example({"ownerId": _ACCOUNT_ID, "trigger": {"kind": "third_party_overdue"}})

    nullable: ClassVar[frozenset[str]] = frozenset(
        {"consequence", "measure", "owner_id", "owner_role", "owner_side", "trigger"}
    )

    area: Area | None = None
    event: TextInput | None = None
    consequence: TextInput | None = None
    measure: TextInput | None = None
    owner_id: UUID | None = None
    owner_role: Annotated[str, Field(max_length=60)] | None = None
    owner_side: PartySide | None = None
    state: RiskState | None = None
    trigger: TriggerRule | None = None


class RiskAssessmentCreate(ApiInput):
    """A score: `level` where the project uses one axis, `likelihood` and `consequence` where it chose a grid."""

    model_config = example({"kind": "current", "level": "large", "note": "Två av tre nycklar saknas"})

    kind: AssessmentKind
    level: RiskLevel | None = None
    likelihood: Annotated[int, Field(ge=1, le=10)] | None = None
    consequence: Annotated[int, Field(ge=1, le=10)] | None = None
    note: Annotated[str, Field(max_length=2000)] = ""


class RiskAssessmentPublic(ApiModel):
    """One score, with the matrix as it was when it was given. It never changes."""

    model_config = example(
        {
            "id": "01979f3a-6002-7b52-9d3a-5f0c2b9e8d11",
            "riskId": _RISK_ID,
            "kind": "current",
            "level": "large",
            "likelihood": None,
            "consequence": None,
            "matrixNumber": 0,
            "matrix": _AXIS,
            "note": "Två av tre nycklar saknas",
            "assessedBy": _ACCOUNT_ID,
            "assessedSide": "customer",
            "assessedAt": "2027-03-10T09:00:00Z",
        }
    )

    id: UUID
    risk_id: UUID
    kind: AssessmentKind
    level: RiskLevel
    likelihood: int | None
    consequence: int | None
    matrix_number: int = Field(description="0 is the axis that holds where the project chose nothing")
    matrix: Definition
    note: str
    assessed_by: UUID | None
    assessed_side: PartySide
    assessed_at: datetime


class RiskAcceptanceCreate(ApiInput):
    """Why the customer lives with the risk, and up to when. The reason must not name a person."""

    model_config = example({"reason": "Reservplan finns och är prövad", "expiresOn": "2027-08-31"})

    reason: Annotated[str, Field(min_length=10, max_length=2000)]
    expires_on: date


class RiskMeasureCreate(ApiInput):
    """An activity of the plan that meets the risk: one that is there, or a new one in a phase."""

    model_config = example(
        {
            "title": {"sv": "Begär licensnycklar skriftligt av varje leverantör"},
            "phaseId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "side": "customer",
            "window": {"start": "2027-04-01", "end": "2027-04-30", "precision": "month", "tentative": False},
        }
    )

    activity_id: UUID | None = None
    title: TextInput | None = None
    phase_id: UUID | None = None
    side: PartySide | None = None
    window: WindowInput | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        new = (self.title, self.phase_id, self.side, self.window)
        if self.activity_id is not None and any(part is not None for part in new):
            raise ValueError("give activityId alone, or title and phaseId of a new activity")
        if self.activity_id is None and (self.title is None or self.phase_id is None):
            raise ValueError("give activityId, or title and phaseId of a new activity")
        return self


class RiskMatrixCreate(ApiInput):
    """How risks are scored from now on. A grid crosses likelihood and consequence; the sources have none."""

    model_config = example({"definition": _AXIS})

    definition: Definition


class RiskMatrixPublic(ApiModel):
    """One version of a project's matrix; the highest number counts. `basis` startklar: our addition to the source."""

    model_config = example(
        {
            "id": None,
            "number": 0,
            "kind": "axis",
            "basis": "source",
            "definition": _AXIS,
            "createdBy": None,
            "createdAt": None,
        }
    )

    id: UUID | None
    number: int
    kind: MatrixKind
    basis: Literal["source", "startklar"]
    definition: Definition
    created_by: UUID | None
    created_at: datetime | None = Field(json_schema_extra={"example": "2027-03-10T09:00:00Z"})
