"""The keys of one installation: made once, kept with mode 0600, never part of a checkout."""

import base64
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cli.stack.places import Places, write_private


def install_secret(places: Places) -> str:
    """The text from which the passwords of the database roles follow."""
    path = places.keys / "install-secret"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text()


def client_key(places: Places, service: str) -> Path:
    """The service's ES256 private key (PEM), with which it signs its client assertions (RFC 7523)."""
    path = places.keys / f"{service}.pem"
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(path, pem.decode())
    return path


def file_key(places: Places, service: str) -> str:
    """Base64 of the 32 bytes that wrap the keys of the service's stored files."""
    path = places.keys / f"{service}.file-key"
    if not path.exists():
        write_private(path, base64.b64encode(secrets.token_bytes(32)).decode())
    return path.read_text()
