"""Prints of delivered files: whether two deliveries state the same facts, whatever the order of their rows.

A print sums the keyed hashes of all rows over the columns that the mapping speaks of. It tells that facts are the same
or not, and nothing else: no value, no person, and without the tenant's key not even a guess can be tried.
"""

import hashlib
import hmac
from typing import Any

import polars as pl

from services.sync.reading.table import LINE, Table

_HALF = 1 << 32
_WHOLE = 1 << 64


def seed_of(table: Table, about: list[str], key: bytes) -> bytes:
    """What the hashes of a file's rows are keyed with. `about` says what else must be the same: name, encoding, the
    columns in their order."""
    # polars does not promise the same hashes in another version.
    told = "\x1f".join([*about, *(name for name in table.frame.columns if name != LINE), pl.__version__]).encode()
    return hmac.digest(key, b"startklar.print.v1" + told, hashlib.sha256)


def hashes_of(rows: pl.DataFrame, seed: bytes) -> pl.Series:
    """A hash of 64 bits for each row, the first of the two that a print sums."""
    return rows.drop(LINE, strict=False).hash_rows(int.from_bytes(seed[:8]))


def print_of(table: Table, seed: bytes, hashes: pl.Series) -> dict[str, Any]:
    """The print of one file."""
    second = table.frame.drop(LINE).hash_rows(int.from_bytes(seed[8:16]))
    sums = [f"{total(hashes):x}", f"{total(second):x}"]
    return {"about": seed[16:].hex(), "rows": table.lines, "sums": sums}


def total(hashes: pl.Series) -> int:
    """The sum without overflow."""
    return int((hashes // _HALF).sum()) * _HALF + int((hashes % _HALF).sum())
