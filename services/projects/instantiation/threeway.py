"""Comparing a plan with two versions of its template, field by field: base, ours, theirs. Pure.

base is the version that the project follows, theirs the new one, ours what stands in the project. A field that only
the template changed can be taken, one that only the project changed stays, and one that both changed to different
values is a conflict that a person decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]


class RowState(StrEnum):
    """What became of a row. `conflict`: both sides changed it, or one changed what the other removed."""

    unchanged = "unchanged"
    template = "changed_in_template"
    local = "changed_locally"
    both = "changed_in_both"
    conflict = "conflict"
    new = "new"
    removed = "removed"
    removed_locally = "removed_locally"


@dataclass(frozen=True)
class FieldChange:
    """One field that differs somewhere."""

    name: str
    base: Any
    ours: Any
    theirs: Any

    @property
    def is_theirs(self) -> bool:
        """The template changed it."""
        return bool(self.base != self.theirs)

    @property
    def is_conflict(self) -> bool:
        return self.is_theirs and self.ours not in (self.base, self.theirs)


@dataclass(frozen=True)
class RowChange:
    """A row in the three versions; `key` names it within its section."""

    section: str
    key: str
    state: RowState
    fields: tuple[FieldChange, ...] = ()


def compare(
    section: str, base: Mapping[str, Values], ours: Mapping[str, Values], theirs: Mapping[str, Values], busy: set[str]
) -> list[RowChange]:
    """Every row of a section that any of the three has, in the order of theirs, then base.

    `busy` are keys of rows where work has begun: the template's removal of one is a conflict.
    """
    keys = [*theirs, *(key for key in base if key not in theirs)]
    return [_row(section, key, base.get(key), ours.get(key), theirs.get(key), busy=key in busy) for key in keys]


def _row(
    section: str, key: str, base: Values | None, ours: Values | None, theirs: Values | None, *, busy: bool
) -> RowChange:
    fields = _fields(base or {}, ours or {}, theirs or {})
    if base is None:
        state = RowState.new if ours is None else _both_new(fields)
    elif ours is None:
        state = RowState.conflict if theirs is not None and theirs != base else RowState.removed_locally
    elif theirs is None:
        changed = any(field.base != field.ours for field in fields)
        state = RowState.conflict if busy or changed else RowState.removed
    else:
        state = _changed(fields)
    return RowChange(section, key, state, fields)


def _fields(base: Values, ours: Values, theirs: Values) -> tuple[FieldChange, ...]:
    names = list(dict.fromkeys([*theirs, *base, *ours]))
    found = (FieldChange(name, base.get(name), ours.get(name), theirs.get(name)) for name in names)
    return tuple(field for field in found if not field.base == field.ours == field.theirs)


def _both_new(fields: tuple[FieldChange, ...]) -> RowState:
    return RowState.conflict if any(field.ours != field.theirs for field in fields) else RowState.both


def _changed(fields: tuple[FieldChange, ...]) -> RowState:
    if any(field.is_conflict for field in fields):
        return RowState.conflict
    is_theirs = any(field.is_theirs for field in fields)
    is_ours = any(field.base != field.ours for field in fields)
    if is_theirs and is_ours:
        return RowState.both
    if is_theirs:
        return RowState.template
    return RowState.local if is_ours else RowState.unchanged
