"""Addresses and their codes, sealed under the service's file key: the database alone tells nobody's address."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.projects.notice.models import NotificationPreference

_NONCE_BYTES = 12


class Sealer:
    """AES-256-GCM under a key derived from the file key for this use alone; what is sealed opens in its row only."""

    def __init__(self, file_key: bytes) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"startklar.projects.notice.v1").derive(file_key)
        self._aead = AESGCM(derived)

    def seal(self, plain: str, row: NotificationPreference, field: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain.encode(), _place(row, field))

    def open(self, sealed: bytes | None, row: NotificationPreference, field: str) -> str | None:
        """None where there is nothing, or what is there was changed, moved or sealed under another key."""
        if sealed is None:
            return None
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(row, field)).decode()
        except (InvalidTag, ValueError):
            return None


def _place(row: NotificationPreference, field: str) -> bytes:
    return f"notification_preference/{row.tenant_id}/{row.id}/{field}".encode()
