"""Comparisons with a platform, differences and accounts on the wire."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.sync.rules.rule import Mender, Severity
from shared.web.models import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_UNIT = "01979f3a-8a40-7d11-8c55-0d7e6f1a2b33"


class ComparisonCreate(ApiInput):
    """Which stored upload of a platform shall be compared."""

    model_config = example({"uploadId": _ID})

    upload_id: UUID


class UnitComparison(ApiModel):
    """One unit on both sides: heads by role, differences by kind. `unitId` is null for what belongs to no unit.

    `ties` counts memberships in groups and guardians on each side, as far as they were compared.
    """

    unit_id: UUID | None
    roster: dict[str, int]
    platform: dict[str, int]
    differences: dict[str, int]
    ties: dict[str, dict[str, int]] = Field(default_factory=dict)


class ComparisonPublic(ApiModel):
    """A reading of the platform's own export, compared with the roster of `rosterVersion`."""

    model_config = example(
        {
            "id": _ID,
            "sourceId": _ID,
            "uploadId": _ID,
            "state": "done",
            "jobId": _ID,
            "rosterVersion": 4,
            "counts": {"missing_account": 2},
            "units": [
                {
                    "unitId": _UNIT,
                    "roster": {"pupil": 412, "teacher": 31},
                    "platform": {"pupil": 410, "teacher": 31},
                    "differences": {"missing_account": 2},
                    "ties": {
                        "roster": {"memberships": 1290, "guardians": 801},
                        "platform": {"memberships": 1286, "guardians": 797},
                    },
                }
            ],
            "incomplete": [],
            "problem": None,
            "createdAt": "2026-11-22T08:00:00Z",
            "endedAt": "2026-11-22T08:00:04Z",
        }
    )

    id: UUID
    source_id: UUID
    upload_id: UUID
    state: Literal["queued", "done", "failed"]
    job_id: UUID | None
    roster_version: int | None
    counts: dict[str, int] = Field(description="Differences by kind, and findings about the export by rule")
    units: list[UnitComparison]
    incomplete: list[str] = Field(description="Kinds of rows that the export may hold only in part")
    problem: str | None = Field(description="The rule by which the export could not be read")
    created_at: datetime
    ended_at: datetime | None


class DifferencePublic(ApiModel):
    """One way in which the platform differs: what, where, the likely cause, and who mends it how."""

    model_config = example(
        {
            "id": _ID,
            "comparisonId": _ID,
            "kind": "missing_account",
            "severity": "error",
            "unitId": _UNIT,
            "personId": _ID,
            "label": "Alva Ek",
            "rowRef": None,
            "file": "",
            "line": None,
            "column": None,
            "message": "The person is in the roster and has no account in the platform",
            "cause": "The person has no login name in the register",
            "mender": "supplier",
            "mend": "Run the platform's import; look at the likely cause if the account is still missing",
        }
    )

    id: UUID
    comparison_id: UUID
    kind: str
    severity: Severity
    unit_id: UUID | None
    person_id: UUID | None
    label: str | None = Field(description="The person's name in the roster, of a protected person the alias")
    row_ref: str | None = Field(description="The platform's own key of the row; never a protected person's")
    file: str
    line: int | None
    column: str | None
    message: str
    cause: str | None
    mender: Mender
    mend: str


class AccountPublic(ApiModel):
    """What the platform last told of a person's account."""

    model_config = example(
        {
            "personId": _ID,
            "unitIds": [_UNIT],
            "isActive": True,
            "lastLoginOn": "2026-11-20",
            "comparisonId": _ID,
        }
    )

    person_id: UUID
    unit_ids: list[UUID]
    is_active: bool
    last_login_on: date | None = Field(description="Null where nobody has logged in, or the platform does not tell")
    comparison_id: UUID
