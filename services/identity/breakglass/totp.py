"""Time-based one-time codes (RFC 6238: SHA-1, 6 digits, 30 s, as every authenticator app reads them)."""

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
_DRIFT = (-1, 0, 1)


def new_secret() -> str:
    """160 random bits, base32."""
    return pyotp.random_base32(32)


def uri(secret: str, name: str, issuer: str) -> str:
    """What the authenticator app reads (`otpauth://`)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is, a step before and after allowed; None for a wrong code.

    Every candidate is compared, each in constant time, so that the time taken tells nothing.
    """
    totp, now = pyotp.TOTP(secret), int(at.timestamp()) // STEP_SECONDS
    given = code.encode("ascii", "replace")
    found: int | None = None
    for step in (now + drift for drift in _DRIFT):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given):
            found = step
    return found
