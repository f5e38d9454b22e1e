"""Which measurements of an indicator about people may be shown. Pure; the rule itself stands in `small_counts`.

Values of one kind and period are parts of one whole: that of the units, and that of the project.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.projects.benefit.small_counts import hidden, is_small
from services.projects.goal.models import Indicator, Measurement

PERSONS = "persons"
"""The unit of an indicator whose values are numbers of people."""


def hidden_ids(indicator: Indicator, measured: Sequence[Measurement]) -> frozenset[UUID]:
    """The measurements whose value must not be shown. `measured` are all of the indicator, else differences leak."""
    if not indicator.counts_persons:
        return frozenset()
    periods: dict[tuple[str, date, date], list[Measurement]] = defaultdict(list)
    for one in measured:
        if one.kind != "target":  # a target is a wish: it says nothing about anybody
            periods[one.kind, one.period_start, one.period_end].append(one)
    return frozenset(found for rows in periods.values() for found in _hidden_of(indicator, rows))


def _hidden_of(indicator: Indicator, rows: Sequence[Measurement]) -> set[UUID]:
    parts = {row.id: row for row in rows if row.unit_id is not None}
    whole = next((row for row in rows if row.unit_id is None), None)
    # Where the value itself is a number of people, it is as telling as the number of people that it is of.
    sizes = [_people] if indicator.unit != PERSONS else [_people, _value]
    gone: frozenset[UUID] = frozenset(row.id for row in parts.values() if any(is_small(size(row)) for size in sizes))
    whole_gone = False
    while True:
        before = gone
        for size in sizes:
            cells = {key: size(row) for key, row in parts.items()}
            gone, hides_whole = hidden(cells, None if whole is None else size(whole), gone)
            whole_gone = whole_gone or hides_whole
        if gone == before:
            break
    return set(gone) | ({whole.id} if whole is not None and whole_gone else set())


def _people(row: Measurement) -> int:
    """An unknown number of people counts as few."""
    return 1 if row.n is None else row.n


def _value(row: Measurement) -> int:
    return int(row.value)
