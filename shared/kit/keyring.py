"""The file key of a service with those that were before it, or will be: sealed by one, opened by any.

A key is replaced in steps, so that at no time one process seals what another cannot open (docs/upgrades.md).
"""

import os
from collections.abc import Sequence
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class FileKey(bytes):
    """The key that seals, 32 bytes. `others` open what they sealed; by `first` rows are found again, whatever seals."""

    others: tuple[bytes, ...]
    first: bytes

    @classmethod
    def of(cls, key: bytes, others: Sequence[bytes] = (), first: bytes | None = None) -> Self:
        made = cls(key)
        made.others, made.first = tuple(others), key if first is None else first
        return made


def every_key(key: bytes) -> tuple[bytes, ...]:
    """All keys that open, the sealing one first."""
    return (bytes(key), *key.others) if isinstance(key, FileKey) else (key,)


def index_key(key: bytes) -> bytes:
    """The key for what must come out the same for ever: keyed hashes by which rows are found."""
    return key.first if isinstance(key, FileKey) else key


class Box:
    """AES-256-GCM, nonce first, under keys derived from the file key for the purpose that `info` names, or, with
    None, under the file key itself. What it seals is bound to a place and opens nowhere else.
    """

    def __init__(self, file_key: bytes, info: bytes | None) -> None:
        self._aeads = [AESGCM(_derived(key, info)) for key in every_key(file_key)]

    def seal(self, plain: bytes, place: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aeads[0].encrypt(nonce, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """The plain bytes. Raises InvalidTag, or ValueError for what is too short, when no key opens it there."""
        for aead in self._aeads[:-1]:
            try:
                return aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
            except InvalidTag:
                continue
        return self._aeads[-1].decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)

    def renewed(self, sealed: bytes, place: bytes) -> bytes | None:
        """The same under the sealing key; None where it is already. Errors: as `open`."""
        try:
            self._aeads[0].decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
        except InvalidTag:
            return self.seal(self.open(sealed, place), place)
        return None


def _derived(key: bytes, info: bytes | None) -> bytes:
    return key if info is None else HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key)
