"""Reads what a provider's endpoints answer: the token response and userinfo."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.upstream.metadata import read_object


@dataclass(frozen=True)
class TokenResponse:
    """What the code was exchanged for. The access token is used for userinfo alone and kept nowhere."""

    id_token: str
    access_token: str | None


def read_token_response(content: bytes) -> TokenResponse:
    """Raises LoginFailed for an answer without an id token."""
    answer = read_object(content, "the provider's token response")
    token, access = answer.get("id_token"), answer.get("access_token")
    if not isinstance(token, str):
        raise LoginFailed("the provider gave no id token")
    return TokenResponse(token, access if isinstance(access, str) else None)


def refusal(status: int, content: bytes) -> LoginFailed:
    """Why nothing came; where the provider says that it is our registration (RFC 6749 section 5.2), so do we."""
    try:
        code = read_object(content, "the provider's refusal").get("error")
    except LoginFailed:
        code = None
    if code not in _ABOUT_US:
        return LoginFailed(f"the provider answered {status}", LoginFault.provider_unreachable)
    return LoginFailed(f"the provider answered {status} {code}", LoginFault.client_refused)


def add_userinfo(claims: Mapping[str, Any], content: bytes) -> dict[str, Any]:
    """The claims with those of userinfo that the id token lacks; raises LoginFailed for another person's.

    `sub` must be the same (Core section 5.3.2), else a substituted access token would tell of somebody else. What was
    signed is never replaced by what was not, and what tells how the person logged in must be signed.
    """
    told = read_object(content, "the provider's userinfo")
    if not isinstance(told.get("sub"), str) or told["sub"] != claims.get("sub"):
        raise LoginFailed("userinfo tells of another person")
    return {name: value for name, value in told.items() if name not in _SIGNED_ONLY} | dict(claims)


_SIGNED_ONLY = frozenset({"acr", "amr", "acrs", "auth_time", "iss", "aud", "azp", "exp", "iat", "nonce", "sid"})
_ABOUT_US = frozenset({"invalid_client", "unauthorized_client"})
