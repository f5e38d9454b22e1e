"""Gates on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.projects.gate.vocabulary import CriterionState, GateState
from services.projects.plan.schemas import WindowPublic
from services.projects.plan.vocabulary import CriterionKind, PartySide
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_TEXT = {"sv": "Nyckelpersonerna är utbildade", "en": "The key persons are trained", "da": None}
_WHY = {
    "sv": "30 av 50 i rollen key_person är utbildade; minst 80 % krävs",
    "en": "30 of 50 in the role key_person are trained; at least 80 % is required",
    "da": None,
}
_CRITERION: dict[str, Any] = {
    "id": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "key": "key-persons-trained",
    "kind": "training_coverage",
    "title": _TEXT,
    "isMandatory": True,
    "basis": "startklar",
    "state": "unmet",
    "observed": "unmet",
    "explanation": _WHY,
    "evidence": {"role": "key_person", "trained": 30, "needed": 50, "minPercent": 80},
    "observedAt": "2026-11-21T08:00:00Z",
    "mustAct": {"side": "joint", "role": "trainer"},
    "waiver": None,
}
GATE_EXAMPLE: dict[str, Any] = {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
    "phaseId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "key": "m3",
    "sourceRef": "HAN-M3",
    "position": 3,
    "title": {"sv": "Realisering och test avslutade", "en": "Realisation and test closed", "da": None},
    "window": {"start": "2027-08-01", "end": "2027-08-31", "precision": "month", "tentative": False},
    "isWindowDerived": True,
    "isOverdue": False,
    "state": "open",
    "passedAt": None,
    "passedBy": None,
    "criteria": [_CRITERION],
    "allowedActions": [],
}


class MustActPublic(ApiModel):
    """Whose turn it is."""

    side: PartySide
    role: str | None


class WaiverPublic(ApiModel):
    """The customer went on without the criterion. It is never removed."""

    id: UUID
    reason: str
    state_then: CriterionState
    waived_by: UUID
    waived_at: datetime


class CriterionPublic(ApiModel):
    """One thing that a gate asks for. `observed` is what the facts say, also where the criterion is waived."""

    id: UUID
    key: str
    kind: CriterionKind
    title: Text
    is_mandatory: bool
    basis: Literal["source", "startklar"] = Field(description="Whether the plan's source demands it or we added it")
    state: CriterionState
    observed: CriterionState
    explanation: Text
    evidence: dict[str, Any]
    observed_at: datetime | None
    must_act: MustActPublic
    waiver: WaiverPublic | None


class GatePublic(ApiModel):
    """A gate, judged at this moment. Unknown and stale criteria never make it ready."""

    model_config = example(GATE_EXAMPLE)

    id: UUID
    project_id: UUID
    phase_id: UUID
    key: str
    source_ref: str
    position: int
    title: Text
    window: WindowPublic | None
    is_window_derived: bool = Field(description="The template gives no time; the gate is due when its phase ends")
    is_overdue: bool
    state: GateState = Field(description="`waived` is passed with at least one mandatory criterion waived")
    passed_at: datetime | None
    passed_by: UUID | None
    criteria: list[CriterionPublic]
    allowed_actions: list[AllowedAction]


class GateWaiverCreate(ApiInput):
    """Which criterion to go on without, and why. The reason stays visible; it must not name a person."""

    model_config = example(
        {"criterionId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11", "reason": "Utbildningen sker i augusti enligt beslut"}
    )

    criterion_id: UUID
    reason: Annotated[str, Field(min_length=10, max_length=2000)]


class GateAttestationCreate(ApiInput):
    """What is attested, in the words of whoever attests it."""

    model_config = example(
        {"criterionId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11", "statement": "Alla förskolor använder plattformen"}
    )

    criterion_id: UUID
    statement: Annotated[str, Field(min_length=3, max_length=2000)]


class ChainLink(ApiModel):
    """One step from the gate down to what must happen."""

    kind: Literal["gate", "criterion", "activity", "decision", "signal"]
    id: UUID | None
    label: Text
    state: str


class Blocker(ApiModel):
    """One mandatory criterion that holds the gate, why, and whose turn it is."""

    criterion_id: UUID
    key: str
    state: CriterionState
    explanation: Text
    sentence: Text = Field(description="What the gate waits for, down to the root, in words")
    must_act: MustActPublic
    chain: list[ChainLink]


class GateExplanation(ApiModel):
    """Why a gate stands where it stands."""

    model_config = example(
        {
            "gateId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "state": "open",
            "summary": {
                "sv": "1 obligatoriskt kriterium återstår",
                "en": "1 mandatory criterion remains",
                "da": "1 obligatorisk betingelse mangler",
            },
            "blocking": [
                {
                    "criterionId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
                    "key": "key-persons-trained",
                    "state": "unmet",
                    "explanation": _WHY,
                    "sentence": {
                        "sv": "Grind M3 ”Test avslutad” väntar på ”Utbildning”: 30 av 50 (kund och leverantör)",
                        "en": "Gate M3 “Test closed” waits for “Training”: 30 of 50 (customer and supplier)",
                        "da": "Port M3 ”Test afsluttet” venter på ”Træning”: 30 af 50 (kunde og leverandør)",
                    },
                    "mustAct": {"side": "joint", "role": "trainer"},
                    "chain": [
                        {"kind": "criterion", "id": None, "label": _TEXT, "state": "unmet"},
                        {"kind": "signal", "id": None, "label": _WHY, "state": "unmet"},
                    ],
                }
            ],
        }
    )

    gate_id: UUID
    state: GateState
    summary: Text
    blocking: list[Blocker]
