"""The reading process: `python -m services.sync.reading.child`. One task line and the delivery in, frames out.

It gets no environment, opens no file and no socket; what it may use of memory and time is limited before it reads.
"""

import json
import resource
import sys
from collections.abc import Callable
from datetime import date
from typing import Any, BinaryIO

from services.sync.reading.apart import Former
from services.sync.reading.civic import CivicKeys
from services.sync.reading.delivery import read_delivery
from services.sync.reading.emitting import Context
from services.sync.reading.findings import Fatal, Finding
from services.sync.reading.frames import FrameWriter, Kind
from services.sync.reading.mapping import Mapping
from services.sync.reading.registers import as_tables
from services.sync.reading.source import Limits, Source, open_source


def main(stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Limit this process, then read one delivery."""
    task = json.loads(stdin.readline())
    # What is written to, not what is reserved: polars reserves far more than it ever uses.
    resource.setrlimit(resource.RLIMIT_DATA, (task["memoryBytes"], task["memoryBytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (task["cpuSeconds"], task["cpuSeconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    size = task["size"] if task["former"] else -1
    tell(task, lambda: stdin.read(size), stdout.write, lambda: _former(stdin, stdout))
    stdout.flush()


def _former(stdin: BinaryIO, stdout: BinaryIO) -> bytes:
    stdout.flush()
    return stdin.read()


def tell(
    task: dict[str, Any],
    content: Callable[[], bytes],
    write: Callable[[bytes], object],
    former: Callable[[], bytes] = bytes,
) -> None:
    """Read a delivery into frames; every outcome, running out of memory included, is a last frame.

    `former` gives the content of the delivery before, once it has been asked for.
    """
    sink = FrameWriter(write)
    try:
        kind, document = Kind.summary, _read(task, content(), sink, former)
    except Fatal as fatal:
        kind, document = Kind.fatal, _fatal(fatal.finding)
    except MemoryError:
        sink = FrameWriter(write)  # drops what the old one has gathered
        kind, document = Kind.fatal, _fatal(Finding("too_large"))
    sink.finish(kind, document)


def _read(task: dict[str, Any], content: bytes, sink: FrameWriter, former: Callable[[], bytes]) -> dict[str, Any]:
    mapping = Mapping.model_validate(task["mapping"])
    context = Context(
        sink=sink,
        keys=CivicKeys(bytes.fromhex(task["hashing"]), bytes.fromhex(task["sealing"])),
        today=date.fromisoformat(task["today"]),
        country=mapping.national_id,
        fail_closed=mapping.absent_marking == "protected",
        known_prints=task["prints"],
        row_by_row=task.get("rowByRow", False),
        missing_rule="field_not_permitted" if mapping.manifest == "ss12000" else "optional_column_missing",
    )
    # STIL exports one file for each institution, of which a large municipality has hundreds.
    entries = 2000 if mapping.manifest == "stil" else 100
    limits = Limits(task["expandedBytes"], entries)

    def fetch() -> Source:
        sink.want()
        return open_source(former(), mapping.files[0].file, limits)

    source = open_source(content, mapping.files[0].file, limits)
    before = task["former"] and Former(task["former"]["prints"], task["former"]["found"], fetch)
    summary = read_delivery(*as_tables(source, mapping, context), context, before or None)
    return {
        "files": [vars(file) for file in summary.files],
        "incomplete": sorted(summary.incomplete),
        "counts": sink.counts,
        "prints": summary.prints,
        "isKnown": summary.is_known,
        "retold": summary.retold,
    }


def _fatal(finding: Finding) -> dict[str, Any]:
    return {"rule": finding.rule, "file": finding.file, "line": finding.line, "column": finding.column}


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
