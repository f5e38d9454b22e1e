"""The JSON that the protocols prescribe, for the API document and for those that we fill by name."""

from typing import Literal

from pydantic import BaseModel, Field

from services.identity.protocol.refusal import ErrorCode
from shared.web.models import example

_GRANTS = ("authorization_code", "refresh_token", "client_credentials")
_ISSUER = "https://api.startklar.dev"
_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class OAuthError(BaseModel):
    """RFC 6749 section 5.2."""

    model_config = example({"error": "invalid_grant", "error_description": "the code is unknown, expired or used"})

    error: ErrorCode
    error_description: str = Field(description="For the client's developer, in English")


class OAuthToken(BaseModel):
    """RFC 6749 section 5.1, OpenID Connect Core 1.0 section 3.1.3.3."""

    model_config = example(
        {
            "access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9...",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "openid projects:read offline_access",
            "id_token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9...",
            "refresh_token": "AZefOnweexKdOl8MK56NEQ...",
        }
    )

    access_token: str = Field(description="A JWT (RFC 9068)")
    token_type: Literal["Bearer", "DPoP"] = Field(description="`DPoP`: bound to the key that the request proved")
    expires_in: int = Field(description="Seconds")
    scope: str
    issued_token_type: str = Field("", description="Of an exchanged token (RFC 8693)")
    id_token: str = Field("", description="With the scope `openid`, for people")
    refresh_token: str = Field("", description="With the scope `offline_access`; good for one use")


class OAuthPushed(BaseModel):
    """RFC 9126 section 2.2."""

    model_config = example({"request_uri": "urn:ietf:params:oauth:request_uri:AZefOnweexKd...", "expires_in": 60})

    request_uri: str = Field(description="For the authorization endpoint, once")
    expires_in: int = Field(description="Seconds")


class OAuthDevice(BaseModel):
    """RFC 8628 section 3.2."""

    model_config = example(
        {
            "device_code": "AZefOnweexKdOl8MK56NEQ...",
            "user_code": "WDJB-MJHT",
            "verification_uri": f"{_ISSUER}/oauth2/device?tenant=norrvik",
            "verification_uri_complete": f"{_ISSUER}/oauth2/device?tenant=norrvik&user_code=WDJB-MJHT",
            "expires_in": 600,
            "interval": 5,
        }
    )

    device_code: str = Field(description="The device polls the token endpoint with it")
    user_code: str = Field(description="The device shows it to its person")
    verification_uri: str = Field(description="Where the person types it")
    verification_uri_complete: str = Field(description="The same as a link or a QR code")
    expires_in: int = Field(description="Seconds")
    interval: int = Field(description="Seconds between two polls")


class OAuthConfirmation(BaseModel):
    """RFC 9449 section 6."""

    model_config = example({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})

    jkt: str = Field(description="Thumbprint of the key that the token is bound to")


class OAuthActor(BaseModel):
    """RFC 8693 section 4.1."""

    model_config = example({"sub": "service-projects"})

    sub: str = Field(description="The service that acts for the person")


class OAuthIntrospection(BaseModel):
    """RFC 7662 section 2.2; `active: false` and nothing else for what is not active, or not for the caller to know."""

    model_config = example(
        {
            "active": True,
            "iss": _ISSUER,
            "token_type": "Bearer",
            "sub": _ID,
            "aud": "urn:startklar:api",
            "client_id": "demo-app",
            "scope": "openid projects:read",
            "tenant": _ID,
            "iat": 1787565600,
            "exp": 1787565900,
            "jti": _ID,
            "acr": "urn:startklar:loa:strong",
            "auth_time": 1787565590,
        }
    )

    active: bool
    iss: str = ""
    token_type: Literal["Bearer", "DPoP", "refresh_token"] = "Bearer"  # noqa: S105 - a kind
    sub: str = Field("", description="Account or client")
    aud: str = ""
    client_id: str = ""
    scope: str = ""
    tenant: str = Field("", description="The tenant that the token is for")
    iat: int = 0
    exp: int = 0
    jti: str = ""
    acr: str = Field("", description="How surely the person is known")
    amr: list[str] = Field(default_factory=list, description="By what the person logged in (RFC 8176)")
    auth_time: int = Field(0, description="When the person logged in")
    cnf: OAuthConfirmation | None = None
    act: OAuthActor | None = None


