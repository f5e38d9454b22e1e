"""What an identity provider says of itself (OpenID Connect Discovery 1.0 section 3)."""

from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.identity.proof.faults import LoginFailed

_WEB = r"^https?://[^\s]+$"


class ProviderMetadata(BaseModel):
    """The members that a login needs. People are sent to the authorization
    and end session endpoints, so those must be web addresses."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: str = Field(pattern=_WEB)
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    pushed_authorization_request_endpoint: str | None = None
    require_pushed_authorization_requests: bool = False
    end_session_endpoint: str | None = Field(None, pattern=_WEB)
    id_token_signing_alg_values_supported: tuple[str, ...] | None = None
    token_endpoint_auth_signing_alg_values_supported: tuple[str, ...] | None = None
    authorization_response_iss_parameter_supported: bool = False


def discovery_url(issuer: str) -> str:
    """Where the document of `issuer` lies."""
    return issuer.rstrip("/") + "/.well-known/openid-configuration"


def read_metadata(content: bytes, issuer: str) -> ProviderMetadata:
    """The document of `issuer`; LoginFailed for another's, which is the mix-up attack's first step."""
    try:
        metadata = ProviderMetadata.model_validate_json(content)
    except ValidationError as error:
        raise LoginFailed("the provider's discovery document is incomplete") from error
    if metadata.issuer != issuer:
        raise LoginFailed("the discovery document names another issuer")
    return metadata


def read_object(content: bytes, what: str) -> dict[str, Any]:
    """A JSON object; raises LoginFailed."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise LoginFailed(f"{what} is not JSON") from error
    if not isinstance(value, dict):
        raise LoginFailed(f"{what} is not an object")
    return value
