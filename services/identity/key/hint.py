"""Id tokens of our own that come back as a hint (`id_token_hint`)."""

from collections.abc import Mapping
from typing import Any

from services.identity.key.ring import KeyRing
from shared.auth.jws import TokenRefused, read_claims, read_header


async def hinted_claims(hint: str, ring: KeyRing, issuer: str) -> Mapping[str, Any] | None:
    """The claims of an id token that we signed, however old it is; None for anything else."""
    try:
        key = await ring.key(read_header(hint, "JWT")["kid"])
        claims = read_claims(hint, key) if key else {}
    except TokenRefused:
        return None
    return claims if claims.get("iss") == issuer else None
