"""How data stand, unit by unit, and sign-offs on the wire."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.sync.rules.rule import Mender
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_UNIT = "01979f3a-8a40-7d11-8c55-0d7e6f1a2b33"
_HASH = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
_REASON = {
    "code": "platform_differs",
    "message": "The platform differs from the register",
    "mender": "supplier",
    "mend": "Mend every difference that the list names",
}
_STANDING = {
    "unitId": _UNIT,
    "name": "Fjällvikens skola",
    "registerOk": True,
    "platformOk": False,
    "missing": 2,
    "stale": 0,
    "duplicate": 0,
    "drift": 2,
    "days": 0,
    "heldSince": None,
    "reasons": [_REASON],
}


class Reason(ApiModel):
    """Why something is not verified, who can mend it and how."""

    code: str
    message: str
    mender: Mender
    mend: str


class Standing(ApiModel):
    """How a unit stands now; `unitId` null is the whole tenant. `days` in a row both legs have held, today counted."""

    model_config = example(_STANDING)

    unit_id: UUID | None
    name: str | None
    register_ok: bool
    platform_ok: bool
    missing: int
    stale: int
    duplicate: int
    drift: int
    days: int
    held_since: date | None
    reasons: list[Reason]


class VerificationPublic(ApiModel):
    """The whole tenant and each unit with people in it, the worst first."""

    model_config = example({"whole": _STANDING | {"unitId": None, "name": None}, "units": [_STANDING]})

    whole: Standing
    units: list[Standing]


class YearCount(ApiModel):
    school_form: str
    school_year: int | None
    pupils: int


class ClassCount(ApiModel):
    name: str
    school_form: str | None
    pupils: int
    teachers: int


class RoleCount(ApiModel):
    role: str
    people: int


class DifferenceCount(ApiModel):
    """Differences of one kind at the unit; the rows themselves are at /platform-differences."""

    kind: str
    count: int
    message: str
    mender: Mender
    mend: str


class UnitReport(ApiModel):
    """What the head of a unit reads before signing. `contentHash` stands for exactly this report."""

    model_config = example(
        {
            "standing": _STANDING,
            "years": [{"schoolForm": "compulsory", "schoolYear": 4, "pupils": 52}],
            "classes": [{"name": "4A", "schoolForm": "compulsory", "pupils": 26, "teachers": 2}],
            "roles": [{"role": "teacher", "people": 31}],
            "platform": {"pupil": 410, "teacher": 31},
            "differences": [
                {
                    "kind": "missing_account",
                    "count": 2,
                    "message": "The person is in the roster and has no account in the platform",
                    "mender": "supplier",
                    "mend": "Run the platform's import",
                }
            ],
            "excused": {},
            "notCompared": [],
            "mustCompare": ["accounts", "groups"],
            "waiting": {"missing": 0, "stale": 0},
            "errors": 0,
            "newDifferences": 2,
            "contentHash": _HASH,
            "allowedActions": [],
        }
    )

    standing: Standing
    years: list[YearCount] = Field(description="Pupils in the roster by school form and year")
    classes: list[ClassCount]
    roles: list[RoleCount] = Field(description="Staff in the roster by role")
    platform: dict[str, int] = Field(description="People at the unit by role, as the platform itself tells")
    differences: list[DifferenceCount]
    excused: dict[str, int] = Field(
        default_factory=dict, description="Of the differences, those that the platform makes because it must: no drift"
    )
    not_compared: list[str] = Field(default_factory=list, description="What the unit has and the export does not tell")
    must_compare: list[str] = Field(default_factory=list, description="What the export must tell, by the policy")
    waiting: dict[str, int] = Field(description="Rows that a plan would add (missing) or change or end (stale)")
    errors: int = Field(description="Open errors of the newest delivery about the unit's rows")
    new_differences: int = Field(description="Differences that the standing sign-off has not seen")
    content_hash: str
    allowed_actions: list[AllowedAction]


class SignOffCreate(ApiInput):
    """Sign exactly the report with this content hash."""

    model_config = example({"seenHash": _HASH, "note": "Klasserna stämmer"})

    seen_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    note: str | None = Field(None, max_length=500, description="Not about persons")


class SignOffPublic(ApiModel):
    """Who signed what, and until when it held."""

    model_config = example(
        {
            "id": _ID,
            "unitId": _UNIT,
            "accountId": _ID,
            "signedAt": "2026-11-22T08:00:00Z",
            "seenHash": _HASH,
            "differencesAccepted": 0,
            "note": None,
            "lapsedAt": None,
            "lapseReason": None,
        }
    )

    id: UUID
    unit_id: UUID
    account_id: UUID
    signed_at: datetime
    seen_hash: str
    differences_accepted: int
    note: str | None
    lapsed_at: datetime | None
    lapse_reason: str | None


def as_counts(numbers: dict[str, Any]) -> dict[str, Any]:
    """The counted roster of a report as fields of it."""
    return {
        "years": [YearCount.model_validate(row) for row in numbers["years"]],
        "classes": [ClassCount.model_validate(row) for row in numbers["classes"]],
        "roles": [RoleCount.model_validate(row) for row in numbers["roles"]],
    }
