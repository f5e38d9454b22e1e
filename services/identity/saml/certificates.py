"""Certificates as carriers of keys.

In SAML a key is trusted because the metadata names it, not because somebody signed its certificate, and a certificate
that has run out goes on carrying the key (SAML V2.0 Metadata Interoperability Profile 2.5 and 2.6). Its expiry is shown
and warned of elsewhere. What counts here is the strength of the key.
"""

import base64
import binascii
import hashlib
from functools import lru_cache
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from services.identity.saml.faults import SamlFault, SamlRefused

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192
"""Above it one verification costs so much that a key becomes a weapon."""
CURVES = ("secp256r1", "secp384r1", "secp521r1")


@lru_cache(maxsize=1024)
def read_certificate(text: str) -> x509.Certificate:
    """The certificate in `text`: base64 DER as in metadata, whitespace allowed, or PEM. Remembered by text."""
    body = "".join(line for line in text.strip().splitlines() if "-----" not in line)
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join(body.split()), validate=True))
    except (ValueError, binascii.Error, x509.InvalidVersion) as error:
        raise SamlRefused(SamlFault.metadata_certificate, "not an X.509 certificate") from error


@lru_cache(maxsize=1024)
def usable_kind(certificate: x509.Certificate) -> Literal["RSA", "EC"] | None:
    """The kind of the key, None when it is too weak to be believed: RSA from 2048 bits, NIST curves from P-256 on."""
    try:
        key = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA" if MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS and key.public_numbers().e >= 65537 else None
    return "EC" if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES else None


def is_usable(certificate: x509.Certificate) -> bool:
    """Whether the key is strong enough to be believed."""
    return usable_kind(certificate) is not None


def der_base64(certificate: x509.Certificate) -> str:
    """The certificate as metadata and signatures carry it: base64 of DER in one line."""
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode("ascii")


@lru_cache(maxsize=1024)
def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the DER, in lower-case hex."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
