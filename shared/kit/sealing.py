"""Secrets that we must read again (signing keys, secrets at providers), sealed under the service's file key."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class SealBroken(Exception):
    """The sealed bytes were changed, moved to another row, or sealed under another file key."""


class Sealer:
    """AES-256-GCM under a key derived from the file key for one purpose, apart from the one that seals files.

    `info` names service and purpose ("startklar.identity.seal.v1"): what one seals, no other opens.
    """

    def __init__(self, file_key: bytes, info: bytes) -> None:
        self._aead = AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(file_key))

    def seal(self, plain: bytes, place: str) -> bytes:
        """`plain` sealed for `place` (table and id of the row); it opens nowhere else."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The plain bytes; raises SealBroken."""
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(place) from error