class OAuthUserInfo(BaseModel):
    """OpenID Connect Core 1.0 section 5.3.2."""

    model_config = example(
        {
            "sub": _ID,
            "name": "Kim Exempel",
            "acr": "urn:startklar:loa:strong",
            "amr": ["mfa"],
            "auth_time": 1787565590,
        }
    )

    sub: str
    name: str | None = Field(None, description="With the scope `profile`; a protected person's alias")
    acr: str | None = Field(None, description="How surely the person is known")
    amr: list[str] | None = Field(None, description="By what the person logged in (RFC 8176), where that is known")
    auth_time: int | None = Field(None, description="When the person logged in; refreshing does not renew it")


class OAuthKeySet(BaseModel):
    """RFC 7517 section 5: the key that signs, and its successor."""

    model_config = example(
        {
            "keys": [
                {
                    "kty": "EC",
                    "crv": "P-256",
                    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                    "kid": "2026-11",
                    "use": "sig",
                    "alg": "ES256",
                }
            ]
        }
    )

    keys: list[dict[str, str]]


class OAuthMetadata(BaseModel):
    """RFC 8414 section 2, OpenID Connect Discovery 1.0 section 3."""

    model_config = example(
        {
            "issuer": _ISSUER,
            "authorization_endpoint": f"{_ISSUER}/oauth2/authorize",
            "token_endpoint": f"{_ISSUER}/oauth2/token",
            "userinfo_endpoint": f"{_ISSUER}/oauth2/userinfo",
            "jwks_uri": f"{_ISSUER}/oauth2/jwks",
            "revocation_endpoint": f"{_ISSUER}/oauth2/revoke",
            "introspection_endpoint": f"{_ISSUER}/oauth2/introspect",
            "end_session_endpoint": f"{_ISSUER}/oauth2/logout",
            "pushed_authorization_request_endpoint": f"{_ISSUER}/oauth2/par",
            "device_authorization_endpoint": f"{_ISSUER}/oauth2/device-authorization",
            "scopes_supported": ["openid", "profile", "offline_access", "projects:read"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [*_GRANTS],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt", "client_secret_basic"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
            "revocation_endpoint_auth_methods_supported": ["none", "private_key_jwt", "client_secret_basic"],
            "introspection_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "dpop_signing_alg_values_supported": ["ES256"],
            "require_pushed_authorization_requests": False,
            "prompt_values_supported": ["none", "login"],
            "acr_values_supported": ["urn:startklar:loa:basic", "urn:startklar:loa:strong"],
            "claims_supported": ["sub", "tenant", "acr", "amr", "auth_time", "sid", "nonce", "name"],
            "claims_parameter_supported": False,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "frontchannel_logout_supported": True,
            "frontchannel_logout_session_supported": True,
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "ui_locales_supported": ["sv", "da", "en"],
        }
    )

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    revocation_endpoint: str
    introspection_endpoint: str
    end_session_endpoint: str
    pushed_authorization_request_endpoint: str
    device_authorization_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]
    dpop_signing_alg_values_supported: list[str]
    require_pushed_authorization_requests: bool
    prompt_values_supported: list[str]
    acr_values_supported: list[str]
    claims_supported: list[str]
    claims_parameter_supported: bool
    backchannel_logout_supported: bool
    backchannel_logout_session_supported: bool
    frontchannel_logout_supported: bool
    frontchannel_logout_session_supported: bool
    authorization_response_iss_parameter_supported: bool
    request_parameter_supported: bool
    request_uri_parameter_supported: bool
    ui_locales_supported: list[str]
