"""The lines of a delivered file as they stand, not yet looked into.

Most nights nearly every line of a register's file stood in the file before. Hashes of the whole lines tell which did,
for a tenth of what it costs to take the cells out of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from services.sync.reading.prints import total

# Stands in no file whose lines are taken whole.
_BETWEEN = "\x1f"
# So many hashes are kept of a file at most, and a file is judged by so much of its beginning.
_KEPT = 512
_LOOKED_AT = 8 * 1024 * 1024


@dataclass(frozen=True)
class Lines:
    """The lines after the header, without their ends, and a keyed hash of each."""

    rows: pl.Series
    hashes: pl.Series


def lines_of(body: bytes, seed: bytes) -> Lines | None:
    """The lines of a file in UTF-8, or None where a line cannot be taken whole."""
    if body.find(b"\n") < 0 or _BETWEEN.encode() in body:
        return None
    try:
        rows = pl.read_csv(
            body,
            has_header=False,
            skip_rows=1,
            separator=_BETWEEN,
            quote_char=None,
            infer_schema=False,
            empty_string_is_null=False,
        ).to_series()
    except pl.exceptions.PolarsError:
        return None
    if len(rows) != body.count(b"\n") - body.endswith(b"\n"):
        return None
    return Lines(rows, rows.hash(int.from_bytes(seed[4:12])))


def told_of(lines: Lines) -> dict[str, Any]:
    """What is kept of a file's lines: whether another file has the same ones, and by a few of them, nearly the same."""
    shift = max(0, (len(lines.hashes) // _KEPT).bit_length())
    sample = sorted(_sampled(lines.hashes, shift))
    return {"sum": f"{total(lines.hashes):x}", "shift": shift, "sample": [f"{one:x}" for one in sample]}


def is_like(body: bytes, told: Mapping[str, Any], seed: bytes) -> bool:
    """Whether most lines of a file stand in the one that `told` speaks of, as far as its beginning tells."""
    piece = body if len(body) <= _LOOKED_AT else body[: body.rfind(b"\n", 0, _LOOKED_AT) + 1]
    lines = lines_of(piece, seed)
    if lines is None:
        return False
    here = _sampled(lines.hashes, told["shift"])
    known = {int(one, 16) for one in told["sample"]}
    return bool(here) and 2 * len(here & known) >= len(here)


def _sampled(hashes: pl.Series, shift: int) -> set[int]:
    """The same lines in whatever order: those whose hashes end with so many zero bits."""
    return set(hashes.filter(hashes % (1 << shift) == 0))
