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


def print_of(table: Table, about: list[str], key: bytes) -> dict[str, Any]:
    """The print of one file. `about` says what else must be the same: name, encoding, the columns in their order."""
    rows = table.frame.drop(LINE)
    # polars does not promise the same hashes in another version.
    told = "\x1f".join([*about, *rows.columns, pl.__version__]).encode()
    seed = hmac.digest(key, b"startklar.print.v1" + told, hashlib.sha256)
    sums = [_sum(rows.hash_rows(int.from_bytes(seed[at : at + 8]))) for at in (0, 8)]
    return {"about": seed[16:].hex(), "rows": table.lines, "sums": [f"{number:x}" for number in sums]}


def _sum(hashes: pl.Series) -> int:
    """The sum without overflow."""
    return int((hashes // _HALF).sum()) * _HALF + int((hashes % _HALF).sum())
