"""Judges a plan by its gross numbers: may it be applied, by one person, by two, or not at all.

Net numbers hide a roster that was exchanged (as many gone as new), so what ends, what changes and what came back under
another id are each judged for themselves, in all and per unit, as a share and as a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["clear", "second_person", "held"]


@dataclass(frozen=True)
class Limit:
    """Too much is more than `number` rows that are also more than `share` of those there were."""

    share: float
    number: int

    def is_passed(self, count: int, base: int) -> bool:
        return count > self.number and count > self.share * base


ENDED = Limit(0.05, 20)
ENDED_AT_UNIT = Limit(0.25, 10)
ENDED_MOST = Limit(0.5, 10)
CHANGED = Limit(0.5, 100)
MOVED = Limit(0.01, 5)
BAD_ROWS = Limit(0.2, 5)


@dataclass(frozen=True)
class Delivered:
    """What the judgement rests on. `totals` per kind, `units` per kind and unit: created, changed, ended, unchanged."""

    totals: Mapping[str, Mapping[str, int]]
    units: Sequence[Mapping[str, Any]]
    files: Sequence[Mapping[str, Any]]
    moved: int


def judge(delivered: Delivered) -> tuple[Verdict, list[dict[str, Any]]]:
    """The verdict and its reasons, each with a stable `code`, the kind or file, the number and what it is part of."""
    held = [*_incomplete_files(delivered), *_bad_rows(delivered), *_most_ended(delivered)]
    doubtful = [*_much_ended(delivered), *_much_changed(delivered), *_much_moved(delivered)]
    verdict: Verdict = "held" if held else "second_person" if doubtful else "clear"
    return verdict, held + doubtful


def _incomplete_files(delivered: Delivered) -> list[dict[str, Any]]:
    return [
        {"code": "incomplete_file", "file": file["name"], "count": file["rows"]}
        for file in delivered.files
        if not file["is_complete"]
    ]


def _bad_rows(delivered: Delivered) -> list[dict[str, Any]]:
    return [
        {"code": "too_many_bad_rows", "file": file["name"], "count": file["bad_rows"], "base": file["rows"]}
        for file in delivered.files
        if BAD_ROWS.is_passed(file["bad_rows"], file["rows"])
    ]


def _most_ended(delivered: Delivered) -> list[dict[str, Any]]:
    return _totals(delivered, "ends_most", "ended", ENDED_MOST)


def _much_ended(delivered: Delivered) -> list[dict[str, Any]]:
    at_units = [
        {"code": "ends_many_at_unit", "kind": row["kind"], "unitId": row["unit_id"], **_numbers(row, "ended")}
        for row in delivered.units
        if row["unit_id"] is not None and ENDED_AT_UNIT.is_passed(row["ended"], _base(row))
    ]
    return _totals(delivered, "ends_many", "ended", ENDED) + at_units


def _much_changed(delivered: Delivered) -> list[dict[str, Any]]:
    return _totals(delivered, "changes_many", "changed", CHANGED)


def _much_moved(delivered: Delivered) -> list[dict[str, Any]]:
    persons = _base(delivered.totals.get("person", {}))
    if not MOVED.is_passed(delivered.moved, persons):
        return []
    return [{"code": "moves_many", "kind": "person", "count": delivered.moved, "base": persons}]


def _totals(delivered: Delivered, code: str, what: str, limit: Limit) -> list[dict[str, Any]]:
    return [
        {"code": code, "kind": kind, **_numbers(row, what)}
        for kind, row in delivered.totals.items()
        if limit.is_passed(row[what], _base(row))
    ]


def _numbers(row: Mapping[str, Any], what: str) -> dict[str, int]:
    return {"count": row[what], "base": _base(row)}


def _base(row: Mapping[str, Any]) -> int:
    """How many rows there were before."""
    return int(row.get("changed", 0) + row.get("ended", 0) + row.get("unchanged", 0))
