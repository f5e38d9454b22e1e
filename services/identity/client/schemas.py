"""What goes in and out of the clients API."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.auth import Role, Scope, Side
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_EXAMPLE = {
    "name": "Nattlig export",
    "scopes": ["projects:read", "coverage:read"],
    "roles": [{"role": "auditor", "unitId": None}],
}
_SHOWN = {
    **_EXAMPLE,
    "id": _ID,
    "clientId": "c-AZefOnweexKdOl8MK56NEQGXnzp8HntSnTpfDCuejRE",
    "kind": "script",
    "side": "customer",
    "state": "active",
    "version": 1,
    "createdAt": "2026-08-17T08:00:00Z",
    "updatedAt": "2026-08-17T08:00:00Z",
    "allowedActions": [
        {
            "action": "change",
            "method": "PATCH",
            "href": f"https://api.startklar.dev/identity/v1/clients/{_ID}",
            "allowed": True,
            "reason": None,
        }
    ],
}


class ClientRole(ApiModel):
    model_config = example({"role": "auditor", "unitId": None})

    role: Role
    unit_id: UUID | None = Field(None, description="Absent for every unit")


class ClientCreate(ApiInput):
    """A script of the own tenant. It proves itself by a secret, or by a key of its own where `publicKeys` are given."""

    model_config = example(_EXAMPLE)

    name: str = Field(min_length=1, max_length=200)
    scopes: list[Scope] = Field(min_length=1, max_length=100)
    roles: list[ClientRole] = Field(min_length=1, max_length=50)
    side: Side = Side.customer
    public_keys: list[dict[str, Any]] = Field(default_factory=list, max_length=5, description="ES256 public JWKs")


class ClientUpdate(ApiPatch):
    model_config = example({"state": "disabled"})

    name: str | None = Field(None, min_length=1, max_length=200)
    state: Literal["active", "disabled"] | None = None


class ClientPublic(ApiModel):
    model_config = example(_SHOWN)

    id: UUID
    client_id: str
    name: str
    kind: Literal["public", "script", "service"]
    scopes: list[str]
    roles: list[ClientRole]
    side: Side | None
    state: Literal["active", "disabled"]
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class ClientCreated(ClientPublic):
    """The only answer that shows the secret; keep it, it cannot be read again."""

    model_config = example({**_SHOWN, "clientSecret": "shown once"})

    client_secret: str | None = Field(description="Null where the client proves itself by its key")
