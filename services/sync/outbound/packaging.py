"""Writes the files of a package as they are read: CSV in the platform's own dialect, alone or in a zip."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Sequence
from typing import Any

from services.sync.outbound.declared import Template

# A fixed time, so that the same roster gives the same bytes; a zip cannot say "none".
_EPOCH = (1980, 1, 1, 0, 0, 0)


class _Pipe(io.RawIOBase):
    """Where the zip writes; emptied after each batch."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._held += piece
        return len(piece)

    def taken(self) -> bytes:
        piece = bytes(self._held)
        self._held.clear()
        return piece


class Lines:
    """Rows as text of the declared dialect."""

    def __init__(self, template: Template) -> None:
        self._encoding = template.encoding.removesuffix("-sig")
        self._mark = "\ufeff" if template.encoding == "utf-8-sig" else ""
        self._buffer = io.StringIO()
        end = "\r\n" if template.line_end == "crlf" else "\n"
        self._write = csv.writer(self._buffer, delimiter=template.delimiter, lineterminator=end).writerow

    def head(self, cells: Sequence[str]) -> bytes:
        return self._mark.encode() + self.rows([cells])

    def rows(self, rows: Sequence[Sequence[str]]) -> bytes:
        for cells in rows:
            self._write(cells)
        written = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return written.encode(self._encoding)


async def packed(template: Template, files: AsyncIterator[tuple[str, AsyncIterator[bytes]]]) -> AsyncIterator[bytes]:
    """The package, piece by piece: the one file as it is, or a zip of all."""
    if template.package == "single":
        async for _, pieces in files:
            async for piece in pieces:
                yield piece
        return
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as pack:
        async for name, pieces in files:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            with pack.open(info, "w", force_zip64=True) as entry:
                async for piece in pieces:
                    entry.write(piece)
                    yield pipe.taken()
            yield pipe.taken()
    yield pipe.taken()
