"""Moving a wave by days: every open row of a plan that has a window and is not pinned moves with it. Pure."""

from collections.abc import Iterable
from datetime import timedelta

from services.projects.plan.window import Precision, Window
from services.projects.schedule.plan import PlanActivity
from services.projects.schedule.what_if import Change, Move


def shifted(rows: Iterable[PlanActivity], days: int) -> Change:
    """The change that moves the rows, each by itself: a row per unit keeps its own distance to the others."""
    return Change(
        moves=tuple(
            Move(row.id, window=moved_by(row.window, days), given=frozenset({"window"}))
            for row in rows
            if row.window is not None and row.is_open and row.is_enabled and not row.is_pinned
        )
    )


def moved_by(window: Window, days: int) -> Window:
    """The window so many days later or earlier: of the same precision where that makes whole periods, else in days.
    June moved by ten days is 11 June to 10 July, and not two months."""
    start, end = window.start + timedelta(days=days), window.end + timedelta(days=days)
    same = Window.covering(start, end, window.precision, tentative=window.tentative)
    if (same.start, same.end) == (start, end):
        return same
    return Window.covering(start, end, Precision.day, tentative=window.tentative)
