"""Signing secrets: made here, shown once, stored sealed."""

import base64
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "whsec_"
SECRET_BYTES = 32
_NONCE_BYTES = 12


def new_secret() -> bytes:
    """32 random bytes (Standard Webhooks asks for 24 to 64)."""
    return os.urandom(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """The secret as the receiver configures it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secret).decode()


class SecretBox:
    """Seals secrets with a key of its own, derived from the service's file key, bound to tenant and row."""

    def __init__(self, file_key: bytes) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=b"startklar.webhooks.endpoint-secret.v1").derive(file_key)
        self._aead = AESGCM(derived)

    def seal(self, secret: bytes, tenant: UUID, secret_id: UUID) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, secret, tenant.bytes + secret_id.bytes)

    def open(self, sealed: bytes, tenant: UUID, secret_id: UUID) -> bytes:
        """The secret. Raises ValueError if the row was changed or the file key is another."""
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], tenant.bytes + secret_id.bytes)
        except InvalidTag as error:
            raise ValueError(f"endpoint secret {secret_id} does not open") from error
