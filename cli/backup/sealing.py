"""Sealed files: compressed, then encrypted in chunks under a key of their own.

Backups hold children's data, and lie where other people look after disks. A file's key follows from the backup key, a
random salt and the file's name in the archive, so that no file passes for another; each chunk is bound to its index and
to whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so that none can be
swapped, repeated or cut off unnoticed.

Layout: `SKB1`, 16 bytes of salt, then per chunk 4 bytes of length (big endian) and that many bytes of ciphertext.
"""

import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cli.servers.processes import ServerFailed

_MAGIC = b"SKB1"
_SALT = 16
_CHUNK = 1 << 20
_LONGEST = _CHUNK + 16
_LEVEL = 1  # a level more costs twice the time and saves a twentieth


class BackupRefused(ServerFailed):
    """A backup is damaged, incomplete or another installation's; the text says what an operator can do."""


@dataclass(frozen=True)
class SealedFile:
    """What a manifest says of a sealed file: its bytes as they lie there, and how many it holds when opened."""

    sha256: str
    bytes: int
    plain_bytes: int


def seal(key: bytes, name: str, source: IO[bytes], target: Path) -> SealedFile:
    """Write everything that `source` holds to `target`, sealed under the archive name `name`; on disk when it returns.

    No reader ever sees half of it.
    """
    salt = os.urandom(_SALT)
    partial = target.with_name(f"{target.name}.{os.getpid()}.new")
    cipher, digest, plain, sizes = AESGCM(_file_key(key, salt, name)), hashlib.sha256(), _Counted(source), 0
    with open(partial, "wb", opener=_private) as out:
        for block in _framed(cipher, salt, _chunks(_compressed(plain))):
            digest.update(block)
            sizes += out.write(block)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(target)
    return SealedFile(digest.hexdigest(), sizes, plain.count)


def unsealed(key: bytes, name: str, path: Path) -> Iterator[bytes]:
    """What is in a sealed file, piece by piece. Errors: `BackupRefused` when it was changed, cut off or is another."""
    inflate = zlib.decompressobj()
    try:
        with path.open("rb") as file:
            for chunk in _opened(key, name, file):
                if piece := inflate.decompress(chunk):
                    yield piece
    except (InvalidTag, zlib.error, OSError) as error:
        raise BackupRefused(f"{name} cannot be opened: it is damaged, or was sealed with another key") from error
    if not inflate.eof:
        raise BackupRefused(f"{name} is incomplete")


def unseal(key: bytes, name: str, path: Path, target: Path) -> int:
    """Write what a sealed file holds to `target`; returns its bytes. Errors: as `unsealed`."""
    with open(target, "wb", opener=_private) as out:
        return sum(out.write(piece) for piece in unsealed(key, name, path))


class Unsealed(io.RawIOBase):
    """A sealed file as a stream to read, for `tarfile`."""

    def __init__(self, key: bytes, name: str, path: Path) -> None:
        self._pieces = unsealed(key, name, path)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Counted:
    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        while block := self._source.read(_CHUNK):
            self.count += len(block)
            yield block


def _compressed(blocks: _Counted) -> Iterator[bytes]:
    deflate = zlib.compressobj(_LEVEL)
    for block in blocks:
        yield deflate.compress(block)
    yield deflate.flush()


def _chunks(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Chunks of one size, and the last, which may be shorter."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) > _CHUNK:
            yield bytes(held[:_CHUNK]), False
            del held[:_CHUNK]
    yield bytes(held), True


def _framed(cipher: AESGCM, salt: bytes, chunks: Iterator[tuple[bytes, bool]]) -> Iterator[bytes]:
    yield _MAGIC + salt
    for index, (chunk, last) in enumerate(chunks):
        body = cipher.encrypt(_nonce(index, last=last), chunk, None)
        yield len(body).to_bytes(4, "big") + body


def _opened(key: bytes, name: str, file: IO[bytes]) -> Iterator[bytes]:
    head = file.read(len(_MAGIC) + _SALT)
    if len(head) < len(_MAGIC) + _SALT or not head.startswith(_MAGIC):
        raise BackupRefused(f"{name} is not a sealed file of ours")
    cipher = AESGCM(_file_key(key, head[len(_MAGIC) :], name))
    index, length = 0, file.read(4)
    while length:
        size = int.from_bytes(length, "big")
        body = file.read(size) if size <= _LONGEST else b""
        if len(body) < max(size, 1):
            raise BackupRefused(f"{name} is cut off or damaged")
        length = file.read(4)
        yield cipher.decrypt(_nonce(index, last=not length), body, None)
        index += 1


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + bytes([last])


def _file_key(key: bytes, salt: bytes, name: str) -> bytes:
    return HKDF(SHA256(), 32, salt, b"startklar.backup-file.v1:" + name.encode()).derive(key)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
