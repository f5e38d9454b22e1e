"""Tokens for tests: a mint with its own key, signing what identity would sign."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from shared.auth.dpop import PROOF_TYPE, token_hash
from shared.auth.jwks import StaticKeys
from shared.auth.jws import SigningKey
from shared.auth.principal import API_AUDIENCE, Acr, service_audience
from shared.auth.roles import Side
from shared.auth.scopes import Scope
from shared.auth.verifier import ACCESS_TOKEN_TYPE, TokenVerifier
from shared.kit import clock
from shared.kit.ids import new_id

ISSUER = "https://id.startklar.test"


class TokenMint:
    """Mints access tokens of one invented issuer. `jwks` is what that issuer publishes."""

    def __init__(self, issuer: str = ISSUER) -> None:
        self.issuer = issuer
        self.key = SigningKey.generate()
        self.jwks: dict[str, Any] = {"keys": [self.key.public_jwk()]}

    def verifier(self, service: str) -> TokenVerifier:
        """A verifier for `service` that trusts this mint and nobody else."""
        audiences = (API_AUDIENCE, service_audience(service))
        return TokenVerifier(StaticKeys(self.jwks), issuer=self.issuer, audiences=audiences)

    def token(  # noqa: PLR0913 - a test names only what it is about
        self,
        *,
        tenant: UUID | str | None = None,
        roles: Sequence[str] = (),
        scopes: Collection[Scope | str] | None = None,
        side: Side | str | None = Side.customer,
        subject: UUID | str | None = None,
        acr: Acr | str | None = Acr.strong,
        audience: str = API_AUDIENCE,
        client_id: str = "test-client",
        expires_in: int = 300,
        auth_age: int = 0,
        **claims: Any,
    ) -> str:
        """A signed access token. Without `scopes` it carries every scope; a claim given as None is left out."""
        issued_at = int(clock.now().timestamp())
        granted = list(Scope) if scopes is None else scopes
        body: dict[str, Any] = {
            "iss": self.issuer,
            "aud": audience,
            "sub": str(subject or new_id()),
            "tenant": str(tenant) if tenant else None,
            "side": str(side) if side else None,
            "roles": list(roles),
            "scope": " ".join(sorted(str(scope) for scope in granted)),
            "acr": str(acr) if acr else None,
            "auth_time": issued_at - auth_age,
            "client_id": client_id,
            "jti": str(new_id()),
            "iat": issued_at,
            "exp": issued_at + int(timedelta(seconds=expires_in).total_seconds()),
        } | claims
        present = {name: value for name, value in body.items() if value is not None}
        return self.key.sign(present, ACCESS_TOKEN_TYPE)

    def service_token(self, audience: str, scopes: Collection[Scope | str], tenant: UUID | None = None) -> str:
        """What a service gets by client_credentials for the internal routes of `audience` (a service's name)."""
        return self.token(
            tenant=tenant, scopes=scopes, side=None, acr=None, audience=service_audience(audience), auth_time=None
        )

    def headers(self, **claims: Any) -> dict[str, str]:
        """The Authorization header of `token(**claims)`."""
        return {"Authorization": f"Bearer {self.token(**claims)}"}


class ProofKey:
    """A client's key for proofs of possession (RFC 9449), and the proofs that it makes, wrong ones included."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        signing = SigningKey(self._private)
        self.thumbprint = signing.kid
        self.jwk = {name: signing.public_jwk()[name] for name in ("kty", "crv", "x", "y")}

    @property
    def private_jwk(self) -> dict[str, str]:
        """What must never stand in a header."""
        return self.jwk | {"d": _base64(self._private.private_numbers().private_value.to_bytes(32, "big"))}

    def proof(
        self, method: str, address: str, token: str | None = None, header: dict[str, Any] | None = None, **claims: Any
    ) -> str:
        """A proof for one request; a claim or a header member given as None is left out."""
        body = {
            "jti": str(new_id()),
            "htm": method,
            "htu": address,
            "iat": int(clock.now().timestamp()),
            "ath": token_hash(token) if token else None,
        } | claims
        head = {"typ": PROOF_TYPE, "alg": "ES256", "jwk": self.jwk} | (header or {})
        signed = ".".join(
            _base64(json.dumps({name: value for name, value in part.items() if value is not None}).encode())
            for part in (head, body)
        )
        r, s = decode_dss_signature(self._private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def headers(self, method: str, address: str, token: str, **claims: Any) -> dict[str, str]:
        """The headers of a call with a token that is bound to this key."""
        return {"Authorization": f"DPoP {token}", "DPoP": self.proof(method, address, token, **claims)}


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
