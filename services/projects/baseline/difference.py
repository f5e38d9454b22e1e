"""Comparing two frozen plans, or a frozen one with today's. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from services.projects.baseline.models import BaselineItem

# What a reader of a plan would call a change; a row that merely changed places is none.
_COMPARED = ("title", "side", "state", "is_enabled", "duration_days_min", "duration_days_max")


@dataclass(frozen=True)
class Difference:
    """What became of one row; `before` or `after` is None where it did not exist."""

    change: Literal["added", "removed", "changed"]
    before: BaselineItem | None
    after: BaselineItem | None
    fields: tuple[str, ...]

    @property
    def row(self) -> BaselineItem:
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of the two is there by construction
        return found

    @property
    def end_shift_days(self) -> int | None:
        return _shift(self.before and self.before.window_end, self.after and self.after.window_end)


@dataclass
class Comparison:
    """Every row that differs, in the order of the later plan."""

    differences: list[Difference] = field(default_factory=list)
    unchanged: int = 0
    latest_shift_days: int | None = None

    def count(self, change: str) -> int:
        return sum(each.change == change for each in self.differences)


def compare(before: Iterable[BaselineItem], after: Iterable[BaselineItem]) -> Comparison:
    """How `before` became `after`."""
    old, new = _by_subject(before), _by_subject(after)
    found = Comparison()
    for key, row in new.items():
        former = old.get(key)
        if former is None:
            found.differences.append(Difference("added", None, row, ()))
        elif fields := _changed(former, row):
            found.differences.append(Difference("changed", former, row, fields))
        else:
            found.unchanged += 1
    gone = [row for key, row in old.items() if key not in new]
    found.differences += [Difference("removed", row, None, ()) for row in gone]
    found.latest_shift_days = _shift(_last_day(old.values()), _last_day(new.values()))
    return found


def _by_subject(rows: Iterable[BaselineItem]) -> dict[tuple[str, UUID], BaselineItem]:
    return {(row.subject, row.subject_id): row for row in rows}


def _changed(before: BaselineItem, after: BaselineItem) -> tuple[str, ...]:
    names = [name for name in _COMPARED if getattr(before, name) != getattr(after, name)]
    return tuple(["window", *names] if before.window != after.window else names)


def _last_day(rows: Iterable[BaselineItem]) -> Any:
    return max((row.window_end for row in rows if row.window_end is not None and row.is_enabled), default=None)


def _shift(before: Any, after: Any) -> int | None:
    return None if before is None or after is None else (after - before).days
