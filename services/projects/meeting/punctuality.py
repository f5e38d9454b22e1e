"""Whether a body meets as often as its cadence says. Pure: rows in, a judgement out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from services.projects.body.cadence import Cadence, Period, period_of, periods

State = Literal["not_stated", "as_needed", "not_active", "met", "due", "overdue"]
_SHOWN = 24


@dataclass(frozen=True)
class Punctuality:
    """`missed` are whole periods since the body began with too few meetings held, the latest first."""

    state: State
    required: int = 0
    current: Period | None = None
    held: int = 0
    planned: int = 0
    missed: list[tuple[Period, int]] = field(default_factory=list)

    @property
    def due_on(self) -> date | None:
        """The last day to hold what is still owed in the present period."""
        owes = self.current is not None and self.held < self.required
        return self.current.end if self.current and owes else None


def judge(
    cadence: Cadence | None,
    works: tuple[date | None, date | None],
    held: Sequence[date],
    planned: Sequence[date],
    today: date,
) -> Punctuality:
    """`works` is the body's first and last day; an unknown first day is "not at work yet".

    A missed period is overdue until a meeting is held after it. A period in which the body began or ended is no whole
    one, and owes nothing.
    """
    first, last = works
    if first is None or today < first or (last is not None and today > last):
        return Punctuality("not_active")
    if cadence is None or not cadence.stated:
        return Punctuality("not_stated")
    if cadence.per is None:
        return Punctuality("as_needed")
    current = period_of(cadence.per, today)
    held_now = sum(day in current for day in held)
    ahead = sum(day in current and day >= today for day in planned)
    whole = [one for one in periods(cadence.per, first, today) if first <= one.start and one.end < today]
    counted = [(one, sum(day in one for day in held)) for one in reversed(whole)]
    missed = [(one, count) for one, count in counted if count < cadence.required]
    is_late = bool(missed) and missed[0][0].end == whole[-1].end and not any(day > missed[0][0].end for day in held)
    state: State = "overdue" if is_late else "due" if held_now < cadence.required else "met"
    return Punctuality(state, cadence.required, current, held_now, ahead, missed[:_SHOWN])
