"""Proofs of possession at our own endpoints (RFC 9449 section 5): one per request, used up in the database."""

from collections.abc import Sequence

from services.identity.client.models import Client
from services.identity.client.service import use_assertion_once
from services.identity.protocol.refusal import Refusal
from shared.auth.dpop import Proof, ProofRefused, read_proof
from shared.kit.db import Database


async def proven_key(database: Database, client: Client, headers: Sequence[str], address: str) -> str | None:
    """The thumbprint of the key that a POST to `address` proved; None for a request without a proof.

    Raises Refusal(invalid_dpop_proof), also where a client that must send one sends none. A proof counts once, in
    whichever process it arrives.
    """
    if not headers:
        if client.requires_dpop:
            raise Refusal("invalid_dpop_proof", "the client is registered for tokens that are bound to a key")
        return None
    try:
        proof = read_proof(headers, "POST", address)
        await _use_up(database, client, proof)
    except ProofRefused as refused:
        raise Refusal("invalid_dpop_proof", str(refused)) from refused
    return proof.thumbprint


async def _use_up(database: Database, client: Client, proof: Proof) -> None:
    async with database.transaction(client.tenant_id) as session:
        is_first = await use_assertion_once(session, proof.digest, proof.expires_at)
    if not is_first:
        raise ProofRefused("the proof was used before")
