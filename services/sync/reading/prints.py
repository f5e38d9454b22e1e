"""Prints of delivered files: whether two deliveries state the same facts, whatever the order of their rows.

A print sums the keyed hashes of all rows over the columns that the mapping speaks of. It tells that facts are the same
or not, and nothing else: no value, no person, and without the tenant's key not even a guess can be tried.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from services.sync.reading.table import LINE

_HALF = 1 << 32

Print = dict[str, Any]


def seed_of(columns: Iterable[str], about: list[str], key: bytes) -> bytes:
    """What the hashes of a file's rows are keyed with. `about` says what else must be the same: name, encoding, the
    columns in their order."""
    # polars does not promise the same hashes in another version.
    told = "\x1f".join([*about, *columns, pl.__version__]).encode()
    return hmac.digest(key, b"startklar.print.v1" + told, hashlib.sha256)


def about_of(seed: bytes) -> str:
    """By what a print tells that it was made in the same way."""
    return seed[16:].hex()


def hashes_of(rows: pl.DataFrame, seed: bytes) -> pl.Series:
    """A hash of 64 bits for each row, the first of the two that a print sums."""
    return rows.drop(LINE, strict=False).hash_rows(int.from_bytes(seed[:8]))


def sums_of(rows: pl.DataFrame, seed: bytes, hashes: pl.Series) -> tuple[int, int]:
    """Both sums of a print over some rows."""
    second = rows.drop(LINE, strict=False).hash_rows(int.from_bytes(seed[8:16]))
    return total(hashes), total(second)


def print_of(seed: bytes, rows: int, sums: Sequence[int]) -> Print:
    """The print of one file."""
    return {"about": about_of(seed), "rows": rows, "sums": [f"{one:x}" for one in sums]}


def states_the_same(one: Sequence[Print] | None, other: Sequence[Print] | None) -> bool:
    """Whether both are known, and tell of the same facts."""
    if one is None or other is None:
        return False
    return [_facts(file) for file in one] == [_facts(file) for file in other]


def _facts(file: Print) -> list[Any]:
    return [file["about"], file["rows"], file["sums"]]


def total(hashes: pl.Series) -> int:
    """The sum without overflow."""
    return int((hashes // _HALF).sum()) * _HALF + int((hashes % _HALF).sum())


def uneven(now: pl.Series, then: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Which hashes stand here and not there, and there and not here. One that stands n times here and m times there
    differs in all of its places."""
    came, gone = ~now.is_in(then.implode()), ~then.is_in(now.implode())
    common = [total(now) - total(now.filter(came)), total(then) - total(then.filter(gone))]
    if common[0] == common[1] and len(now) - came.sum() == len(then) - gone.sum():
        return came, gone
    counts = [series.rename("hash").value_counts(name="n") for series in (now, then)]
    odd = counts[0].join(counts[1], on="hash").filter(pl.col("n") != pl.col("n_right"))["hash"].implode()
    return came | now.is_in(odd), gone | then.is_in(odd)
