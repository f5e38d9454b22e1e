"""A temporary file that can be read anywhere in it and that nobody else can read: encrypted under a key in memory."""

import io
import os
import tempfile

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_IN_MEMORY = 1024 * 1024
_BLOCK = 16


class Scratch(io.RawIOBase):
    """Written once from its beginning to its end, then read at will. AES in counter mode: each byte has its place in
    the key stream, so that it can be found again without reading what lies before it.
    """

    def __init__(self) -> None:
        self._key, self._nonce = algorithms.AES(os.urandom(32)), int.from_bytes(os.urandom(16), "big")
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with this object
        self._seal = self._cipher(0).encryptor()
        self.size = 0
        self._place = 0

    def _cipher(self, block: int) -> "Cipher[modes.CTR]":
        counter = (self._nonce + block) % (1 << 128)
        return Cipher(self._key, modes.CTR(counter.to_bytes(_BLOCK, "big")))

    def append(self, piece: bytes) -> None:
        """Add to the end."""
        self._file.seek(self.size)
        self._file.write(self._seal.update(piece))
        self.size += len(piece)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._place = base + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        wanted = min(len(buffer), max(0, self.size - self._place))
        if wanted == 0:
            return 0
        block, skip = divmod(self._place, _BLOCK)
        self._file.seek(block * _BLOCK)
        plain = self._cipher(block).decryptor().update(self._file.read(skip + wanted))[skip:]
        buffer[: len(plain)] = plain
        self._place += len(plain)
        return len(plain)

    def close(self) -> None:
        self._file.close()
        super().close()
