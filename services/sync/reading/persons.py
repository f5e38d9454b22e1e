"""The persons of one file for all rows at once: numbers sealed, login names digested, protected names left behind."""

import hashlib

import polars as pl

from services.sync.reading import quick
from services.sync.reading.cells import BadCell
from services.sync.reading.emitting import Emitter

_NUMBER, _OTHERS = "number", "others"
_NAMES = ("givenName", "familyName", "email", "login")


def read_marks(emitter: Emitter, values: pl.DataFrame) -> list[pl.Series]:
    """What is read of national numbers and other systems' ids; null where there is something to say about it."""
    place = emitter.places()
    context = emitter.context
    numbers = quick.normal_numbers(values[place["nationalId"]].fill_null(""), context.country, context.today)

    def others(cell: str) -> str | None:
        try:
            return "\n".join(emitter.external_ids(cell)) if cell else ""
        except BadCell:
            return None

    return [
        numbers.alias(_NUMBER),
        quick.each_once(values[place["externalIds"]].fill_null(""), others).alias(_OTHERS),
    ]


def person_cells(emitter: Emitter, good: pl.DataFrame) -> list[pl.Series]:
    """The columns of persons in the order of COPY, as `Emitter` writes them row by row."""
    place = emitter.places()
    marking = good[place["marking"]]
    is_open = marking != "t"  # of those that nobody marked, the roster may know better
    marking = marking.set(marking == "", "t" if emitter.context.fail_closed else "f")
    login = good[place["login"]]
    names = {name: good[place[name]].set(~is_open, "") for name in _NAMES}
    digests = [cell and "\\x" + hashlib.sha256(cell.encode()).hexdigest() for cell in login]
    others = good[_OTHERS].str.split_exact("\n", 1).struct.unnest()
    ids, id_digests = (others[column].fill_null("") for column in others.columns)
    return [
        good[place["sourceId"]],
        *names.values(),
        pl.Series(digests, dtype=pl.String),
        login.str.split_exact("@", 1).struct.unnest().to_series(1).fill_null(""),
        *quick.sealed(good[_NUMBER], emitter.context.keys),
        ids.set(~is_open, ""),
        id_digests,
        marking,
    ]
