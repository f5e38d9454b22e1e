"""Verifies a provider's id token (OpenID Connect Core 1.0 section 3.1.3.7) and reads the login from it."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.identity.assurance.evidence import Evidence
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin, folded
from services.identity.upstream.signature import ALGORITHMS, check_audience, instant, signed_claims
from shared.kit import clock

LEEWAY = timedelta(seconds=60)
_MAX_VALUES = 200


@dataclass(frozen=True)
class ExpectedToken:
    """What the id token must say to belong to this login at this provider.

    With `logged_in_after` it must say when the person logged in (Core section 2 demands `auth_time` whenever `max_age`
    was asked for): its `iat` is as fresh for a login of yesterday.
    """

    issuer: str
    client_id: str
    nonce: str
    login_claim: str
    session_claim: str = "sid"
    algorithms: Sequence[str] = ALGORITHMS
    logged_in_after: datetime | None = None
    required_claims: Mapping[str, Sequence[str]] = field(default_factory=dict)


def verify_id_token(
    token: str, keys: Mapping[str, Any], expected: ExpectedToken, access_token: str | None = None
) -> dict[str, Any]:
    """The claims of a token that belongs to this login; raises LoginFailed (SignatureUnknown: other keys may help)."""
    claims = signed_claims(token, keys, expected.algorithms)
    if claims.get("iss") != expected.issuer:
        raise LoginFailed("id token of another issuer")
    check_audience(claims, expected.client_id)
    now = clock.now()
    if instant(claims, "exp") + LEEWAY <= now or instant(claims, "iat") - LEEWAY > now:
        raise LoginFailed("id token is not valid now")
    if claims.get("nonce") != expected.nonce:
        raise LoginFailed("id token belongs to another login")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise LoginFailed("id token names nobody")
    _check_access_token(claims, access_token)
    _check_time(claims, expected)
    return claims


def read_login(claims: Mapping[str, Any], expected: ExpectedToken) -> ProvenLogin:
    """The login that verified claims (and userinfo) tell of; raises LoginFailed."""
    name, values = claims.get(expected.login_claim), _values(claims)
    acr, session = claims.get("acr"), claims.get(expected.session_claim)
    proven = ProvenLogin(
        login_name=folded(name) if isinstance(name, str) else "",
        subject=claims["sub"],
        auth_time=instant(claims, "auth_time" if "auth_time" in claims else "iat"),
        evidence=Evidence((acr,) if isinstance(acr, str) and acr else (), values, values.get("amr", ())),
        session_id=session if isinstance(session, str) and session else None,
        attributes=values,
        facts={"clock_skew_seconds": str(round((instant(claims, "iat") - clock.now()).total_seconds()))},
    )
    for claim, wanted in expected.required_claims.items():
        if not set(values.get(claim, ())) & set(wanted):
            reason = f"the login does not have a demanded value of {claim}"
            raise LoginFailed(reason, LoginFault.foreign_scope, arrived=proven)
    if not proven.login_name:
        raise LoginFailed("the provider gave no login name", LoginFault.no_login_name, arrived=proven)
    return proven


def has_login_name(claims: Mapping[str, Any], expected: ExpectedToken) -> bool:
    """Whether the id token alone tells who has logged in and where they belong."""
    return all(name in claims for name in (expected.login_claim, *expected.required_claims))


def _check_access_token(claims: Mapping[str, Any], access_token: str | None) -> None:
    """Core section 3.1.3.8. Every algorithm of ours hashes with SHA-256."""
    told = claims.get("at_hash")
    if told is None:
        return
    half = hashlib.sha256((access_token or "").encode()).digest()[:16]
    ours = urlsafe_b64encode(half).rstrip(b"=")
    if access_token is None or not isinstance(told, str) or not hmac.compare_digest(told.encode(), ours):
        raise LoginFailed("the access token is not the one that the id token was issued with")


def _check_time(claims: Mapping[str, Any], expected: ExpectedToken) -> None:
    if expected.logged_in_after is None:
        return
    if "auth_time" not in claims:
        raise LoginFailed("the provider does not tell when the person logged in (auth_time)", LoginFault.too_weak)
    if instant(claims, "auth_time") < expected.logged_in_after:
        raise LoginFailed("the person did not log in anew as was asked for", LoginFault.too_weak)


def _values(claims: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Every claim as words, by its name; objects are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in list(claims.items())[:_MAX_VALUES]:
        listed = value if isinstance(value, list) else [value]
        words = tuple(_word(item) for item in listed[:_MAX_VALUES] if isinstance(item, str | int | float))
        if words:
            found[name] = words
    return found


def _word(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
