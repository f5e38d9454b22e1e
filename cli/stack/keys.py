"""The keys of one installation: made once, kept with mode 0600, never part of a checkout."""

import base64
import hashlib
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


def operators(places: Places, admin_url: str) -> dict[str, str]:
    """What the operator's container is told: the administrator, what passwords follow from, and who we are, which
    stays the same when passwords change.
    """
    name = hashlib.sha256(f"installation\0{file_key(places, 'postgres')}".encode()).hexdigest()[:16]
    return {"ADMIN_DATABASE_URL": admin_url, "INSTALL_SECRET": install_secret(places), "INSTALLATION": name}


def client_key(places: Places, service: str) -> Path:
    """The service's ES256 private key (PEM), with which it signs its client assertions (RFC 7523)."""
    path = places.keys / f"{service}.pem"
    if not path.exists():
        write_private(path, new_client_key())
    return path


def new_client_key() -> str:
    """An ES256 private key, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def public_half(private: Path) -> str:
    """The public key of a private one, PEM."""
    key = serialization.load_pem_private_key(private.read_bytes(), password=None)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def file_key(places: Places, service: str) -> str:
    """Base64 of the 32 bytes that wrap the keys of the service's stored files."""
    return file_key_file(places, service).read_text()


def file_key_file(places: Places, service: str) -> Path:
    """Where that key lies; it is made if need be."""
    path = places.keys / f"{service}.file-key"
    if not path.exists():
        write_private(path, new_file_key())
    return path


def new_file_key() -> str:
    """Base64 of 32 random bytes."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def index_key_file(places: Places, service: str) -> Path:
    """Where the first file key stays once another took its place: by it people are found again."""
    return places.keys / f"{service}.index-key"
