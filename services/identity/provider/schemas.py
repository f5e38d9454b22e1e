"""What goes in and out of the identity providers API."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field, SecretStr

from shared.auth import Acr
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

CREATE_EXAMPLE = {
    "name": "Norrviks inloggning",
    "issuer": "https://login.norrvik.example",
    "clientId": "startklar",
    "clientSecret": "given by the provider",
    "loginClaim": "eduPersonPrincipalName",
    "acrMap": {"http://id.skolfederation.se/loa/2fa": "urn:startklar:loa:strong"},
}

PUBLIC_EXAMPLE = {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "name": "Norrviks inloggning",
    "issuer": "https://login.norrvik.example",
    "clientId": "startklar",
    "loginClaim": "eduPersonPrincipalName",
    "acrMap": {"http://id.skolfederation.se/loa/2fa": "urn:startklar:loa:strong"},
    "state": "active",
    "redirectUri": "https://id.startklar.dev/oidc/01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d12/callback",
    "version": 1,
    "createdAt": "2026-08-17T08:00:00Z",
    "updatedAt": "2026-08-17T08:00:00Z",
    "allowedActions": [
        {
            "action": "change",
            "method": "PATCH",
            "href": "https://api.startklar.dev/identity/v1/identity-providers/01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "allowed": True,
            "reason": None,
        }
    ],
}


class ProviderCreate(ApiInput):
    model_config = example(CREATE_EXAMPLE)

    name: str = Field(min_length=1, max_length=200)
    issuer: str = Field(max_length=500, pattern=r"^https?://[^\s?#]+$", description="As in the provider's id tokens")
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: SecretStr = Field(min_length=8, max_length=500)
    login_claim: str = Field("eduPersonPrincipalName", min_length=1, max_length=100)
    acr_map: dict[str, Acr] = Field(
        default_factory=dict, max_length=50, description="The provider's acr values to ours"
    )


class ProviderUpdate(ApiPatch):
    """What may change without becoming another provider. Issuer and login claim decide who is who, so they stay."""

    model_config = example({"clientSecret": "given by the provider", "state": "active"})

    name: str | None = Field(None, min_length=1, max_length=200)
    client_secret: SecretStr | None = Field(None, min_length=8, max_length=500)
    acr_map: dict[str, Acr] | None = Field(None, max_length=50, description="Replaces the whole map")
    state: Literal["active", "disabled"] | None = None


class ProviderPublic(ApiModel):
    model_config = example(PUBLIC_EXAMPLE)

    id: UUID
    name: str
    issuer: str
    client_id: str
    login_claim: str
    acr_map: dict[str, Acr]
    state: Literal["active", "disabled"]
    redirect_uri: str = Field(description="Register exactly this address at the provider")
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
