"""Finds out how a file is written: encoding, delimiter, whether it ends with a line end."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from services.sync.reading.findings import Fatal, Finding

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DELIMITERS = (",", ";", "\t", "|")
_PIECE = 1 << 20


@dataclass(frozen=True)
class Encoded:
    """`encoding` for Python's codecs; `ends_with_line` tells a file that was cut off in its last row."""

    encoding: str
    ends_with_line: bool
    findings: tuple[Finding, ...]


def sniff_body(body: bytes, name: str, declared: str | None) -> Encoded:
    """As `sniff_encoding` of a whole file: most are plain UTF-8, which is seen at once."""
    if declared in (None, "utf-8") and not body.startswith(tuple(_MARKS)) and b"\x00" not in body and _is_utf8(body):
        return Encoded("utf-8", body.endswith((b"\n", b"\r")), ())
    return sniff_encoding(io.BytesIO(body), name, declared)


def sniff_encoding(stream: BinaryIO, name: str, declared: str | None) -> Encoded:
    """Reads the stream to its end. UTF-8 if every byte fits it, else Windows-1252; a byte order mark decides."""
    first = stream.read(_PIECE)
    marked = next((encoding for mark, encoding in _MARKS.items() if first.startswith(mark)), None)
    encoding = marked or declared or "utf-8"
    if b"\x00" in first and encoding != "utf-16":
        raise Fatal("not_a_table", name)
    findings = [Finding("byte_order_mark", name, 1)] if marked else []
    bad_line, last = _try_utf8(first, stream) if encoding == "utf-8" else (None, _last_piece(first, stream))
    if bad_line is not None:
        encoding = "cp1252"
        findings.append(Finding("not_utf8", name, bad_line))
    return Encoded(encoding, last.rstrip(b"\x00").endswith((b"\n", b"\r")), tuple(findings))


def in_utf8(body: bytes, encoding: str) -> bytes:
    """What `body` says in `encoding`, in UTF-8 without a mark."""
    return body if encoding == "utf-8" else body.decode(encoding, errors="replace").encode()


def _is_utf8(body: bytes) -> bool:
    if body.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), _PIECE):
            decoder.decode(body[start : start + _PIECE], final=start + _PIECE >= len(body))
    except UnicodeDecodeError:
        return False
    return True


def _try_utf8(piece: bytes, stream: BinaryIO) -> tuple[int | None, bytes]:
    """The line of the first byte that is not UTF-8, or None; and the last piece of the stream."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, bad_line, last = 1, None, piece
    while piece:
        last = piece
        if bad_line is None:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                bad_line = lines + piece.count(b"\n", 0, error.start)
            lines += piece.count(b"\n")
        piece = stream.read(_PIECE)
    if bad_line is None and decoder.getstate()[0]:  # a letter cut in half at the very end
        bad_line = lines
    return bad_line, last


def _last_piece(piece: bytes, stream: BinaryIO) -> bytes:
    last = piece
    while piece:
        last = piece
        piece = stream.read(_PIECE)
    return last


def column_key(name: str) -> str:
    """How column names are compared: composed letters, no outer blanks, case and inner blanks ignored."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def sniff_delimiter(header_line: str, columns: Iterable[str]) -> str:
    """The delimiter under which most of the mapping's columns are found in the header."""
    known = {column_key(column) for column in columns}

    def hits(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([header_line], delimiter=delimiter), [])
        return len(known & {column_key(cell) for cell in cells}), len(cells)

    return max(_DELIMITERS, key=hits)
