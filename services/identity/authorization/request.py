"""A client's authorization request, checked (RFC 6749 section 4.1.1, RFC 7636, OpenID Connect Core 3.1.2.1)."""

import re
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.identity.client.addresses import names
from services.identity.client.models import Client
from services.identity.protocol.form import Parameters
from services.identity.protocol.refusal import Refusal
from shared.auth import Acr
from shared.kit.kit_tables import NO_TENANT

# A SHA-256 in base64url: a PKCE challenge, a key's thumbprint.
_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

# Both are kept until the login ends, for callers whom nobody knows yet.
MOST_STATE, MOST_NONCE = 2048, 512

Prompt = Literal["none", "login"]


class AuthorizationRequest(BaseModel):
    """What was asked, good enough to be answered at `redirect_uri`. `home` is where the person logs in, if said.

    `dpop_jkt`: the key that the code shall be good for alone. `hinted_account`: the person must be this one.
    """

    model_config = ConfigDict(frozen=True)

    client_id: str
    redirect_uri: str
    scope: str
    state: str | None
    nonce: str | None
    code_challenge: str
    tenant: UUID
    home: UUID | None
    acr_values: tuple[Acr, ...]
    max_age: int | None
    prompt: Prompt | None
    dpop_jkt: str | None = None
    hinted_account: UUID | None = None

    @property
    def min_acr(self) -> Acr | None:
        """The weakest assurance that the client accepts; None when it does not say."""
        return min(self.acr_values, key=list(Acr).index) if self.acr_values else None


def is_registered_redirect(client: Client, redirect_uri: str | None) -> bool:
    """Whether the address is one of the client's own (RFC 9700 section 4.1.3)."""
    return redirect_uri is not None and any(names(registered, redirect_uri) for registered in client.redirect_uris)


def check_request(
    parameters: Parameters, client: Client, tenant: UUID | None, home: UUID | None
) -> AuthorizationRequest:
    """The request; raises Refusal. `client` and `redirect_uri` must have been checked before."""
    _check_kind(parameters)
    if not client.may("authorization_code"):
        raise Refusal("unauthorized_client", "the client is not registered for authorization codes")
    if tenant is None:
        raise Refusal("invalid_request", "tenant must name the tenant that the token shall be for")
    if client.tenant_id not in (NO_TENANT, tenant):
        raise Refusal("unauthorized_client", "the client belongs to another tenant")
    if parameters.get("home_tenant") and home is None:
        raise Refusal("invalid_request", "home_tenant names no tenant")
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=parameters.need("redirect_uri"),
        scope=check_scope(parameters.need("scope"), client),
        state=_bounded("state", parameters.get("state"), MOST_STATE),
        nonce=_bounded("nonce", parameters.get("nonce"), MOST_NONCE),
        code_challenge=_challenge(parameters),
        tenant=tenant,
        home=home,
        acr_values=_acr_values(parameters.get("acr_values")),
        max_age=_max_age(parameters.get("max_age")),
        prompt=_prompt(parameters.get("prompt")),
        dpop_jkt=_thumbprint(parameters.get("dpop_jkt")),
    )


def _check_kind(parameters: Parameters) -> None:
    if parameters.get("request"):
        raise Refusal("request_not_supported", "request objects are not supported")
    if parameters.get("request_uri"):
        raise Refusal("request_uri_not_supported", "a request_uri comes from /oauth2/par, and instead of all the rest")
    if parameters.need("response_type") != "code":
        raise Refusal("unsupported_response_type", "only response_type=code is supported")
    if parameters.get("response_mode") not in (None, "query"):
        raise Refusal("invalid_request", "only response_mode=query is supported")


def _bounded(name: str, value: str | None, most: int) -> str | None:
    if value is not None and len(value) > most:
        raise Refusal("invalid_request", f"{name} is longer than {most} characters")
    return value


def _challenge(parameters: Parameters) -> str:
    challenge = parameters.need("code_challenge")
    if parameters.get("code_challenge_method") != "S256" or not _DIGEST.fullmatch(challenge):
        raise Refusal("invalid_request", "PKCE with code_challenge_method=S256 is required")
    return challenge


def check_scope(requested: str, client: Client) -> str:
    """The requested scopes, each once; raises Refusal(invalid_scope) for one that the client may not have."""
    scopes = list(dict.fromkeys(requested.split()))
    refused = [scope for scope in scopes if scope not in client.scopes]
    if refused or not scopes:
        raise Refusal("invalid_scope", f"the client may not have: {' '.join(refused)[:200]}")
    return " ".join(scopes)


def _acr_values(value: str | None) -> tuple[Acr, ...]:
    try:
        return tuple(Acr(word) for word in (value or "").split())
    except ValueError as error:
        raise Refusal("invalid_request", f"acr_values are {' '.join(Acr)}") from error


def _max_age(value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isdecimal() or len(value) > 8:
        raise Refusal("invalid_request", "max_age is a number of seconds")
    return int(value)


def _thumbprint(value: str | None) -> str | None:
    if value is not None and not _DIGEST.fullmatch(value):
        raise Refusal("invalid_request", "dpop_jkt is a JWK thumbprint (RFC 9449 section 10)")
    return value


def _prompt(value: str | None) -> Prompt | None:
    if value == "none":
        return "none"
    words = set((value or "").split())
    if not words <= {"login", "select_account", "consent"}:
        raise Refusal("invalid_request", "prompt is none or login")
    return "login" if words & {"login", "select_account"} else None
