"""Opens what was delivered: one CSV file or a flat zip of them. Nothing is ever written to disk or trusted by name."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from threading import Lock
from typing import IO, BinaryIO, Protocol, cast

from isal import isal_zlib

from services.sync.reading.findings import Fatal

_RATIO = 200
_FREE_OF_RATIO = 10 * 1024 * 1024
# Its stubs take the class for an instance.
_Unreadable = cast(type[Exception], isal_zlib.error)
# The head of an entry (APPNOTE 4.3.7): its mark, the lengths of name and extra field.
_HEAD = struct.Struct("<4s22xHH")
_LOCAL = b"PK\x03\x04"
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# What packing tools leave behind without being asked.
_CLUTTER = ("__MACOSX/", ".DS_Store", "desktop.ini", "Thumbs.db")


@dataclass(frozen=True)
class Limits:
    """Bytes that a delivery may expand to, in all, and how many files it may have."""

    expanded_bytes: int = 1024 * 1024 * 1024
    entries: int = 100


class Source(Protocol):
    """The delivered files by name."""

    def names(self) -> list[str]: ...

    def open(self, name: str) -> BinaryIO: ...

    def read(self, name: str, most: int) -> bytes:
        """At most the first `most` bytes at once."""


def open_source(content: bytes, single_name: str, limits: Limits) -> Source:
    """The delivery in `content`. A delivery that is no zip is one file, called `single_name`. Raises Fatal."""
    if content[:2] == b"PK":
        return _Archive(content, limits)
    return _SingleFile(single_name, content)


class _SingleFile:
    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        self._content = content

    def names(self) -> list[str]:
        return [self._name]

    def open(self, name: str) -> BinaryIO:
        if name != self._name:
            raise Fatal("file_missing", name)
        return io.BytesIO(self._content)

    def read(self, name: str, most: int) -> bytes:
        with self.open(name) as stream:
            return stream.read(most)


class _Archive:
    def __init__(self, content: bytes, limits: Limits) -> None:
        try:
            self._pack = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise Fatal("broken_zip") from None
        self._content = content
        self._budget = _Budget(limits.expanded_bytes)
        self._entries = _checked(self._pack.infolist(), limits)

    def names(self) -> list[str]:
        return list(self._entries)

    def open(self, name: str) -> BinaryIO:
        return io.BufferedReader(self._opened(name), 1 << 20)

    def read(self, name: str, most: int) -> bytes:
        info = self._entries.get(name)
        if info is not None and info.compress_type == zipfile.ZIP_DEFLATED and info.file_size <= most:
            return self._unpacked(info)
        with self._opened(name) as stream:
            return stream.take(most)

    def _unpacked(self, info: zipfile.ZipInfo) -> bytes:
        """A whole file by ISA-L, which takes half of the time that zipfile takes. Raises Fatal."""
        head = self._content[info.header_offset : info.header_offset + _HEAD.size]
        if len(head) < _HEAD.size or (parts := _HEAD.unpack(head))[0] != _LOCAL:
            raise Fatal("broken_zip", info.filename)
        start = info.header_offset + _HEAD.size + parts[1] + parts[2]
        engine = isal_zlib.decompressobj(-15)
        try:
            # One byte more than the directory promises tells whether it lies.
            body = engine.decompress(memoryview(self._content)[start : start + info.compress_size], info.file_size + 1)
        except _Unreadable:
            raise Fatal("broken_zip", info.filename) from None
        if not self._budget.take(len(body)):
            raise Fatal("zip_bomb", info.filename)
        if len(body) != info.file_size or isal_zlib.crc32(body) != info.CRC:
            raise Fatal("broken_zip", info.filename)
        return body

    def _opened(self, name: str) -> "_Metered":
        try:
            stream = self._pack.open(self._entries[name])
        except KeyError:
            raise Fatal("file_missing", name) from None
        except (zipfile.BadZipFile, OSError, NotImplementedError):
            raise Fatal("broken_zip", name) from None
        return _Metered(stream, name, self._budget)


def _checked(infos: list[zipfile.ZipInfo], limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """The entries by name, after everything that the directory of the archive alone can tell."""
    wanted = [info for info in infos if not info.filename.startswith(_CLUTTER)]
    if len(infos) > limits.entries:
        raise Fatal("zip_bomb")
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in wanted:
        _check_entry(info)
        if info.filename in entries:
            raise Fatal("broken_zip", info.filename)
        entries[info.filename] = info
    if sum(info.file_size for info in wanted) > limits.expanded_bytes:
        raise Fatal("zip_bomb")
    return entries


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if any(mark in name for mark in ("/", "\\", ":", "\x00")) or name in ("", ".", ".."):
        raise Fatal("unsafe_path", name[:100].replace("\x00", ""))
    if info.flag_bits & 0x1:
        raise Fatal("encrypted_zip", name)
    if info.compress_type not in _METHODS:
        raise Fatal("unsupported_zip", name)
    if info.file_size > _FREE_OF_RATIO and info.file_size > _RATIO * max(1, info.compress_size):
        raise Fatal("zip_bomb", name)


class _Budget:
    """What all files together may still expand to: the sizes in an archive's directory may lie.

    A file is read at most three times: at once, and where it is too large for that to find its encoding and its rows.
    """

    def __init__(self, expanded_bytes: int) -> None:
        self._left = 3 * expanded_bytes
        self._lock = Lock()

    def take(self, size: int) -> bool:
        """False once it is used up. Two files may be unpacked at a time."""
        with self._lock:
            self._left -= size
            return self._left >= 0


class _Metered(io.RawIOBase):
    """Counts what is really unpacked, and turns a broken archive into a finding at the place where it breaks."""

    def __init__(self, stream: IO[bytes], name: str, budget: _Budget) -> None:
        self._stream = stream
        self._name = name
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        piece = self.take(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def take(self, most: int) -> bytes:
        """The next bytes, without another copy of them. Raises Fatal."""
        try:
            piece = self._stream.read(most)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, zlib.error):
            raise Fatal("broken_zip", self._name) from None
        if not self._budget.take(len(piece)):
            raise Fatal("zip_bomb", self._name)
        return piece
