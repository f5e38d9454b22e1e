"""The logout token that an application gets from us (OpenID Connect Back-Channel Logout 1.0 section 2.4)."""

from datetime import timedelta
from uuid import UUID

from services.identity.upstream.logout_token import EVENT
from shared.auth.jws import SigningKey
from shared.kit import clock
from shared.kit.ids import new_id

LIFETIME = timedelta(minutes=2)


def logout_token(key: SigningKey, issuer: str, client_id: str, account_id: UUID, session_id: UUID) -> str:
    """Says that one session of one account is over. It has no nonce, so that nobody can take it for an id token."""
    now = clock.now()
    claims = {
        "iss": issuer,
        "aud": client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
        "jti": str(new_id()),
        "events": {EVENT: {}},
        "sub": str(account_id),
        "sid": str(session_id),
    }
    return key.sign(claims, "logout+jwt")
