"""The policy of verification on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_REASON = "Beslut i styrgruppen 2026-11-20, punkt 4"
Comparable = Literal["accounts", "groups", "guardians"]
Reason = Annotated[str, Field(min_length=5, max_length=500)]


class VerificationPolicyPublic(ApiModel):
    """How old a proof may be, how many open errors and differences a unit may have, and which platform is meant."""

    model_config = example(
        {
            "maxAgeDays": 7,
            "maxErrors": 0,
            "maxDrift": 0,
            "mustCompare": ["accounts", "groups"],
            "platformSourceId": _ID,
            "platformNamedBy": _ID,
            "platformNamedAt": "2026-11-20T09:00:00Z",
            "soaksFrom": "2026-11-20",
            "allowedActions": [],
        }
    )

    max_age_days: int
    max_errors: int
    max_drift: int
    must_compare: list[Comparable] | None = Field(
        None, description="What the export must tell; null: accounts, and what the platform's declared source tells"
    )
    platform_source_id: UUID | None = Field(description="Null: no platform's export proves anything yet")
    platform_named_by: UUID | None
    platform_named_at: datetime | None
    soaks_from: date | None = Field(description="Days in a row count from here at the earliest")
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class VerificationPolicyPatch(ApiInput):
    """Leave out what stays. `reason` stands in the journal; it names nobody."""

    model_config = example({"maxDrift": 2, "reason": _REASON})

    max_age_days: int | None = Field(None, ge=1, le=90)
    max_errors: int | None = Field(None, ge=0, le=100)
    max_drift: int | None = Field(None, ge=0, le=100)
    must_compare: list[Comparable] | None = Field(
        None,
        max_length=3,
        description="Where the export tells less, no unit is verified. Null: what the platform's declared source tells",
    )
    reason: Reason


class PlatformTargetPut(ApiInput):
    """The source of role platform whose export shall prove what the platform holds."""

    model_config = example({"sourceId": _ID, "reason": _REASON})

    source_id: UUID
    reason: Reason
