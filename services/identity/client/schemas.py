"""What goes in and out of the clients API."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, field_validator

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
    "redirectUris": [],
    "postLogoutRedirectUris": [],
    "backchannelLogoutUri": None,
    "frontchannelLogoutUri": None,
    "jwksUri": None,
    "grantTypes": [],
    "requiresPar": False,
    "requiresDpop": False,
    "formerSecretUntil": None,
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


Address = Annotated[str, Field(min_length=1, max_length=2000)]
GrantType = Literal[
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
]


class ClientRole(ApiModel):
    model_config = example({"role": "auditor", "unitId": None})

    role: Role
    unit_id: UUID | None = Field(None, description="Absent for every unit")


class _Registration(ApiModel):
    """What a tenant's administrator may say of a client; `registration.faults` judges it by kind."""

    redirect_uris: list[Address] = Field(
        default_factory=list,
        max_length=20,
        description="Compared as strings; https, for an app without a secret also loopback or a scheme of its own",
    )
    post_logout_redirect_uris: list[Address] = Field(default_factory=list, max_length=20)
    backchannel_logout_uri: Address | None = Field(None, description="We call it when a session ends")
    frontchannel_logout_uri: Address | None = Field(None, description="The browser loads it when a session ends")
    jwks_uri: Address | None = Field(None, description="Where the client publishes its ES256 keys")
    grant_types: list[GrantType] = Field(
        default_factory=list, max_length=5, description="Fewer or other grants than the kind has by itself"
    )
    requires_par: bool = Field(False, description="Authorization requests count only when pushed (RFC 9126)")
    requires_dpop: bool = Field(False, description="Tokens are given only bound to a key (RFC 9449)")


class ClientCreate(_Registration, ApiInput):
    """A client of the own tenant: a script, an app without a secret (`public`), or a web app with one (`web`).

    A script and a web app prove themselves by a secret, or by a key of their own where keys are given.
    """

    model_config = example(_EXAMPLE)

    name: str = Field(min_length=1, max_length=200)
    kind: Literal["public", "web", "script"] = "script"
    scopes: list[Scope] = Field(min_length=1, max_length=100)
    roles: list[ClientRole] = Field(default_factory=list, max_length=50, description="A script's own; none of an app")
    side: Side = Field(Side.customer, description="Of a script")
    public_keys: list[dict[str, Any]] = Field(default_factory=list, max_length=5, description="ES256 public JWKs")

    @field_validator("roles")
    @classmethod
    def _leaves_decisions_to_people(cls, roles: list[ClientRole]) -> list[ClientRole]:
        if any(granted.role is Role.approver for granted in roles):
            raise ValueError("a script takes no decisions in the approver's place")
        return roles


class ClientUpdate(ApiPatch):
    """Secrets and keys change by a rotation and by a registration of their own."""

    model_config = example({"state": "disabled"})
    nullable = frozenset({"backchannel_logout_uri", "frontchannel_logout_uri"})

    name: str | None = Field(None, min_length=1, max_length=200)
    state: Literal["active", "disabled"] | None = None
    scopes: list[Scope] | None = Field(None, min_length=1, max_length=100)
    redirect_uris: list[Address] | None = Field(None, max_length=20)
    post_logout_redirect_uris: list[Address] | None = Field(None, max_length=20)
    backchannel_logout_uri: Address | None = None
    frontchannel_logout_uri: Address | None = None
    requires_par: bool | None = None
    requires_dpop: bool | None = None


class ClientPublic(_Registration):
    model_config = example(_SHOWN)

    id: UUID
    client_id: str
    name: str
    kind: Literal["public", "web", "script", "service"]
    scopes: list[str]
    roles: list[ClientRole]
    side: Side | None
    state: Literal["active", "disabled"]
    former_secret_until: datetime | None = Field(None, description="Until when the secret before the last is good too")
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class SecretRotated(ApiModel):
    """The only answer that shows the new secret."""

    model_config = example({"clientSecret": "shown once", "formerSecretUntil": "2026-08-18T08:00:00Z"})

    client_secret: str
    former_secret_until: datetime = Field(description="Until when the former secret is good too")


class SecretRotation(ApiInput):
    model_config = example({"overlapMinutes": 1440})

    overlap_minutes: int = Field(1440, ge=0, le=43_200, description="How long the former secret stays good; 0: not")


class ClientCreated(ClientPublic):
    """The only answer that shows the secret; keep it, it cannot be read again."""

    model_config = example({**_SHOWN, "clientSecret": "shown once"})

    client_secret: str | None = Field(description="Null where the client proves itself by its key")
