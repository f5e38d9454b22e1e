"""What the provider says of itself (OpenID Connect Discovery 1.0, RFC 8414) and its public keys (RFC 7517)."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from services.identity.dependencies import KeyRingDep, SettingsDep
from services.identity.protocol.parameters import GRANTS
from services.identity.protocol.schemas import OAuthKeySet, OAuthMetadata
from shared.auth import Acr, Scope
from shared.auth.jws import ALGORITHM
from shared.web.route import problem_responses

router = APIRouter(tags=["oauth2"])

_FRESH_FOR = {"Cache-Control": "public, max-age=300"}
_PROBLEMS = problem_responses(429, 500, 503)


class KeySetResponse(JSONResponse):
    """RFC 7517 section 8.5.2."""

    media_type = "application/jwk-set+json"


@router.get("/.well-known/openid-configuration", response_model=OAuthMetadata, responses=_PROBLEMS)
async def openid_configuration(settings: SettingsDep) -> Response:
    """Addresses and abilities of the provider (OpenID Connect Discovery 1.0)."""
    return JSONResponse(_metadata(settings.issuer).model_dump(), headers=_FRESH_FOR)


@router.get("/.well-known/oauth-authorization-server", response_model=OAuthMetadata, responses=_PROBLEMS)
async def oauth_authorization_server(settings: SettingsDep) -> Response:
    """The same for clients that know OAuth alone (RFC 8414)."""
    return JSONResponse(_metadata(settings.issuer).model_dump(), headers=_FRESH_FOR)


@router.get("/oauth2/jwks", response_model=OAuthKeySet, response_class=KeySetResponse, responses=_PROBLEMS)
async def oauth2_jwks(ring: KeyRingDep) -> Response:
    """The keys that verify our tokens: the one that signs, and its successor."""
    return KeySetResponse(await ring.jwks(), headers=_FRESH_FOR)


def _metadata(issuer: str) -> OAuthMetadata:
    methods = ["private_key_jwt", "client_secret_basic"]
    return OAuthMetadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/oauth2/authorize",
        token_endpoint=f"{issuer}/oauth2/token",
        userinfo_endpoint=f"{issuer}/oauth2/userinfo",
        jwks_uri=f"{issuer}/oauth2/jwks",
        revocation_endpoint=f"{issuer}/oauth2/revoke",
        introspection_endpoint=f"{issuer}/oauth2/introspect",
        end_session_endpoint=f"{issuer}/oauth2/logout",
        pushed_authorization_request_endpoint=f"{issuer}/oauth2/par",
        device_authorization_endpoint=f"{issuer}/oauth2/device-authorization",
        scopes_supported=[scope.value for scope in Scope],
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=list(GRANTS),
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=[ALGORITHM],
        token_endpoint_auth_methods_supported=["none", *methods],
        token_endpoint_auth_signing_alg_values_supported=[ALGORITHM],
        revocation_endpoint_auth_methods_supported=["none", *methods],
        introspection_endpoint_auth_methods_supported=methods,
        code_challenge_methods_supported=["S256"],
        dpop_signing_alg_values_supported=[ALGORITHM],
        # Each client says for itself; to demand it of all is not needed with PKCE and exact addresses.
        require_pushed_authorization_requests=False,
        prompt_values_supported=["none", "login"],
        acr_values_supported=[acr.value for acr in Acr],
        claims_supported=["sub", "tenant", "acr", "amr", "auth_time", "sid", "nonce", "name"],
        claims_parameter_supported=False,
        backchannel_logout_supported=True,
        backchannel_logout_session_supported=True,
        frontchannel_logout_supported=True,
        frontchannel_logout_session_supported=True,
        authorization_response_iss_parameter_supported=True,
        request_parameter_supported=False,
        request_uri_parameter_supported=False,
        ui_locales_supported=["sv", "da", "en"],
    )
