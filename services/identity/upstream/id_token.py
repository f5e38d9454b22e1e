"""Verifies a provider's id token (OpenID Connect Core 1.0 section 3.1.3.7).

joserfc does the signature: providers sign with RSA more often than not, which our own tokens' verifier refuses.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.identity.assurance.evidence import Evidence
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from shared.kit import clock

ALGORITHMS = ["RS256", "PS256", "ES256"]
LEEWAY = timedelta(seconds=60)
MAX_ID_TOKEN_BYTES = 16 * 1024


@dataclass(frozen=True)
class ExpectedToken:
    """What the id token must say to belong to this login at this provider.

    With `tells_time` it must say when the person logged in, as it must whenever a `max_age` was asked for (OpenID
    Connect Core 1.0 section 2): its `iat` is as fresh for a login of yesterday.
    """

    issuer: str
    client_id: str
    nonce: str
    login_claim: str
    tells_time: bool = False


def verify_id_token(token: str, keys: Mapping[str, Any], expected: ExpectedToken) -> ProvenLogin:
    """The login that `token` proves; raises LoginFailed."""
    claims = _signed_claims(token, keys)
    if claims.get("iss") != expected.issuer:
        raise LoginFailed("id token of another issuer")
    _check_audience(claims, expected.client_id)
    now = clock.now()
    if _instant(claims, "exp") + LEEWAY <= now or _instant(claims, "iat") - LEEWAY > now:
        raise LoginFailed("id token is not valid now")
    if claims.get("nonce") != expected.nonce:
        raise LoginFailed("id token belongs to another login")
    name, subject, sid = claims.get(expected.login_claim), claims.get("sub"), claims.get("sid")
    if not isinstance(subject, str) or not subject:
        raise LoginFailed("id token names no subject")
    if not isinstance(name, str) or not name.strip():
        raise LoginFailed("the provider gave no login name", LoginFault.no_login_name)
    told = {claim: values for claim, value in claims.items() if (values := _texts(value))}
    return ProvenLogin(
        login_name=name.strip().lower(),
        subject=subject,
        auth_time=_instant(claims, "auth_time" if "auth_time" in claims or expected.tells_time else "iat"),
        evidence=Evidence(told.get("acr", ()), told, told.get("amr", ())),
        session_id=sid if isinstance(sid, str) else None,
        attributes=told,
    )


def _texts(value: object) -> tuple[str, ...]:
    """The texts of a claim: one, or several in a list; a claim of another shape tells us nothing."""
    values = value if isinstance(value, list) else [value]
    return tuple(one for one in values if isinstance(one, str))


def _signed_claims(token: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    if len(token) > MAX_ID_TOKEN_BYTES:
        raise LoginFailed("id token is too large")
    try:
        return dict(jwt.decode(token, _verification_keys(keys), algorithms=ALGORITHMS).claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise LoginFailed(f"id token is not signed by the provider: {type(error).__name__}") from error


def _verification_keys(keys: Mapping[str, Any]) -> KeySet:
    """The provider's RSA and EC signature keys; a secret that stands among them by mistake must verify nothing."""
    usable: Any = [key for key in keys["keys"] if key["kty"] in ("RSA", "EC") and key.get("use", "sig") == "sig"]
    return KeySet.import_key_set({"keys": usable})


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise LoginFailed("id token is meant for another client")
    if len(audiences) > 1 and claims.get("azp") != client_id:
        raise LoginFailed("id token for several clients does not name us as the authorised party")


def _instant(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise LoginFailed(f"id token has no {name}")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise LoginFailed(f"id token has no usable {name}") from error
