"""What the caller is told about the caller."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.auth import Acr, Role, Side
from shared.contracts.identity import TenantKind
from shared.web.models import ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class MeTenant(ApiModel):
    id: UUID
    name: str
    kind: TenantKind


class MeRole(ApiModel):
    role: Role
    unit_id: UUID | None = Field(description="Null for every unit")
    description: str = Field(description="What the role may do")


class MeAssurance(ApiModel):
    acr: Acr | None = Field(description="How surely the person is known; null for a script")
    auth_time: datetime | None = Field(description="When the person logged in; refreshing does not renew it")


class Me(ApiModel):
    """The caller as the token and the present records have it."""

    model_config = example(
        {
            "accountId": _ID,
            "displayName": "Kim Exempel",
            "kind": "person",
            "tenant": {"id": _ID, "name": "Norrviks kommun", "kind": "authority"},
            "side": "customer",
            "roles": [{"role": "unit_head", "unitId": _ID, "description": "Heads a unit ..."}],
            "units": [_ID],
            "allUnits": False,
            "scopes": ["projects:read"],
            "assurance": {"acr": "urn:startklar:loa:strong", "authTime": "2026-08-17T08:00:00Z"},
            "clientId": "demo-app",
        }
    )

    account_id: UUID
    display_name: str = Field(description="The alias, where the person's identity is protected")
    kind: Literal["person", "script"]
    tenant: MeTenant
    side: Side | None
    roles: list[MeRole]
    units: list[UUID] = Field(description="The units that the roles name")
    all_units: bool = Field(description="Whether some role holds at every unit")
    scopes: list[str]
    assurance: MeAssurance
    client_id: str
