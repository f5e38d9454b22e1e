"""The roster's past on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.sync import Counts
from shared.web.models import AllowedAction, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_UNIT = "01979f3a-8a40-7d11-8c55-0d7e6f1a2b33"
_HASH = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"


class VersionDetail(ApiModel):
    """A version of the roster with the hash of its whole state.

    Two versions with the same hash hold the same roster. Who is protected or erased today is so in every version.
    """

    model_config = example(
        {
            "number": 4,
            "runId": _ID,
            "origin": "run",
            "counts": {"person": {"created": 12, "changed": 3, "ended": 1, "unchanged": 11984}},
            "appliedAt": "2026-08-17T08:00:00Z",
            "stateHash": _HASH,
            "rows": {"unit": 31, "person": 11999},
            "allowedActions": [],
        }
    )

    number: int
    run_id: UUID
    origin: Literal["run", "manual", "marking", "undo", "erasure"]
    counts: dict[str, Counts]
    applied_at: datetime
    state_hash: str = Field(description="SHA-256 over every row that was present, by what it says")
    rows: dict[str, int] = Field(description="How many rows of each kind were present")
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class PastRow(ApiModel):
    """A row as it was. Of a person who is protected today only the alias is shown; who is erased is not there."""

    model_config = example(
        {
            "kind": "enrolment",
            "id": _ID,
            "version": 4,
            "label": None,
            "isProtected": False,
            "values": {"personId": _ID, "unitId": _UNIT, "schoolForm": "compulsory", "schoolYear": 5},
        }
    )

    kind: str
    id: UUID
    version: int = Field(description="The version in which it was so")
    label: str | None
    is_protected: bool
    values: dict[str, Any]


class Difference(ApiModel):
    """A row that is not the same in two versions. Of a person who is protected today no value is shown."""

    model_config = example(
        {
            "kind": "person",
            "id": _ID,
            "op": "changed",
            "label": "Alva Ek",
            "isProtected": False,
            "before": {"familyName": "Lund"},
            "after": {"familyName": "Ek"},
        }
    )

    kind: str
    id: UUID
    op: Literal["created", "changed", "ended"]
    label: str | None
    is_protected: bool
    before: dict[str, Any] | None = Field(description="The values that differ, or all of a row that ended")
    after: dict[str, Any] | None = Field(description="The values that differ, or all of a row that was created")
