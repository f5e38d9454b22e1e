"""Runs, plans, findings and approvals on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.sync.rules.rule import Mender, Severity
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_UNIT = "01979f3a-8a40-7d11-8c55-0d7e6f1a2b33"
_HASH = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
Guard = Literal["clear", "second_person", "held"]


class RunCreate(ApiInput):
    """Which upload shall be read and planned."""

    model_config = example({"uploadId": _ID})

    upload_id: UUID


class CountsPublic(ApiModel):
    """Gross numbers of one kind of row. Revived rows count as created."""

    created: int
    changed: int
    ended: int
    unchanged: int


class UnitCounts(CountsPublic):
    """The same under one unit; `unitId` is null for rows that belong to none, such as guardians."""

    kind: str
    unit_id: UUID | None


class FilePublic(ApiModel):
    """How a delivered file was read."""

    name: str
    rows: int
    bad_rows: int
    encoding: str
    delimiter: str
    is_complete: bool


class GuardReason(ApiModel):
    """What the guard says of a plan: a stable code, what it is about, the number and its base; and the same in words.

    `level`: note (good to know), second_person, held (two persons may release it, with a reason), never (nobody may).
    """

    code: str
    level: Literal["note", "second_person", "held", "never"]
    kind: str | None = None
    part: str | None = Field(None, description="The field, role or school form that it is about")
    file: str | None = None
    unit_id: UUID | None = None
    count: int
    base: int | None = None
    message: str = Field(description="What happened, how many of how many, and where")
    mend: str = Field(description="What to do about it")


class ApprovalPublic(ApiModel):
    account_id: UUID
    reason: str | None
    approved_at: datetime


class RunPublic(ApiModel):
    """A run: from `queued` over `planned` and `applying` to `applied`; `failed`, `stale` and `cancelled` changed
    nothing, and `endedCode` says why."""

    model_config = example(
        {
            "id": _ID,
            "kind": "delivery",
            "uploadId": _ID,
            "undoesRunId": None,
            "source": "elevregister",
            "state": "planned",
            "jobId": _ID,
            "baseVersion": 3,
            "appliedVersion": None,
            "planHash": _HASH,
            "guard": "clear",
            "guardReasons": [],
            "counts": {"person": {"created": 12, "changed": 3, "ended": 1, "unchanged": 11984}},
            "countsByUnit": [
                {"kind": "enrolment", "unitId": _UNIT, "created": 2, "changed": 0, "ended": 1, "unchanged": 397}
            ],
            "findingCounts": {"civic_check_digit": 4},
            "files": [
                {
                    "name": "users.csv",
                    "rows": 12000,
                    "badRows": 0,
                    "encoding": "utf-8",
                    "delimiter": ",",
                    "isComplete": True,
                }
            ],
            "approvals": [],
            "createdAt": "2026-08-17T08:00:00Z",
            "endedAt": None,
            "endedCode": None,
            "endedMessage": None,
            "hasYearRoll": False,
            "allowedActions": [],
        }
    )

    id: UUID
    kind: Literal["delivery", "manual", "marking", "undo", "erasure"]
    upload_id: UUID | None
    undoes_run_id: UUID | None = Field(default=None, description="The run whose inverse this one is")
    source: str
    state: Literal["queued", "planned", "applying", "applied", "failed", "stale", "cancelled"]
    job_id: UUID | None
    base_version: int | None = Field(description="The roster version that the plan was compared with")
    applied_version: int | None
    plan_hash: str | None = Field(description="Name it when approving: it stands for exactly these planned rows")
    guard: Guard | None
    guard_reasons: list[GuardReason]
    counts: dict[str, CountsPublic]
    counts_by_unit: list[UnitCounts]
    finding_counts: dict[str, int]
    files: list[FilePublic]
    approvals: list[ApprovalPublic]
    created_at: datetime
    ended_at: datetime | None
    ended_code: str | None
    ended_message: str | None = Field(description="Why the run came to nothing, and what to do")
    has_year_roll: bool = Field(description="Whether there is a report of what the turn of the school year explains")
    allowed_actions: list[AllowedAction]


class ApprovalCreate(ApiInput):
    """Approve exactly the plan with this hash. A held plan asks for a reason, from each of the two who release it."""

    model_config = example({"planHash": _HASH, "reason": None})

    plan_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    reason: str | None = Field(None, min_length=10, max_length=500, description="Why a held plan is right")


class YearOfUnit(ApiModel):
    """One year of one school: how many pupils were in it, moved up, left."""

    unit_id: UUID
    school_form: str
    school_year: int
    pupils: int
    promoted: int
    left: int


class ClassOfYear(ApiModel):
    """A class that ends: its pupils, those who left school, those who are together in its successor."""

    group_id: UUID
    unit_id: UUID
    pupils: int
    left: int
    same: int
    matched_to: UUID | None = Field(description="The new class where at least 70 % of the pupils are")


class YearRollPublic(ApiModel):
    """What the turn of the school year explains in a plan, and what it does not."""

    model_config = example(
        {
            "years": [
                {
                    "unitId": _UNIT,
                    "schoolForm": "compulsory",
                    "schoolYear": 4,
                    "pupils": 48,
                    "promoted": 46,
                    "left": 0,
                }
            ],
            "classes": [{"groupId": _ID, "unitId": _UNIT, "pupils": 24, "left": 0, "same": 23, "matchedTo": _ID}],
            "unmatchedPersons": [_ID],
        }
    )

    years: list[YearOfUnit]
    classes: list[ClassOfYear]
    unmatched_persons: list[UUID] = Field(description="Pupils whose place ends without an explanation, at most 500")


class ApprovalAccepted(ApiModel):
    """How far the approvals have come. `jobId` is the application of the plan, once enough persons have approved."""

    model_config = example({"runId": _ID, "given": 1, "needed": 1, "jobId": _ID})

    run_id: UUID
    given: int
    needed: int
    job_id: UUID | None


class FieldChange(ApiModel):
    """One value before and after. National numbers are never shown: `before` and `after` are then null."""

    field: str
    before: Any
    after: Any


class PlanItem(ApiModel):
    """One planned row. Of a person who is protected today only the alias is shown, and no values."""

    model_config = example(
        {
            "kind": "person",
            "id": _ID,
            "op": "change",
            "unitId": _UNIT,
            "label": "Alva Ek",
            "isProtected": False,
            "changes": [{"field": "familyName", "before": "Lund", "after": "Ek"}],
        }
    )

    kind: str
    id: UUID
    op: Literal["create", "change", "end", "revive"]
    unit_id: UUID | None
    label: str | None
    is_protected: bool
    changes: list[FieldChange]


class RunEvidence(ApiModel):
    """What a run read and planned, in numbers and hashes, signed. `signature` is a compact JWS (RFC 7515, ES256) over
    `claims`; its key is at /evidence-keys."""

    model_config = example(
        {
            "runId": _ID,
            "claims": {"source": "elevregister", "guard": "clear", "rosterVersion": 11},
            "signature": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln",
        }
    )

    run_id: UUID
    claims: dict[str, Any]
    signature: str


class FindingPublic(ApiModel):
    """One place in the delivery that is not as it should be, what it means, who mends it and how."""

    model_config = example(
        {
            "id": _ID,
            "rule": "civic_check_digit",
            "severity": "warning",
            "file": "users.csv",
            "line": 4711,
            "column": "userIds",
            "entity": "person",
            "unitId": _UNIT,
            "rowRef": "elev-4711",
            "mender": "register_admin",
            "message": "The national number's check digit is wrong",
            "mend": "Correct it in the register",
        }
    )

    id: UUID
    rule: str
    severity: Severity
    file: str
    line: int | None
    column: str | None
    entity: str | None = Field(description="The kind of row that stands there, where it could be read")
    unit_id: UUID | None = Field(description="The unit that the row belongs to, where that can be told")
    row_ref: str | None = Field(
        description="The id of the row in the register. Never a protected person's, never a national number"
    )
    mender: Mender = Field(description="Who can mend it")
    message: str
    mend: str
