"""What goes in and out of the hand-over API."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
AdminRole = Literal["tenant_admin", "register_admin"]


class HandoverCreate(ApiInput):
    model_config = example(
        {"role": "register_admin", "unitId": _ID, "toAccountId": _ID, "previous": "none", "dueOn": "2026-09-01"}
    )

    role: AdminRole = Field(description="tenant_admin is the main administrator, register_admin a school's")
    unit_id: UUID | None = Field(None, description="The school; absent for the main administrator")
    to_account_id: UUID = Field(description="An open account of the customer's")
    from_account_id: UUID | None = Field(None, description="Who held the role until now")
    previous: Literal["none", "ended", "kept"] = Field("none", description="What becomes of the former holder's role")
    reason: str | None = Field(None, min_length=3, max_length=500, description="Why the former holder keeps the role")
    due_on: date | None = Field(None, examples=["2026-09-01"])


class HandoverPublic(ApiModel):
    model_config = example(
        {
            "id": _ID,
            "role": "register_admin",
            "unitId": _ID,
            "fromAccountId": None,
            "toAccountId": _ID,
            "previous": "none",
            "reason": None,
            "dueOn": "2026-09-01",
            "state": "offered",
            "isOverdue": False,
            "offeredBy": _ID,
            "offeredAt": "2026-08-17T08:00:00Z",
            "decidedAt": None,
            "version": 1,
            "createdAt": "2026-08-17T08:00:00Z",
            "updatedAt": "2026-08-17T08:00:00Z",
            "allowedActions": [
                {
                    "action": "accept",
                    "method": "POST",
                    "href": f"https://api.startklar.dev/identity/v1/handovers/{_ID}/acceptances",
                    "allowed": True,
                    "reason": None,
                }
            ],
        }
    )

    id: UUID
    role: AdminRole
    unit_id: UUID | None
    from_account_id: UUID | None
    to_account_id: UUID
    previous: Literal["none", "ended", "kept"]
    reason: str | None
    due_on: date | None = Field(examples=["2026-09-01"])
    state: Literal["offered", "accepted", "withdrawn"]
    is_overdue: bool = False
    offered_by: UUID | None
    offered_at: datetime
    decided_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class HandoverSchoolPublic(ApiModel):
    """A school: whether it has as many administrators of its own as it shall have."""

    model_config = example(
        {"unitId": _ID, "admins": 1, "wanted": 2, "isDone": False, "offered": 1, "overdueSince": "2026-09-01"}
    )

    unit_id: UUID
    admins: int
    wanted: int
    is_done: bool
    offered: int = Field(description="Roles that were offered and not yet taken")
    overdue_since: date | None = Field(examples=["2026-09-01"])


class HandoverPolicyPut(ApiInput):
    model_config = example({"wantedPerUnit": 2})

    wanted_per_unit: int = Field(ge=1, le=20, description="Administrators of its own that each school shall have")


class HandoverPolicyPublic(ApiModel):
    model_config = example({"wantedPerUnit": 2, "version": 1})

    wanted_per_unit: int
    version: int
