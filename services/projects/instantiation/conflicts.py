"""Pairs that cannot both hold: anchors, windows and links that contradict each other (requirements 9.11).

Nothing is clipped to make a plan fit. Each conflict names both places, so that somebody can decide which one gives way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.projects.instantiation.draft import Draft, DraftActivity, DraftGate, DraftPhase
from services.projects.plan.offset import Offset
from services.projects.plan.window import Window, period_end, period_start
from services.projects.template.frame import Anchor
from shared.kit.text import Text

ConflictCode = Literal["window_reversed", "before_start", "after_end", "link_impossible"]


@dataclass(frozen=True)
class Place:
    """One of the two: an anchor or a row, what it says, the day that this comes to, and the anchor it hangs on."""

    kind: Literal["anchor", "row"]
    name: str
    says: str
    day: date
    anchor: str | None = None


@dataclass(frozen=True)
class Conflict:
    code: ConflictCode
    first: Place
    second: Place
    text: Text


def conflicts(draft: Draft) -> list[Conflict]:
    """Every infeasible pair among the rows that apply."""
    return [*_windows(draft), *_links(draft)]


def _windows(draft: Draft) -> Iterator[Conflict]:
    rows: list[DraftPhase | DraftActivity | DraftGate] = [
        *draft.phases,
        *(activity for activity in draft.activities if activity.is_enabled),
        *draft.gates,
    ]
    for row in rows:
        relative = row.row.window
        if relative is None or not {relative.first.anchor, relative.last.anchor} <= draft.anchors.keys():
            continue
        name = row.row.source_ref or str(getattr(row.row, "key", ""))
        first, last = _place(name, relative.first, draft), _place(name, relative.last, draft)
        if last.day < first.day:
            yield _reversed(first, last)
        elif row.window is not None:
            yield from _bounds(draft, row.window, first, last)


def _place(name: str, offset: Offset, draft: Draft) -> Place:
    return Place("row", name, str(offset), offset.resolve(draft.anchors), offset.anchor)


def _reversed(first: Place, last: Place) -> Conflict:
    return Conflict(
        "window_reversed",
        first,
        last,
        Text(
            sv=f"{first.name} skulle börja {first.day} ({first.says}) men sluta {last.day} ({last.says})",
            en=f"{first.name} would begin on {first.day} ({first.says}) but end on {last.day} ({last.says})",
        ),
    )


def _bounds(draft: Draft, window: Window, first: Place, last: Place) -> Iterator[Conflict]:
    for key, anchor in draft.template.anchors.items():
        day = draft.anchors.get(key)
        if day is None or anchor.bounds is None:
            continue
        bound = _bound(key, anchor, day)
        if anchor.bounds == "start" and window.start < period_start(day, window.precision):
            yield Conflict(
                "before_start",
                first,
                bound,
                Text(
                    sv=f"{first.name} skulle börja {first.day} ({first.says}), före {bound.says} {day}",
                    en=f"{first.name} would begin on {first.day} ({first.says}), before {bound.name} on {day}",
                ),
            )
        elif anchor.bounds == "end" and window.end > period_end(day, window.precision):
            yield Conflict(
                "after_end",
                last,
                bound,
                Text(
                    sv=f"{last.name} skulle sluta {last.day} ({last.says}), efter {bound.says} {day}",
                    en=f"{last.name} would end on {last.day} ({last.says}), after {bound.name} on {day}",
                ),
            )


def _bound(key: str, anchor: Anchor, day: date) -> Place:
    return Place("anchor", key, anchor.title.sv, day, key)


def _anchor(activity: DraftActivity, end: Literal["first", "last"]) -> str | None:
    relative = activity.row.window
    if relative is None:
        return None
    return (relative.first if end == "first" else relative.last).anchor


def _links(draft: Draft) -> Iterator[Conflict]:
    """A hard link whose first row can only come after the second is over, whatever its type."""
    rows = {activity.row.source_ref: activity for activity in draft.activities if activity.is_enabled}
    for link in draft.template.dependencies:
        before, after = rows.get(link.predecessor), rows.get(link.successor)
        if link.soft or before is None or after is None or before.window is None or after.window is None:
            continue
        if link.lag_days >= 0 and before.window.start > after.window.end:
            says = f"{link.type} {link.lag_days:+d}"
            first = Place("row", link.predecessor, says, before.window.start, _anchor(before, "first"))
            second = Place("row", link.successor, says, after.window.end, _anchor(after, "last"))
            yield Conflict(
                "link_impossible",
                first,
                second,
                Text(
                    sv=f"{second.name} väntar på {first.name}, som börjar {first.day}, men ska vara klar {second.day}",
                    en=f"{second.name} waits for {first.name}, which begins {first.day}, but ends by {second.day}",
                ),
            )
