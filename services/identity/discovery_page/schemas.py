"""What front-ends are told of the ways to log in."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web.models import ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_METHOD = {
    "providerId": _ID,
    "name": "Norrviks inloggning",
    "method": "sso",
    "protocol": "saml",
    "populations": ["staff"],
    "entityId": "https://idp.norrvik.example/saml",
}


class LoginOption(ApiModel):
    """One way to log in. `populations` says who it is for; everybody, where it is empty."""

    model_config = example(_METHOD)

    provider_id: UUID
    name: str
    method: str
    protocol: Literal["oidc", "saml"]
    populations: list[str]
    entity_id: str = Field(description="Issuer or entityID of the identity provider")


class LoginOptions(ApiModel):
    """The ways to log in at an organisation."""

    model_config = example({"tenantId": _ID, "name": "Norrviks kommun", "options": [_METHOD]})

    tenant_id: UUID
    name: str
    options: list[LoginOption]
