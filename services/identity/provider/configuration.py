"""What a provider's protocol needs beside what every provider has; stored in `identity_provider.configuration`."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

SamlBinding = Literal["redirect", "post"]
Comparison = Literal["exact", "minimum"]
AttributeFormat = Literal["uri", "basic", "unspecified"]
TokenAuth = Literal["client_secret_basic", "client_secret_post", "private_key_jwt"]
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Words = Annotated[tuple[Word, ...], Field(max_length=20)]
Value = Annotated[str, Field(min_length=1, max_length=500)]

# What a login decides for itself; a fixed value would weaken it.
_OURS = frozenset(
    {
        "response_type", "response_mode", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method", "max_age", "prompt", "claims", "request", "request_uri", "id_token_hint",
    }
)  # fmt: skip


class OidcConfiguration(BaseModel):
    """An OpenID provider's ways. A preset fills it in; what is set here is what counts.

    `required_claims` must each have one of the given values, whoever has logged in (Google's `hd`). `parameters` go
    with every authorization request. `session_claim` is where the id token names the provider's session.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: str = Field("", max_length=50, description="The preset that this began as")
    token_auth: TokenAuth = "client_secret_basic"  # noqa: S105 - the name of a method
    assertion_audience: Literal["issuer", "token_endpoint"] = "issuer"
    scopes: Words = ("openid", "profile")
    acr_request: Literal["acr_values", "claims", "none"] = "acr_values"
    acr_claim: Word = "acr"
    session_claim: Word = "sid"
    use_userinfo: bool = Field(True, description="Ask userinfo where the id token lacks the login name")
    ends_session: bool = Field(
        False, description="Log out there too; our address `/oidc/{tenant}/logged-out` must be registered there"
    )
    push_requests: bool = Field(False, description="Push authorization requests (RFC 9126), demanded or not")
    required_claims: dict[Word, Annotated[tuple[Value, ...], Field(min_length=1, max_length=50)]] = Field(
        default_factory=dict, max_length=10
    )
    parameters: dict[Word, Value] = Field(default_factory=dict, max_length=10)

    @field_validator("scopes")
    @classmethod
    def _is_openid(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in scopes:
            raise ValueError("the scope openid is what makes it a login")
        return scopes

    @field_validator("parameters")
    @classmethod
    def _leaves_ours_alone(cls, parameters: dict[str, str]) -> dict[str, str]:
        if taken := _OURS & parameters.keys():
            raise ValueError(f"{sorted(taken)[0]} is set by each login itself")
        return parameters


class SamlConfiguration(BaseModel):
    """A SAML identity provider's ways, read from its metadata; a federation's feed says the first block instead.

    `certificates` are those that sign, base64 DER. `scopes` are the domains that it may speak for (`shibmd:Scope`),
    `scope_patterns` those that the metadata gives as regular expressions. `extra_contexts` go with every request beside
    the levels (OIOSAML's profile selectors, which are no levels).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sso_url: str = Field("", max_length=2048)
    sso_binding: SamlBinding = "redirect"
    slo_url: str | None = Field(None, max_length=2048)
    slo_response_url: str | None = Field(None, max_length=2048, description="Where answers go, if elsewhere")
    slo_binding: SamlBinding | None = None
    certificates: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    encryption_certificates: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    scopes: Annotated[tuple[str, ...], Field(max_length=200)] = ()
    scope_patterns: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    metadata_valid_until: datetime | None = None

    comparison: Comparison = "exact"
    extra_contexts: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    want_encrypted: bool = Field(False, description="Refuse assertions that came in the clear")
    sign_requests: bool = True
    requests_contexts: bool = Field(True, description="Name the levels that would do in the request")
    attribute_formats: Annotated[tuple[AttributeFormat, ...], Field(min_length=1, max_length=3)] = ("uri",)
    skew_seconds: int = Field(60, ge=0, le=180, description="How far the provider's clock may be off")
