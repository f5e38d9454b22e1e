"""What goes in and out of the memberships API."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.auth import Role, Side
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class MembershipCreate(ApiInput):
    model_config = example({"accountId": _ID, "role": "unit_head", "unitId": _ID, "side": "customer"})

    account_id: UUID
    home_tenant_id: UUID | None = Field(None, description="Where the account lives; absent for the own tenant")
    role: Role
    unit_id: UUID | None = Field(None, description="Absent for every unit")
    side: Side
    label: str | None = Field(None, max_length=200, description="What you call an account of another tenant")


class MembershipPublic(ApiModel):
    model_config = example(
        {
            "id": _ID,
            "accountId": _ID,
            "homeTenantId": _ID,
            "role": "unit_head",
            "unitId": _ID,
            "side": "customer",
            "label": None,
            "dutyId": None,
            "version": 1,
            "createdAt": "2026-08-17T08:00:00Z",
            "updatedAt": "2026-08-17T08:00:00Z",
            "allowedActions": [
                {
                    "action": "remove",
                    "method": "DELETE",
                    "href": f"https://api.startklar.dev/identity/v1/memberships/{_ID}",
                    "allowed": True,
                    "reason": None,
                }
            ],
        }
    )

    id: UUID
    account_id: UUID
    home_tenant_id: UUID
    role: Role
    unit_id: UUID | None = Field(description="Null for every unit")
    side: Side
    label: str | None
    duty_id: UUID | None = Field(description="The duty in the roster that the role comes from")
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
