"""Signing secrets: made here, shown once, stored sealed."""

import base64
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag

from shared.kit.keyring import Box

SEAL_INFO = b"startklar.webhooks.endpoint-secret.v1"
PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> bytes:
    """32 random bytes (Standard Webhooks asks for 24 to 64)."""
    return os.urandom(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """The secret as the receiver configures it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secret).decode()


class SecretBox:
    """Seals secrets with a key of its own, derived from the service's file key, bound to tenant and row."""

    def __init__(self, file_key: bytes) -> None:
        self._box = Box(file_key, SEAL_INFO)

    def seal(self, secret: bytes, tenant: UUID, secret_id: UUID) -> bytes:
        return self._box.seal(secret, tenant.bytes + secret_id.bytes)

    def open(self, sealed: bytes, tenant: UUID, secret_id: UUID) -> bytes:
        """The secret. Raises ValueError if the row was changed or the file key is another."""
        try:
            return self._box.open(sealed, tenant.bytes + secret_id.bytes)
        except InvalidTag as error:
            raise ValueError(f"endpoint secret {secret_id} does not open") from error
