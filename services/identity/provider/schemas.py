"""What goes in and out of the identity providers API."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic.alias_generators import to_camel

from services.identity.assurance.loa_map import LoaMapKey
from services.identity.provider.configuration import AttributeFormat, OidcConfiguration
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
    "protocol": "oidc",
    "method": "sso",
    "loaMap": "",
    "populations": ["staff"],
    "configuration": {"preset": "", "token_auth": "client_secret_basic"},
    "configurationHash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "federationId": None,
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


Population = Literal["staff", "pupil", "guardian"]
Method = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,49}$", description="Key that the gates of the rollout use")]
AcrMap = Annotated[dict[str, Acr], Field(max_length=50, description="The provider's values to ours, beside the map")]
Populations = Annotated[
    list[Population], Field(max_length=3, description="Who logs in here; everybody where it is empty")
]
LARGEST_METADATA = 256 * 1024
_OPENID_ISSUER = re.compile(r"https?://[^\s?#]+")


class OidcSettings(OidcConfiguration):
    """How an OpenID provider is spoken to; a preset fills it in."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        json_schema_extra={"example": {"preset": "entra", "tokenAuth": "private_key_jwt"}},
    )


class SamlSettings(ApiInput):
    """What a tenant chooses about a SAML identity provider; the rest is in its metadata."""

    model_config = example({"comparison": "exact", "wantEncrypted": True})

    comparison: Literal["exact", "minimum"] = Field("exact", description="How a level of assurance is asked for")
    want_encrypted: bool = Field(False, description="Refuse assertions that come unencrypted")
    extra_contexts: list[Annotated[str, Field(max_length=300)]] = Field(
        default_factory=list, max_length=10, description="Classes asked for that are no level, as in OIOSAML"
    )
    requests_contexts: bool = Field(True, description="Name the levels that would do in the request")
    attribute_formats: tuple[AttributeFormat, ...] = Field(
        ("uri",),
        min_length=1,
        max_length=3,
        description="How the provider names its attributes; UNI-Login, OIOSAML 2 and ADFS also use plain names",
    )
    skew_seconds: int = Field(60, ge=0, le=180, description="How far the provider's clock may be off")


class ProviderCreate(ApiInput):
    """An OpenID provider as the first administrator or the seed registers it: active at once, on their word."""

    model_config = example(CREATE_EXAMPLE)

    name: str = Field(min_length=1, max_length=200)
    issuer: str = Field(max_length=500, pattern=r"^https?://[^\s?#]+$", description="As in the provider's id tokens")
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: SecretStr = Field(min_length=8, max_length=500)
    login_claim: str = Field("eduPersonPrincipalName", min_length=1, max_length=100)
    acr_map: dict[str, Acr] = Field(
        default_factory=dict, max_length=50, description="The provider's acr values to ours"
    )


