"""Proofs of possession (RFC 9449): for each request the caller signs what it asks for with the key of its token.

A stolen token alone is then worth nothing. We hand out no nonces (section 8): a proof counts for one method, address
and token, for a minute, and once. identity remembers used proofs in its database; a resource server remembers them
in each process, so a proof that was stolen together with its token could be sent once to each of n processes within
that minute, for the very request that it was made for.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from shared.auth.claims import LEEWAY, instant_claim, text_claim
from shared.auth.jws import TokenRefused, read_claims, read_key_header
from shared.kit import clock

PROOF_TYPE = "dpop+jwt"
MAX_AGE = timedelta(seconds=60)
_MAX_ID = 256
_PORTS = {"https": 443, "http": 80}
_MOST_PROOFS = 200_000


class ProofRefused(TokenRefused):
    """The proof is missing or not good for this request (`invalid_dpop_proof`)."""


@dataclass(frozen=True)
class Proof:
    """A proof that holds. `thumbprint` names the key (RFC 7638), `digest` the proof itself, which counts once."""

    thumbprint: str
    digest: bytes
    expires_at: datetime


def read_proof(headers: Sequence[str], method: str, address: str, token: str | None = None) -> Proof:
    """The one proof among `headers`, checked against the request (section 4.3); raises ProofRefused.

    `address` is the request's, as the caller wrote it, without query. `token` is the access token that is sent along.
    Whether the proof was used before is the caller's to find out.
    """
    if len(headers) != 1:
        raise ProofRefused("exactly one DPoP header is needed")
    try:
        key = read_key_header(headers[0], PROOF_TYPE)
        return _checked(read_claims(headers[0], key), key.kid, method, address, token)
    except ProofRefused:
        raise
    except TokenRefused as refused:
        raise ProofRefused(f"proof: {refused}") from refused


def _checked(claims: Mapping[str, Any], thumbprint: str, method: str, address: str, token: str | None) -> Proof:
    if text_claim(claims, "htm") != method:
        raise ProofRefused("the proof is for another method")
    if not _is_same_address(text_claim(claims, "htu"), address):
        raise ProofRefused("the proof is for another address")
    now, issued_at = clock.now(), instant_claim(claims, "iat")
    if issued_at - LEEWAY > now or issued_at + MAX_AGE <= now:
        raise ProofRefused("the proof is not of now")
    proof_id = text_claim(claims, "jti")
    if len(proof_id) > _MAX_ID:
        raise ProofRefused("the proof's id is too long")
    if token is not None and not hmac.compare_digest(text_claim(claims, "ath").encode(), token_hash(token).encode()):
        raise ProofRefused("the proof is for another token")
    digest = hashlib.sha256(f"dpop\x1f{thumbprint}\x1f{proof_id}".encode()).digest()
    return Proof(thumbprint, digest, issued_at + MAX_AGE)


def token_hash(token: str) -> str:
    """The claim `ath` of a proof that goes along with `token` (section 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def confirmation_of(claims: Mapping[str, Any]) -> str | None:
    """The thumbprint of the key that a token is bound to (section 6.1), None for a bearer token.

    A token that is bound in a way that we cannot check is refused: it must not pass as a bearer token.
    """
    confirmation = claims.get("cnf")
    if confirmation is None:
        return None
    if not isinstance(confirmation, dict) or set(confirmation) != {"jkt"}:
        raise TokenRefused("the token is bound in a way that is not supported")
    return text_claim(confirmation, "jkt")


class ProofGuard:
    """A resource server's check of proofs; remembers in this process which ones it has seen."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._seen: set[bytes] = set()
        self._seen_before: set[bytes] = set()
        self._since = clock.now()

    def check(self, headers: Sequence[str], method: str, path: str, token: str, bound_to: str) -> None:
        """Raises ProofRefused unless the holder of the token's key made this proof, for this request, and once."""
        proof = read_proof(headers, method, self._public_url + path, token)
        if not hmac.compare_digest(proof.thumbprint.encode(), bound_to.encode()):
            raise ProofRefused("the token is bound to another key")
        if not self._is_first(proof.digest):
            raise ProofRefused("the proof was used before")

    def _is_first(self, digest: bytes) -> bool:
        """Two sets by turns: each stays longer than any proof in it is good for."""
        now = clock.now()
        if now - self._since >= MAX_AGE + LEEWAY or len(self._seen) >= _MOST_PROOFS:
            self._seen_before, self._seen, self._since = self._seen, set(), now
        if digest in self._seen or digest in self._seen_before:
            return False
        self._seen.add(digest)
        return True


def _is_same_address(claimed: str, address: str) -> bool:
    """Whether two addresses are equal after normalization (RFC 3986 section 6.2), query and fragment left aside."""
    try:
        return _normal(urlsplit(claimed)) == _normal(urlsplit(address))
    except ValueError:
        return False


def _normal(address: SplitResult) -> tuple[str, str | None, int | None, str]:
    if address.username is not None or address.password is not None:
        raise ValueError("an address with credentials")
    return address.scheme, address.hostname, address.port or _PORTS.get(address.scheme), unquote(address.path) or "/"
