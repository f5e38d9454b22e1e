"""Verifies a provider's logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6).

It is told from an id token by its `events` and by having no `nonce`, so that neither can be passed off as the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.identity.proof.faults import LoginFailed
from services.identity.upstream.signature import check_audience, instant, signed_claims, token_type
from shared.kit import clock

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY = timedelta(seconds=60)
# A notice is sent when it happens; a long-lived one would only be worth keeping for a replay.
MAX_LIFETIME = timedelta(hours=1)
_TYPES = (None, "jwt", "logout+jwt")


@dataclass(frozen=True)
class LogoutNotice:
    """What has ended at the provider: the session `session_id`, or every session of `subject` where none is named."""

    jti: str
    expires_at: datetime
    subject: str | None
    session_id: str | None


def verify_logout_token(
    token: str, keys: Mapping[str, Any], issuer: str, client_id: str, algorithms: Sequence[str]
) -> LogoutNotice:
    """The notice; raises LoginFailed, and SignatureUnknown where other keys of the provider might do."""
    if token_type(token) not in _TYPES:
        raise LoginFailed("not a logout token by its type")
    claims = signed_claims(token, keys, algorithms)
    if claims.get("iss") != issuer:
        raise LoginFailed("logout token of another issuer")
    check_audience(claims, client_id)
    expires_at, now = instant(claims, "exp"), clock.now()
    issued_at = instant(claims, "iat")
    if expires_at + LEEWAY <= now or issued_at - LEEWAY > now or expires_at - issued_at > MAX_LIFETIME:
        raise LoginFailed("logout token is not valid now")
    if "nonce" in claims:
        raise LoginFailed("a token with a nonce is no logout token")
    _check_event(claims)
    subject, session_id = _optional(claims, "sub"), _optional(claims, "sid")
    if subject is None and session_id is None:
        raise LoginFailed("logout token names neither a person nor a session")
    jti = _optional(claims, "jti")
    if jti is None:
        raise LoginFailed("logout token has no jti")
    return LogoutNotice(jti, expires_at + LEEWAY, subject, session_id)


def _check_event(claims: Mapping[str, Any]) -> None:
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise LoginFailed("not a logout token: it tells of no logout")


def _optional(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value or len(value) > 500:
        raise LoginFailed(f"logout token has an unusable {name}")
    return value
