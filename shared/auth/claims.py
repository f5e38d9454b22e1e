"""Checks of registered claims (RFC 7519), against our own clock so that tests may hold it still."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.auth.jws import TokenRefused
from shared.kit import clock

LEEWAY = timedelta(seconds=30)


def check_claims(
    claims: Mapping[str, Any], *, issuer: str, audiences: Collection[str], leeway: timedelta = LEEWAY
) -> str:
    """The accepted audience; raises TokenRefused unless iss, aud, sub, iat and exp are all there and hold now.

    Exactly one audience is accepted: a token for several could be replayed by one against another.
    """
    if claims.get("iss") != issuer:
        raise TokenRefused("foreign issuer")
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    if not isinstance(audience, str) or audience not in audiences:
        raise TokenRefused("foreign audience")
    if not text_claim(claims, "sub"):
        raise TokenRefused("subject is missing")
    now = clock.now()
    if instant_claim(claims, "exp") + leeway <= now:
        raise TokenRefused("token has expired")
    if instant_claim(claims, "iat") - leeway > now:
        raise TokenRefused("token was issued in the future")
    if "nbf" in claims and instant_claim(claims, "nbf") - leeway > now:
        raise TokenRefused("token is not valid yet")
    return audience


def text_claim(claims: Mapping[str, Any], name: str) -> str:
    """A non-empty string claim; raises TokenRefused."""
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise TokenRefused(f"claim {name} is missing or not text")
    return value


def instant_claim(claims: Mapping[str, Any], name: str) -> datetime:
    """A NumericDate claim (RFC 7519 section 2) as an instant; raises TokenRefused."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(f"claim {name} is missing or not a number")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise TokenRefused(f"claim {name} is not a date") from error
