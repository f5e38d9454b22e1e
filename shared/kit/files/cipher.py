"""Keys and chunks. Every file has a data key of its own, kept wrapped by the service's file key.

The wrapped key is bound to tenant and file; each chunk is bound to tenant, file, its index and whether it is the last
one (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so that chunks cannot be swapped,
repeated, moved to another file or cut off at the end without being noticed.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kit.files.errors import FileDamaged

_NONCE_BYTES = 12


@dataclass(frozen=True)
class WrappedKey:
    """A data key as stored: which file key wraps it, and the nonce followed by the ciphertext."""

    key_id: str
    body: bytes


class FileKeys:
    """The service's file key, and earlier ones that still open old files. Each is 32 bytes."""

    def __init__(self, current: bytes, previous: Sequence[bytes] = ()) -> None:
        if any(len(key) != 32 for key in (current, *previous)):
            raise ValueError("a file key has exactly 32 bytes")
        self._current = key_id(current)
        self._by_id = {key_id(key): AESGCM(key) for key in (current, *previous)}

    def new_data_key(self, tenant: UUID, file_id: UUID) -> tuple["ChunkCipher", WrappedKey]:
        """A fresh key for one file: ready to use, and wrapped for storing."""
        key = AESGCM.generate_key(bit_length=256)
        nonce = os.urandom(_NONCE_BYTES)
        wrapped = nonce + self._by_id[self._current].encrypt(nonce, key, _bound(tenant, file_id))
        return ChunkCipher(key, tenant, file_id), WrappedKey(self._current, wrapped)

    def open_data_key(self, wrapped: WrappedKey, tenant: UUID, file_id: UUID) -> "ChunkCipher":
        """The cipher of a stored file. Raises FileDamaged if the key is not ours or the row was changed."""
        return ChunkCipher(self._unwrapped(wrapped, tenant, file_id), tenant, file_id)

    def rewrapped(self, wrapped: WrappedKey, tenant: UUID, file_id: UUID) -> WrappedKey | None:
        """The same data key under the current file key; None where it is already. Raises FileDamaged."""
        if wrapped.key_id == self._current:
            return None
        nonce = os.urandom(_NONCE_BYTES)
        key = self._unwrapped(wrapped, tenant, file_id)
        body = nonce + self._by_id[self._current].encrypt(nonce, key, _bound(tenant, file_id))
        return WrappedKey(self._current, body)

    def _unwrapped(self, wrapped: WrappedKey, tenant: UUID, file_id: UUID) -> bytes:
        outer = self._by_id.get(wrapped.key_id)
        if outer is None:
            raise FileDamaged(f"file {file_id} needs file key {wrapped.key_id}, which this service does not have")
        try:
            return outer.decrypt(wrapped.body[:_NONCE_BYTES], wrapped.body[_NONCE_BYTES:], _bound(tenant, file_id))
        except InvalidTag as error:
            raise FileDamaged(f"the key of file {file_id} does not open") from error


def _bound(tenant: UUID, file_id: UUID) -> bytes:
    return b"startklar.file-key.v1" + tenant.bytes + file_id.bytes


class ChunkCipher:
    """Seals and opens the chunks of one file. The key is used for one file only, so the index is a safe nonce."""

    def __init__(self, key: bytes, tenant: UUID, file_id: UUID) -> None:
        self._aead = AESGCM(key)
        self._bound_to = b"startklar.file-chunk.v1" + tenant.bytes + file_id.bytes
        self.file_id = file_id

    def seal(self, index: int, body: bytes, *, last: bool) -> bytes:
        return self._aead.encrypt(index.to_bytes(_NONCE_BYTES, "big"), body, self._place(index, last))

    def open(self, index: int, body: bytes, *, last: bool) -> bytes:
        try:
            return self._aead.decrypt(index.to_bytes(_NONCE_BYTES, "big"), body, self._place(index, last))
        except InvalidTag as error:
            raise FileDamaged(f"chunk {index} of file {self.file_id} does not open") from error

    def _place(self, index: int, last: bool) -> bytes:
        return self._bound_to + index.to_bytes(8, "big") + bytes([last])


def key_id(key: bytes) -> str:
    """A short public name of a key, from which the key cannot be found."""
    return hashlib.sha256(b"startklar.key-id.v1" + key).hexdigest()[:16]
