"""What a connector writes and what it wrote the last time: a zip of files, or one file as it came."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import IO

from services.sync.fetching.errors import DeliveryTooLarge
from services.sync.fetching.scratch import Scratch

_PIECE = 512 * 1024
# Every entry bears this date: the same files are the same package, byte for byte.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class PackageSink:
    """Takes a delivery, at most `max_bytes` of it before and after packing: `whole` once, or `add` for each file."""

    def __init__(self, max_bytes: int) -> None:
        self._scratch = Scratch()
        self._digest = hashlib.sha256()
        self.max_bytes = max_bytes
        self._taken = 0
        self._zip: zipfile.ZipFile | None = None
        self.names: list[str] = []

    @property
    def size(self) -> int:
        """Bytes as stored, known once finished."""
        return self._scratch.size

    @property
    def sha256(self) -> str:
        """Over what is stored, in hexadecimal."""
        return self._digest.hexdigest()

    async def whole(self, content: AsyncIterable[bytes]) -> None:
        """The delivery is this one file, kept as it is. Errors: DeliveryTooLarge."""
        async for piece in content:
            self._count(piece)
            self._write(piece)

    async def add(self, name: str, content: AsyncIterable[bytes]) -> int:
        """A file of the delivery; returns its bytes. Errors: DeliveryTooLarge."""
        if self._zip is None:
            self._zip = zipfile.ZipFile(_Tap(self._write), "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        before = self._taken
        with self._zip.open(info, "w", force_zip64=True) as entry:
            async for piece in content:
                self._count(piece)
                entry.write(piece)
                await asyncio.sleep(0)
        self.names.append(name)
        return self._taken - before

    def finish(self) -> None:
        """Nothing more comes."""
        if self._zip is not None:
            self._zip.close()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The finished delivery."""
        self._scratch.seek(0)
        while piece := self._scratch.read(_PIECE):
            yield piece

    def close(self) -> None:
        self._scratch.close()

    def _count(self, piece: bytes) -> None:
        self._taken += len(piece)
        if self._taken > self.max_bytes:
            raise DeliveryTooLarge(maxBytes=self.max_bytes)

    def _write(self, piece: bytes) -> None:
        self._digest.update(piece)
        self._scratch.append(piece)


class _Tap(io.RawIOBase):
    """Where a zip is written to that is never read back."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._place = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: "bytes | memoryview") -> int:  # type: ignore[override]
        self._write(bytes(piece))
        self._place += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._place


class Package:
    """A package of ours, read back: its files by name. It was written by a PackageSink, never by a stranger."""

    def __init__(self, scratch: Scratch) -> None:
        self._zip = zipfile.ZipFile(io.BufferedReader(scratch, 1 << 16))

    @classmethod
    async def read(cls, content: AsyncIterator[bytes]) -> "Package":
        """Raises zipfile.BadZipFile where it is no package."""
        scratch = Scratch()
        async for piece in content:
            scratch.append(piece)
        scratch.seek(0)
        return cls(scratch)

    def names(self) -> list[str]:
        return self._zip.namelist()

    def open(self, name: str) -> IO[bytes]:
        """Raises KeyError. Iterating it gives lines."""
        return self._zip.open(name)

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file, without their ends; none where there is no such file."""
        if name in self.names():
            with self.open(name) as stream:
                for line in stream:
                    yield line.rstrip(b"\r\n")

    def close(self) -> None:
        self._zip.close()


@contextmanager
def package_sink(max_bytes: int) -> Iterator[PackageSink]:
    """A sink that is forgotten at the end of the block."""
    sink = PackageSink(max_bytes)
    try:
        yield sink
    finally:
        sink.close()
