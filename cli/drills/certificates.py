"""Keys that the drills give to the demo identity provider, as a municipality's own provider exchanges its."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cli.drills.stage import Stage
from shared.kit import clock


def make(name: str, days: int, *, curve: bool = False) -> tuple[dict[str, str], str]:
    """A key with a certificate that ends in `days` (long ago, if negative): as the directory holds it, fingerprint."""
    private = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, 3072)
    who, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]), clock.now()
    end = now + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, end) - timedelta(days=365))
        .not_valid_after(end)
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    body = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return {"privateKey": pem, "certificate": body}, certificate.fingerprint(hashes.SHA256()).hex()


class Directory:
    """The demo identity provider's file: what it holds is in force with the next request."""

    def __init__(self, stage: Stage) -> None:
        self._path = stage.places.keys / "demo-idp.json"

    def change(self, part: str, key: dict[str, str]) -> None:
        """Exchange the key of a part: `saml` or `federation`."""
        content: dict[str, Any] = json.loads(self._path.read_text())
        content[part] |= key
        self._path.write_text(json.dumps(content))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """As before, afterwards."""
        former = self._path.read_text()
        try:
            yield
        finally:
            self._path.write_text(former)
