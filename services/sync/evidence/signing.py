"""Signing packs by the service's own key, publishing its public half, and checking what somebody hands back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.sync.evidence.content import hash_of
from shared.auth.jws import PublicKey, SigningKey, TokenRefused, read_claims, read_header
from shared.kit.problems import Unavailable

EVIDENCE_TYPE = "startklar-sync-evidence+jwt"


class EvidenceKey:
    """The key of one process. A service without a key file signs nothing."""

    def __init__(self, key_file: Path | None) -> None:
        self._key = SigningKey.from_pem(key_file.read_bytes()) if key_file else None

    def public_jwks(self) -> dict[str, list[dict[str, str]]]:
        """As a JWK Set (RFC 7517)."""
        return {"keys": [self._key.public_jwk()] if self._key else []}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Raises Unavailable without a key."""
        if self._key is None:
            raise Unavailable("the service has no signing key")
        return self._key.sign(claims, EVIDENCE_TYPE)


def fault_of(content: str, signature: str, key: PublicKey) -> str | None:
    """Why the signature does not vouch for the content: `signature`, `key` or `content`; None where it does. As anybody
    can check it who holds the published key."""
    try:
        header = read_header(signature, EVIDENCE_TYPE)
        if header["kid"] != key.kid:
            return "key"
        claims = read_claims(signature, key)
    except TokenRefused:
        return "signature"
    return None if claims.get("contentHash") == hash_of(content) else "content"
