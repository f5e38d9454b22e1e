"""Whole columns of delivered cells at once, for cells about which there is nothing to say.

Every function gives the canonical cell, or null for one that the careful way (`emitting`) must look at. Where a column
holds few different cells, these are read by the careful way itself, once each.
"""

from collections.abc import Callable
from datetime import date

import polars as pl

from services.sync.reading.cells import MAX_LENGTH, pick
from services.sync.reading.civic import BadNumber, CivicKeys, normalise

# Letters of Latin 1 and Latin Extended-A: composed, never blank, no number by any other name.
_WORD = r"[\x21-\x7e\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f]+"
_PLAIN = f"^(?:{_WORD}(?: {_WORD})*)?$"
_MAIL = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$"
_LOGIN = r"^[A-Za-z0-9._%+@-]+$"
_PAIR = r"^\{([A-Za-z.-]+):([^{}:, ]*)\}$"
_NUMBER_LIKE = r"^[0-9]{6}.{4,7}$"
_SWEDISH = r"^[0-9]{8}-?[0-9]{4}$"

Read = Callable[[str], str | None]


def is_plain(cells: pl.Series) -> pl.Series:
    """Whether `cells.clean` would leave the cell as it is."""
    return cells.str.contains(_PLAIN)


def each_once(cells: pl.Series, read: Read) -> pl.Series:
    """`read` of every different cell, put back in place of each."""
    different = cells.unique()
    return cells.replace_strict(different, [read(cell) for cell in different], return_dtype=pl.String)


def some(cells: pl.Series, where: pl.Series, read: Read) -> pl.Series:
    """`read` of the cells where `where` holds; the others stay."""
    places = where.arg_true()
    if places.is_empty():
        return cells
    return cells.scatter(places, [read(cell) for cell in cells.gather(places)])


def text(cells: pl.Series) -> pl.Series:
    """Texts that are not too long."""
    return keep(cells, cells.str.len_chars() <= MAX_LENGTH)


def mail(cells: pl.Series) -> pl.Series:
    """Ordinary addresses; empty stays empty."""
    return keep(cells, (cells == "") | (cells.str.contains(_MAIL) & (cells.str.len_bytes() <= MAX_LENGTH)))


def login(cells: pl.Series) -> pl.Series:
    """Login names of ASCII letters and digits, in small letters; empty stays empty."""
    good = (cells == "") | (cells.str.contains(_LOGIN) & (cells.str.len_bytes() <= MAX_LENGTH))
    return keep(cells.str.to_lowercase(), good)


def picked(cells: pl.Series, wanted: str) -> pl.Series:
    """The value of type `wanted` in cells of `{type:value}` pairs."""
    pair = cells.str.extract_groups(_PAIR).struct.unnest()
    is_wanted = (pair["1"].str.to_lowercase() == wanted.casefold()).fill_null(False)
    simple = pair["2"].set(~is_wanted, "")
    places = (pair["1"].is_null() & (cells != "")).arg_true()
    return (
        simple if places.is_empty() else simple.scatter(places, [pick(cell, wanted) for cell in cells.gather(places)])
    )


def person_ids(cells: pl.Series, person_id: Callable[[str], str]) -> pl.Series:
    """Ids of persons: what looks like a national number goes through `person_id`."""
    return some(cells, cells.str.contains(_NUMBER_LIKE).fill_null(False), person_id)


def keep(cells: pl.Series, good: pl.Series) -> pl.Series:
    """The cells where `good` holds, null elsewhere."""
    return cells.set(~good.fill_null(False), None)


def normal_numbers(cells: pl.Series, country: str, today: date) -> pl.Series:
    """National numbers in their comparable form; empty stays empty."""
    known = _swedish(cells) if country == "se" else pl.Series(cells.name, [None] * len(cells), dtype=pl.String)

    def read(cell: str) -> str | None:
        try:
            return normalise(cell, country, today)
        except BadNumber:
            return None

    open_ = known.is_null() & (cells != "")
    places = open_.arg_true()
    known = known.fill_null("")
    return known if places.is_empty() else known.scatter(places, [read(cell) for cell in cells.gather(places)])


def _swedish(cells: pl.Series) -> pl.Series:
    """The right ones among those of twelve digits (as `civic` tells them), null for all others."""
    digits = keep(cells, cells.str.contains(_SWEDISH)).str.replace("-", "", literal=True)
    number = digits.cast(pl.Int64)
    total = number % 10
    for place in range(1, 10):  # from the right; every second digit counts twice (Luhn)
        digit = number // 10**place % 10
        total += digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4).cast(pl.Int64)
    is_date = each_once(digits.str.slice(0, 8).fill_null(""), _if_date) == "t"
    return keep(digits, (total % 10 == 0) & is_date & (digits.str.slice(8, 3) != "000"))


def _if_date(text: str) -> str:
    try:
        day = int(text[6:] or 0)
        date(int(text[:4] or 0), int(text[4:6] or 0), day - 60 if day > 60 else day)
    except ValueError:
        return "f"
    return "t"


def sealed(numbers: pl.Series, keys: CivicKeys) -> tuple[pl.Series, pl.Series]:
    """The keyed hash and the ciphertext of each number as COPY takes them; empty stays empty."""
    digests = [number and "\\x" + keys.digest(number).hex() for number in numbers]
    ciphers = [number and "\\x" + keys.seal(number).hex() for number in numbers]
    return pl.Series(digests, dtype=pl.String), pl.Series(ciphers, dtype=pl.String)
