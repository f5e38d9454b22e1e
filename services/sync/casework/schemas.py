"""Correlation cases on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
Kind = Literal["id_reused", "identity_conflict", "perhaps_same"]
State = Literal["open", "decided", "gone"]


class CasePerson(ApiModel):
    """A person of the roster; of a protected one nothing but the alias."""

    id: UUID
    label: str
    is_protected: bool


class CasePublic(ApiModel):
    """A delivered row and the person of the roster that it touches. What the row says stands at its place in the file.

    `kind`: id_reused (the id names a person, the marks do not), identity_conflict (a national number of somebody else),
    perhaps_same (a new record bears the name of somebody who vanishes). Nothing about either changes while it is open;
    `gone` means that the register no longer gives rise to it.
    """

    model_config = example(
        {
            "id": _ID,
            "kind": "id_reused",
            "source": "elevregister",
            "sourceId": "elev00017",
            "person": {"id": _ID, "label": "Alva Ek", "isProtected": False},
            "other": None,
            "runId": _ID,
            "file": "users.csv",
            "line": 18,
            "state": "open",
            "question": "Is the record under this id still the person whom the roster knows by it?",
            "decision": None,
            "reason": None,
            "decidedBy": None,
            "decidedAt": None,
            "version": 1,
            "createdAt": "2026-08-17T08:00:00Z",
            "updatedAt": "2026-08-17T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    kind: Kind
    source: str
    source_id: str | None = Field(description="The row's id in the register; null where it could betray somebody")
    person: CasePerson
    other: CasePerson | None = Field(description="Of whom the row's marks speak, where the roster knows one")
    run_id: UUID
    file: str
    line: int | None
    state: State
    question: str
    decision: Literal["same", "different", "later"] | None
    reason: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class CaseRetract(ApiInput):
    """Why a decision is taken back."""

    model_config = example({"reason": "Fel person, skolan har hört av sig"})

    reason: str = Field(min_length=3, max_length=500)


class CaseDecide(ApiInput):
    """Whether the row is the person: same, different, or later. It holds from the next plan on, for as long as the row
    carries the same marks."""

    model_config = example({"decision": "same", "reason": "Bytt personnummer, intygat av skolan"})

    decision: Literal["same", "different", "later"]
    reason: str | None = Field(None, min_length=3, max_length=500)
