"""Every key that has ever signed evidence: a pack outlives the key, and is checked by it for as long as it is kept."""

import json
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.evidence.signing import EVIDENCE_TYPE, EvidenceKey, fault_of
from shared.auth.jws import PublicKey, TokenRefused, read_header
from shared.kit import clock

_PUBLISH = """
INSERT INTO evidence_key (kid, jwk, first_used_at) VALUES (:kid, CAST(:jwk AS jsonb), :now) ON CONFLICT (kid) DO NOTHING
"""
_ALL = "SELECT jwk FROM evidence_key ORDER BY first_used_at DESC, kid"


async def publish_key(session: AsyncSession, key: EvidenceKey) -> None:
    """Before anything signed by it leaves us."""
    for jwk in key.public_jwks()["keys"]:
        values = {"kid": jwk["kid"], "jwk": json.dumps(jwk), "now": clock.now()}
        await session.execute(text(_PUBLISH), values)


async def published_keys(session: AsyncSession, key: EvidenceKey) -> list[dict[str, Any]]:
    """As JWKs (RFC 7517): the one in use, then the former ones, the newest first."""
    current = key.public_jwks()["keys"]
    known = {jwk["kid"] for jwk in current}
    former = [jwk for jwk in (await session.scalars(text(_ALL))).all() if jwk["kid"] not in known]
    return [*current, *former]


async def fault(session: AsyncSession, key: EvidenceKey, content: str, signature: str) -> str | None:
    """Why a signature does not vouch for the content, by the published key that it names; None where it does."""
    try:
        kid = read_header(signature, EVIDENCE_TYPE).get("kid")
    except TokenRefused:
        return "signature"
    for jwk in await published_keys(session, key):
        if jwk["kid"] == kid:
            return fault_of(content, signature, PublicKey.from_jwk(jwk))
    return "key"
