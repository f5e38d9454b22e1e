"""What goes in and out of the tenants API."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.identity import TenantKind
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
TENANT_EXAMPLE = {
    "id": _ID,
    "kind": "authority",
    "name": "Norrviks kommun",
    "slug": "norrvik",
    "state": "active",
    "version": 1,
    "createdAt": "2026-08-17T08:00:00Z",
    "updatedAt": "2026-08-17T08:00:00Z",
    "allowedActions": [
        {
            "action": "change",
            "method": "PATCH",
            "href": f"https://api.startklar.dev/identity/v1/tenants/{_ID}",
            "allowed": True,
            "reason": None,
        }
    ],
}


class FirstAdministrator(ApiInput):
    """Who may log in first: the account that the tenant's identity provider will vouch for."""

    model_config = example({"loginName": "admin@norrvik.example", "displayName": "Kim Exempel"})

    login_name: str = Field(min_length=3, max_length=254, pattern=r"^[^\s@]+@[^\s@]+$")
    display_name: str = Field(min_length=1, max_length=200)


class TenantCreate(ApiInput):
    model_config = example(
        {
            "kind": "authority",
            "name": "Norrviks kommun",
            "slug": "norrvik",
            "administrator": {"loginName": "admin@norrvik.example", "displayName": "Kim Exempel"},
        }
    )

    kind: TenantKind
    name: str = Field(min_length=1, max_length=200)
    slug: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$", description="Short name in addresses, unique on the platform")
    administrator: FirstAdministrator | None = Field(None, description="Gets the role tenant_admin for every unit")


class TenantUpdate(ApiInput):
    model_config = example({"name": "Norrviks kommun, barn och utbildning"})

    name: str = Field(min_length=1, max_length=200)


class TenantPublic(ApiModel):
    model_config = example(TENANT_EXAMPLE)

    id: UUID
    kind: TenantKind
    name: str
    slug: str
    state: str
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