class ProviderDraft(ApiInput):
    """A login method to be set up: an OpenID provider with issuer and client, or a SAML identity provider by its
    metadata, by the address of it, or as an entity of a federation."""

    model_config = example(CREATE_EXAMPLE)

    protocol: Literal["oidc", "saml"] = "oidc"
    name: str = Field(min_length=1, max_length=200)
    method: Method = "sso"
    issuer: str | None = Field(
        None,
        max_length=1024,
        pattern=r"^[^\s]+$",
        description="OpenID issuer, or the SAML entityID",
        validate_default=True,
    )
    client_id: str | None = Field(None, min_length=1, max_length=200)
    client_secret: SecretStr | None = Field(None, min_length=8, max_length=500)
    oidc: OidcSettings | None = None
    metadata: str | None = Field(None, max_length=LARGEST_METADATA, description="SAML metadata as XML")
    metadata_url: str | None = Field(None, max_length=1000, pattern=r"^https?://[^\s#]+$")
    federation_id: UUID | None = Field(None, description="Take the entity `issuer` from this federation's metadata")
    saml: SamlSettings | None = None
    login_claim: str | None = Field(None, min_length=1, max_length=200, description="Holds the login name")
    loa_map: LoaMapKey = Field("", max_length=100, pattern=r"^[a-z0-9-]*$", description="Key of an assurance map")
    acr_map: AcrMap = Field(default_factory=dict)
    populations: Populations = Field(default_factory=list)
    is_scoped: bool = Field(True, description="Whether login names end in a domain, which must be the tenant's own")

    @model_validator(mode="after")
    def _says_what_its_protocol_needs(self) -> Self:
        wrong = self._wrong_of_oidc() if self.protocol == "oidc" else self._wrong_of_saml()
        if wrong:
            raise ValueError(wrong)
        return self

    @field_validator("issuer")
    @classmethod
    def _names_who_vouches(cls, issuer: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("protocol") == "oidc" and not (issuer and _OPENID_ISSUER.fullmatch(issuer)):
            raise ValueError("an OpenID issuer is the address that stands in the provider's id tokens")
        return issuer

    def _wrong_of_oidc(self) -> str | None:
        if self.client_id is None:
            return "clientId is what the provider registered us as"
        if any((self.metadata, self.metadata_url, self.federation_id, self.saml)):
            return "metadata, metadataUrl, federationId and saml are of the protocol saml"
        is_keyed = self.oidc is not None and self.oidc.token_auth == "private_key_jwt"  # noqa: S105 - a method
        if (self.client_secret is None) != is_keyed:
            return "clientSecret is needed unless oidc.tokenAuth is private_key_jwt, and only then"
        return None

    def _wrong_of_saml(self) -> str | None:
        if sum(source is not None for source in (self.metadata, self.metadata_url, self.federation_id)) != 1:
            return "give one of metadata, metadataUrl and federationId"
        if self.federation_id is not None and self.issuer is None:
            return "issuer is the entityID to take from the federation"
        if any((self.client_id, self.client_secret, self.oidc)):
            return "clientId, clientSecret and oidc are of the protocol oidc"
        return None


class ProviderUpdate(ApiPatch):
    """What may change without becoming another provider: the issuer decides who vouches for whom, so it stays.

    A changed login claim, map, secret or configuration makes the proof stale: an active method stays active, and its
    evidence lapses until a new trial or a real login.
    """

    model_config = example({"clientSecret": "given by the provider", "state": "active"})
    nullable = frozenset({"reason"})

    name: str | None = Field(None, min_length=1, max_length=200)
    client_secret: SecretStr | None = Field(None, min_length=8, max_length=500)
    oidc: OidcSettings | None = None
    metadata: str | None = Field(None, max_length=LARGEST_METADATA, description="Newer metadata of the same entity")
    saml: SamlSettings | None = None
    login_claim: str | None = Field(None, min_length=1, max_length=200)
    loa_map: LoaMapKey | None = Field(None, max_length=100, pattern=r"^[a-z0-9-]*$")
    acr_map: dict[str, Acr] | None = Field(None, max_length=50, description="Replaces the whole map")
    populations: Populations | None = None
    state: Literal["active", "disabled"] | None = None
    reason: str | None = Field(None, max_length=500, description="Why a method is switched off; names nobody")
    locks_out: bool = Field(False, description="Confirms that nobody can log in after the last method is off")


class ProviderPublic(ApiModel):
    model_config = example(PUBLIC_EXAMPLE)

    id: UUID
    protocol: Literal["oidc", "saml"]
    name: str
    method: str
    issuer: str = Field(description="OpenID issuer or SAML entityID")
    client_id: str | None
    login_claim: str
    loa_map: str
    acr_map: dict[str, Acr]
    populations: list[Population]
    configuration: dict[str, Any]
    configuration_hash: str = Field(description="SHA-256 of all that decides how a login ends; evidence names it")
    federation_id: UUID | None
    state: Literal["draft", "verified", "active", "disabled"]
    redirect_uri: str = Field(description="Register exactly this address at the provider")
    version: int
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction] = Field(default_factory=list)
