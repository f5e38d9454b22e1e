"""Decisions and the matrix on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from services.projects.decision.vocabulary import Certainty, DecisionState
from services.projects.plan.schemas import GivenText, WindowInput, WindowPublic
from services.projects.plan.vocabulary import Modality, PartySide, SchoolForm
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
Forms = Annotated[list[SchoolForm], Field(max_length=5)]

_QUESTION = {"sv": "Ska vårdnadshavarna anslutas nu?", "en": "Shall the guardians be connected now?", "da": None}
_WINDOW = {"start": "2027-08-01", "end": "2027-08-31", "precision": "month", "tentative": False}
_OPTIONS = [{"key": "yes", "title": {"sv": "Ja", "en": "Yes", "da": "Ja"}}]
_CREATE: dict[str, Any] = {
    "key": "connect_guardians",
    "question": _QUESTION,
    "options": _OPTIONS,
    "bySide": "customer",
    "bodyId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
    "activityId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
    "neededBy": _WINDOW,
}


class DecisionOption(ApiInput):
    """One of the answers that are put to the body."""

    key: Key
    title: GivenText


class DecisionCreate(ApiInput):
    """A question to settle. With `modality` and `function` it is a cell of the matrix of direction decisions.

    `supersedesId` names the decision that this one replaces when it is taken; it then has the same key.
    """

    model_config = example(_CREATE)

    key: Key | None = None
    supersedes_id: UUID | None = None
    question: GivenText
    note: GivenText | None = None
    options: list[DecisionOption] = Field(default_factory=list, max_length=20)
    by_side: PartySide = PartySide.customer
    body_id: UUID | None = None
    activity_id: UUID | None = None
    needed_by: WindowInput | None = None
    modality: Modality | None = None
    function: GivenText | None = None
    tool: GivenText | None = None
    school_forms: Forms = Field(default_factory=list)
    certainty: Certainty | None = None


class DecisionChange(ApiPatch):
    """What to change while the question is open; what is left out stays."""

    model_config = example({"modality": "should", "certainty": "good"})
    nullable: ClassVar[frozenset[str]] = frozenset(
        {"note", "body_id", "activity_id", "needed_by", "modality", "function", "tool", "certainty"}
    )

    question: GivenText | None = None
    note: GivenText | None = None
    options: list[DecisionOption] | None = Field(default=None, max_length=20)
    body_id: UUID | None = None
    activity_id: UUID | None = None
    needed_by: WindowInput | None = None
    modality: Modality | None = None
    function: GivenText | None = None
    tool: GivenText | None = None
    school_forms: Forms | None = None
    certainty: Certainty | None = None


class OutcomeCreate(ApiInput):
    """What was decided: by which body, which option, in what words, and from when it holds.

    `bodyId` may be left out where the question names its body. The words must not name a person.
    """

    model_config = example(
        {
            "bodyId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "optionKey": "yes",
            "outcome": "Vårdnadshavarna ansluts i augusti",
            "validFrom": "2027-08-16",
        }
    )

    body_id: UUID | None = None
    option_key: Key | None = None
    outcome: Annotated[str, Field(min_length=2, max_length=4000)]
    valid_from: Day | None = None


class WithdrawalCreate(ApiInput):
    """Why the question is taken back. It must not name a person."""

    model_config = example({"reason": "Frågan är löst i avtalet"})

    reason: Annotated[str, Field(min_length=5, max_length=2000)]


class DecisionPublic(ApiModel):
    """A question and its answer. Once decided it stays as it is; a successor takes its place."""

    model_config = example(
        _CREATE
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "sourceRef": "HAN-A4.02",
            "note": None,
            "isOverdue": False,
            "modality": None,
            "function": None,
            "tool": None,
            "schoolForms": [],
            "certainty": None,
            "sourceText": None,
            "candidates": [],
            "state": "open",
            "optionKey": None,
            "outcome": "",
            "validFrom": None,
            "decidedAt": None,
            "decidedBy": None,
            "meetingId": None,
            "supersedesId": None,
            "version": 1,
            "createdAt": "2026-11-22T08:00:00Z",
            "updatedAt": "2026-11-22T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    key: str = Field(description="Names the question through all its successors")
    source_ref: str | None
    question: Text
    note: Text | None
    options: list[DecisionOption]
    by_side: PartySide
    body_id: UUID | None
    activity_id: UUID | None = Field(description="The activity that waits for it")
    needed_by: WindowPublic | None
    is_overdue: bool = Field(description="Open, and the last day of the window has passed")
    modality: Modality | None
    function: Text | None
    tool: Text | None
    school_forms: list[SchoolForm]
    certainty: Certainty | None = Field(description="How surely the source was read")
    source_text: str | None
    candidates: list[Text]
    state: DecisionState
    option_key: str | None
    outcome: str
    valid_from: date | None
    decided_at: datetime | None
    decided_by: UUID | None
    meeting_id: UUID | None
    supersedes_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class MatrixCell(ApiModel):
    """A function, how binding its use is, and in which tool."""

    decision_id: UUID
    key: str
    source_ref: str | None
    modality: Modality | None = Field(description="must, should, may [ska, bör, kan]")
    function: Text | None = Field(description="Null where the source cannot be read; see candidates")
    tool: Text | None = Field(description="Null where the source leaves it blank")
    school_forms: list[SchoolForm] = Field(description="Empty is all of the project's")
    certainty: Certainty | None
    source_text: str | None
    candidates: list[Text]
    state: DecisionState
    valid_from: date | None
    decided_by: UUID | None
    decided_at: datetime | None
    units_in_use: int
    version: int


class DecisionMatrix(ApiModel):
    """The direction decisions of a project, by how binding they are. A cell can be changed until it is decided."""

    model_config = example(
        {
            "cells": [
                {
                    "decisionId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
                    "key": "han_d03",
                    "sourceRef": "HAN-D03",
                    "modality": "must",
                    "function": {"sv": "Utvecklingssamtal", "en": "Development talk", "da": None},
                    "tool": {"sv": "Plattformen", "en": "Platform", "da": None},
                    "schoolForms": ["compulsory"],
                    "certainty": "good",
                    "sourceText": None,
                    "candidates": [],
                    "state": "decided",
                    "validFrom": "2027-08-16",
                    "decidedBy": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
                    "decidedAt": "2027-03-20T12:00:00Z",
                    "unitsInUse": 3,
                    "version": 2,
                }
            ]
        }
    )

    cells: list[MatrixCell]


class UsageCreate(ApiInput):
    """Whether a unit uses the function, and since when."""

    model_config = example({"unitId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11", "isInUse": True, "since": "2027-09-01"})

    unit_id: UUID
    is_in_use: bool
    since: Day | None = None


class UsagePublic(ApiModel):
    """Whether a unit uses the function of a cell. A unit without a row has not said."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "decisionKey": "han_d03",
            "unitId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "isInUse": True,
            "since": "2027-09-01",
            "version": 1,
        }
    )

    id: UUID
    decision_key: str
    unit_id: UUID
    is_in_use: bool
    since: date | None
    version: int


class UnusedFunction(ApiModel):
    """A decided function that a unit must use and does not yet, as far as it has said."""

    model_config = example(
        {
            "unitId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "decisionId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "key": "han_d03",
            "modality": "must",
            "function": {"sv": "Utvecklingssamtal", "en": "Development talk", "da": None},
            "tool": None,
            "validFrom": "2027-08-16",
        }
    )

    unit_id: UUID
    decision_id: UUID
    key: str
    modality: Modality
    function: Text
    tool: Text | None
    valid_from: date | None
