"""Compact JWS with ES256: the only module that touches python-jose.

python-jose 3.5 ignores `crit`, accepts tokens without `exp` or `aud`, picks the algorithm from the header when no
list is given and drops characters outside base64url. So only its signature primitive is used, with one literal
algorithm and a key built once; shape, header and claims are checked here and in `claims`.
"""

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jws  # noqa: TID251 - the one place that design allows
from jose.backends import ECKey  # noqa: TID251
from jose.backends.base import Key  # noqa: TID251
from jose.exceptions import JOSEError  # noqa: TID251

MAX_TOKEN_BYTES = 8 * 1024
ALGORITHM = "ES256"
# Headers that would let the sender choose the key or the rules (RFC 7515 section 4.1, RFC 7797).
FORBIDDEN_HEADERS = frozenset({"crit", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "b64", "zip", "enc"})
# 32 octets in the one way that base64url writes them, so that no key has two thumbprints.
_COORDINATE = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)
_COMPACT = re.compile(r"[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{86}", re.ASCII)


class TokenRefused(Exception):
    """The token is not acceptable; the message says why for the log and never repeats the token."""


@dataclass(frozen=True)
class PublicKey:
    """A P-256 verification key under its `kid`."""

    kid: str
    key: Key = field(repr=False, compare=False)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> Self:
        """From a public JWK (RFC 7517); ValueError unless it is an ES256 signature key with a `kid`."""
        fits = (
            jwk.get("kty") == "EC"
            and jwk.get("crv") == "P-256"
            and jwk.get("alg", ALGORITHM) == ALGORITHM
            and jwk.get("use", "sig") == "sig"
            and isinstance(jwk.get("kid"), str)
            and "d" not in jwk
        )
        if not fits:
            raise ValueError("not a public ES256 signature key with a kid")
        try:
            return cls(str(jwk["kid"]), ECKey({k: jwk[k] for k in ("kty", "crv", "x", "y")}, ALGORITHM))
        except (JOSEError, KeyError, TypeError, ValueError) as error:
            raise ValueError("not a point on P-256") from error


class SigningKey:
    """An ES256 private key; its `kid` is the JWK thumbprint (RFC 7638) unless given."""

    def __init__(self, private: ec.EllipticCurvePrivateKey, kid: str | None = None) -> None:
        if not isinstance(private.curve, ec.SECP256R1):
            raise ValueError("ES256 needs a key on P-256")
        self._private = private
        self._key = ECKey(private, ALGORITHM)
        self._point = _point(private.public_key())
        self.kid = kid or _thumbprint(self._point)

    @classmethod
    def generate(cls) -> Self:
        """A fresh key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_pem(cls, pem: bytes, kid: str | None = None) -> Self:
        """From an unencrypted PEM (PKCS#8 or SEC1); ValueError for any other key."""
        private = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise ValueError("ES256 needs an elliptic curve key")
        return cls(private, kid)

    def pem(self) -> bytes:
        """The private key as PKCS#8 PEM."""
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def public_jwk(self) -> dict[str, str]:
        """The public half as a JWK, ready for a JWK Set."""
        return {**self._point, "kid": self.kid, "alg": ALGORITHM, "use": "sig"}

    def public_key(self) -> PublicKey:
        """The public half, for verification."""
        return PublicKey.from_jwk(self.public_jwk())

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        """The compact JWS of `claims` with header `typ` (`at+jwt`, `JWT`, `logout+jwt`)."""
        return str(jws.sign(dict(claims), self._key, headers={"kid": self.kid, "typ": typ}, algorithm=ALGORITHM))


def public_jwk_of_pem(pem: bytes) -> dict[str, str]:
    """The public JWK of a PEM file that holds either half of an ES256 key; ValueError for any other content."""
    try:
        public = serialization.load_pem_public_key(pem)
    except ValueError:
        return SigningKey.from_pem(pem).public_jwk()
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise ValueError("ES256 needs a key on P-256")
    point = _point(public)
    return {**point, "kid": _thumbprint(point), "alg": ALGORITHM, "use": "sig"}


def read_header(token: str, typ: str | None) -> dict[str, Any]:
    """The unverified header, after every check that needs no key; raises TokenRefused.

    `typ` is compared without case and without `application/` (RFC 9068 section 4); None accepts an absent typ or `JWT`.
    """
    header = _read_header(token, typ, FORBIDDEN_HEADERS)
    if not isinstance(header.get("kid"), str):
        raise TokenRefused("key id is missing")
    return header


def read_key_header(token: str, typ: str) -> PublicKey:
    """The key that a proof of possession names itself, under its thumbprint (RFC 9449 section 4.2).

    The one kind of token whose header may hold a key: what it proves is that the sender has the private half. Raises
    TokenRefused, also for a header with a private key.
    """
    header = _read_header(token, typ, FORBIDDEN_HEADERS - {"jwk"})
    jwk = header.get("jwk")
    if not isinstance(jwk, dict):
        raise TokenRefused("the proof holds no key")
    point = {name: jwk.get(name) for name in ("crv", "kty", "x", "y")}
    if not all(isinstance(jwk.get(name), str) and _COORDINATE.fullmatch(jwk[name]) for name in ("x", "y")):
        raise TokenRefused("the proof's key is not a public key on P-256")
    try:
        return PublicKey.from_jwk({**jwk, "kid": _thumbprint(point)})
    except ValueError as error:
        raise TokenRefused("the proof's key is not a public key on P-256") from error


def _read_header(token: str, typ: str | None, forbidden_headers: frozenset[str]) -> dict[str, Any]:
    if len(token) > MAX_TOKEN_BYTES:
        raise TokenRefused("token is larger than 8 KiB")
    if not _COMPACT.fullmatch(token):
        raise TokenRefused("not a compact JWS with an ES256 signature")
    header = _json_object(token.split(".", 1)[0], "header")
    if header.get("alg") != ALGORITHM:
        raise TokenRefused("algorithm is not ES256")
    if forbidden := forbidden_headers & header.keys():
        raise TokenRefused(f"header {sorted(forbidden)[0]} is not allowed")
    if not _typ_matches(header.get("typ"), typ):
        raise TokenRefused("wrong token type")
    return header


def read_claims(token: str, key: PublicKey) -> dict[str, Any]:
    """The claims of a token that `key` signed; raises TokenRefused. Call `read_header` first for the other checks."""
    try:
        jws.verify(token, key.key, algorithms=[ALGORITHM])
    except JOSEError as error:
        raise TokenRefused("signature does not match") from error
    return _json_object(token.split(".", 2)[1], "payload")


def unverified_claims(token: str) -> dict[str, Any]:
    """What a token says before anybody checked its signature: good for finding whose key to check it with."""
    return _json_object(token.split(".", 2)[1], "payload")


def _typ_matches(found: object, wanted: str | None) -> bool:
    if found is None:
        return wanted is None
    return isinstance(found, str) and found.lower().removeprefix("application/") == (wanted or "jwt").lower()


def _json_object(segment: str, what: str) -> dict[str, Any]:
    try:
        value = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError) as error:
        raise TokenRefused(f"{what} is not JSON") from error
    if not isinstance(value, dict):
        raise TokenRefused(f"{what} is not a JSON object")
    return value


def _point(public: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = public.public_numbers()
    return {"crv": "P-256", "kty": "EC", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}


def _coordinate(value: int) -> str:
    return urlsafe_b64encode(value.to_bytes(32, "big")).rstrip(b"=").decode()


def _thumbprint(point: Mapping[str, Any]) -> str:
    canonical = json.dumps(point, separators=(",", ":"), sort_keys=True).encode()
    return urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()
