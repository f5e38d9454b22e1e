"""Makes keys. RSA takes a fifth of a second, so callers run `make` in a thread; it lets go of the interpreter."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from shared.auth.jws import SigningKey
from shared.kit import clock

RSA_BITS = 3072  # as strong as the 128-bit symmetric keys that it carries (NIST SP 800-57)


class Purpose(StrEnum):
    """What a key is for. A signing key never decrypts and the reverse: one of them may be given away by the other."""

    saml_signing = "saml_signing"
    saml_encryption = "saml_encryption"
    oidc_client = "oidc_client"

    @property
    def lifetime(self) -> timedelta:
        """SAML certificates are read by people at the provider, so they change seldom; client keys are fetched."""
        return timedelta(days=365) if self is Purpose.oidc_client else timedelta(days=3 * 365)


@dataclass(frozen=True)
class Material:
    """A fresh key: its private half as PEM, and its public half as certificate (base64 DER) or as JWK."""

    purpose: Purpose
    private_pem: bytes
    certificate: str | None
    public_jwk: dict[str, Any] | None
    fingerprint: str
    expires_at: datetime


def make(purpose: Purpose, name: str) -> Material:
    """A key of `purpose`; `name` (a host) stands in the certificate, where administrators see it."""
    expires_at = clock.now().replace(microsecond=0) + purpose.lifetime
    if purpose is Purpose.oidc_client:
        key = SigningKey.generate()
        return Material(purpose, key.pem(), None, key.public_jwk(), key.kid, expires_at)
    private = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    der = _certificate(private, name, expires_at)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    fingerprint = hashlib.sha256(der).hexdigest()
    return Material(purpose, pem, base64.b64encode(der).decode(), None, fingerprint, expires_at)


def _certificate(private: rsa.RSAPrivateKey, name: str, expires_at: datetime) -> bytes:
    """Self-signed: a provider trusts the metadata that it stands in, no authority."""
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(minutes=5))
        .not_valid_after(expires_at)
    )
    return builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
