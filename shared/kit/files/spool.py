"""Takes in what a caller sends before any transaction begins: a slow line must hold neither connection nor lock."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from shared.kit.files.errors import FileTooLarge

_IN_MEMORY = 1024 * 1024
_PIECE = 512 * 1024


class Spool:
    """What has arrived, to be read from its beginning. What does not fit in memory lies on disk, encrypted under a key
    that only this object knows.
    """

    def __init__(self) -> None:
        self._cipher = Cipher(algorithms.AES(os.urandom(32)), modes.CTR(os.urandom(16)))
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by `spooled`

    async def take(self, stream: AsyncIterator[bytes], max_bytes: int) -> None:
        """Keep all that `stream` gives. Raises FileTooLarge, and what the stream raises."""
        size, seal = 0, self._cipher.encryptor()
        async for piece in stream:
            size += len(piece)
            if size > max_bytes:
                raise FileTooLarge.past(max_bytes)
            # Small pieces into the page cache: cheaper here than in a thread.
            self._file.write(seal.update(piece))

    async def pieces(self) -> AsyncIterator[bytes]:
        """The content in order."""
        self._file.seek(0)
        unseal = self._cipher.decryptor()
        while piece := self._file.read(_PIECE):
            yield unseal.update(piece)

    def close(self) -> None:
        self._file.close()


@asynccontextmanager
async def spooled(stream: AsyncIterator[bytes], max_bytes: int) -> AsyncIterator[Spool]:
    """All of `stream`, at most `max_bytes`; forgotten at the end of the block. Raises as `Spool.take` does."""
    spool = Spool()
    try:
        await spool.take(stream, max_bytes)
        yield spool
    finally:
        spool.close()
