"""What the reading process says to its parent: length-prefixed frames, so that bulk rows pass through unparsed."""

import csv
import io
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from services.sync.reading.findings import Fatal, Finding

HEADER = struct.Struct(">BI")
_FLUSH = 256 * 1024
# A delivery with a fault on every row is told by its first thousand of a kind, and by the count.
KEPT_PER_RULE = 1000
PROTECT = "protect"
KEPT = "kept"
# Of a delivery that is read in part: whom it may change, and which lines were read as a whole.
SCOPE = "scope"
FULL = "full"


class Kind(IntEnum):
    """`rows`: a name of at most 255 bytes with its length before it, then CSV. `want` is empty: the reader asks for the
    delivery before. The others: JSON."""

    rows = 1
    findings = 2
    summary = 3
    fatal = 4
    want = 5


class FrameWriter:
    """A Sink that writes frames. `counts` counts all findings, written or not."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._buffers: dict[str, io.StringIO] = {}
        self._writers: dict[str, Callable[[list[str]], object]] = {}
        self._findings: list[tuple[str, str, int | None, str | None]] = []
        self.counts: dict[str, int] = {}

    def row(self, entity: str, cells: list[str]) -> None:
        writer = self._writers.get(entity)
        if writer is None:
            buffer = self._buffers[entity] = io.StringIO()
            writer = self._writers[entity] = csv.writer(buffer, lineterminator="\n").writerow
        writer(cells)
        if self._buffers[entity].tell() > _FLUSH:
            self._flush(entity)

    def bulk(self, entity: str, csv: bytes) -> None:
        """Rows of `entity` that stand as CSV already."""
        name = entity.encode()
        self._frame(Kind.rows, bytes([len(name)]) + name + csv)

    def protect(self, sid: str) -> None:
        self.row(PROTECT, [sid])

    def keep(self, entity: str, sid: str) -> None:
        self.row(KEPT, [entity, sid])

    def finding(self, finding: Finding) -> None:
        count = self.counts[finding.rule] = self.counts.get(finding.rule, 0) + 1
        if count <= KEPT_PER_RULE:
            self._findings.append((finding.rule, finding.file, finding.line, finding.column))

    def want(self) -> None:
        """Ask for the delivery before."""
        self._frame(Kind.want, b"")

    def finish(self, kind: Kind, document: dict[str, object]) -> None:
        """Write what is left, then the last frame."""
        for entity in self._buffers:
            self._flush(entity)
        self._frame(Kind.findings, json.dumps(self._findings).encode())
        self._frame(kind, json.dumps(document).encode())

    def _flush(self, entity: str) -> None:
        buffer = self._buffers[entity]
        body = buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
        if body:
            self.bulk(entity, body)

    def _frame(self, kind: Kind, body: bytes) -> None:
        self._write(HEADER.pack(kind, len(body)))
        self._write(body)


@dataclass(frozen=True)
class Rows:
    """A piece of CSV for one kind of row, in the column order of `canonical.ENTITIES`."""

    entity: str
    csv: bytes


@dataclass(frozen=True)
class Found:
    """Findings as (rule, file, line, column)."""

    findings: list[tuple[str, str, int | None, str | None]]


@dataclass(frozen=True)
class Done:
    """The delivery was read to its end.

    `prints` tells its facts from those of another, None where it cannot be told. `is_known`: the facts are those that
    the reader was told of, and nothing else was said. `retold`: nothing was said but what differs from the delivery
    before, and there are so many rows more of each kind that is told row by row.
    """

    files: list[dict[str, Any]]
    incomplete: frozenset[str]
    counts: dict[str, int]
    prints: list[dict[str, Any]] | None = None
    is_known: bool = False
    retold: dict[str, int] | None = None


@dataclass(frozen=True)
class Want:
    """The reader asks for the delivery before."""


Frame = Rows | Found | Done


def decode(kind: Kind, body: bytes) -> Frame | Want:
    """What a frame says. Raises Fatal for one that says that the delivery cannot be read."""
    if kind is Kind.rows:
        end = 1 + body[0]
        return Rows(body[1:end].decode(), body[end:])
    if kind is Kind.want:
        return Want()
    document = json.loads(body)
    if kind is Kind.findings:
        return Found([(rule, file, line, column) for rule, file, line, column in document])
    if kind is Kind.fatal:
        raise Fatal(document["rule"], document["file"], line=document["line"], column=document["column"])
    incomplete = frozenset(document["incomplete"])
    known = document["isKnown"]
    return Done(document["files"], incomplete, document["counts"], document["prints"], known, document["retold"])
