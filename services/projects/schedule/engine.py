"""The engine: from rows, links and calendars to dates, slack and what is critical. Pure, no database, no clock.

Definitions (requirements 6 Plan, 9.2, 9.3, 9.11):

* A **window** is what the plan promises. Its start is the earliest day of the row; that a row ends after its window is
  a broken promise, which is told (`late_days`) and never clipped. Only a **pinned** row never leaves its window.
* A **duration** is working days of work, of the row's own calendar, inside the window. A row without one occupies all
  working days of its window, at least one; a milestone none, and it happens at the end of its day.
* Nothing that has not happened lies in the past: an open row starts today at the earliest (where it has begun, it ends
  today at the earliest). A row without a duration takes what is left of its window, at least today.
* What has happened has its actual dates and is not moved. A row that has begun is moved only at its finish.
* A **link** binds starts (S) and finishes (F), with a lag in working days of the successor's calendar, negative for an
  overlap. Soft links and links of rows that are not enabled move nothing.
* A row with **children** is their span: a link to it binds every child, one from it waits for every child.
* **Earliest** dates are the first that windows, links and today allow. **Latest** dates are the last that do not move
  the end of the plan, a pinned row or a deadline. **Total slack** is the distance; negative means that the plan cannot
  be kept (where the start of a row that has begun is the reason, a fact without slack, the conflict alone says so).
  **Free slack** is how far a row can move and move no other row.
* **Critical** is an open row without slack: to delay it delays the end, or breaks a pinned date or a deadline.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.projects.calendar.workdays import EVERY_DAY, Workdays, day_number, number
from services.projects.schedule.bounds import Bounds, bounds_of
from services.projects.schedule.network import Network
from services.projects.schedule.passes import Dates, Latest, Limits, finish_moment, forward, limits
from services.projects.schedule.rows import PlanLink, PlanRow


@dataclass
class Schedule:
    """A computed plan, by the numbers of its network's rows. `end` is the last day, None for an empty plan."""

    network: Network
    calendars: list[Workdays]
    bounds: list[Bounds]
    dates: Dates
    latest: Latest
    calm: Limits
    today: date
    end: date | None
    must_end_by: date | None = None

    def total_slack(self, i: int) -> int | None:
        """Working days; None for what has happened. Of a parent, the least of its children's."""
        if i in self.network.children:
            known = [slack for child in self.network.children[i] if (slack := self.total_slack(child)) is not None]
            return min(known, default=None)
        if self.bounds[i].is_done:
            return None
        return self.latest.finishes[i] - self.dates.finishes[i]

    def free_slack(self, i: int) -> int | None:
        """Working days; None for what has happened and for parents, 0 where the plan cannot be kept."""
        own = self.bounds[i]
        if own.is_done or i in self.network.children:
            return None
        last = self.calm.finishes[i]
        if not own.is_fixed:
            last = min(last, self.calm.starts[i] + own.days)
        if own.latest is not None:
            last = min(last, own.latest)
        return max(0, last - self.dates.finishes[i])


def compute(
    rows: Sequence[PlanRow],
    links: Iterable[PlanLink],
    calendars: Sequence[Workdays],
    today: date,
    must_end_by: date | None = None,
) -> Schedule:
    """Compute a plan from its rows. Raises dependency.graph.Circle and calendar.workdays.BeyondCalendar."""
    return recompute(Network(rows, links), calendars, today, must_end_by)


def recompute(
    network: Network, calendars: Sequence[Workdays], today: date, must_end_by: date | None = None
) -> Schedule:
    """Compute a plan whose network is known. Raises BeyondCalendar."""
    own = [calendars[row.calendar] for row in network.rows]
    present = {calendar: calendar.at(today) for calendar in set(own)}
    bounds = [bounds_of(row, calendar, present[calendar]) for row, calendar in zip(network.rows, own, strict=True)]
    for parent in network.children:
        own[parent] = EVERY_DAY
    dates = forward(network, bounds, own)
    last = _last(network, own, dates)
    end = last if must_end_by is None else min(last, number(must_end_by) + 1)
    latest, calm = limits(network, bounds, own, end, dates)
    day = day_number(last - 1) if network.rows else None
    return Schedule(network, own, bounds, dates, latest, calm, today, day, must_end_by)


def _last(network: Network, calendars: Sequence[Workdays], dates: Dates) -> int:
    """The day number of the morning after the last row is finished."""
    latest: dict[Workdays, int] = {}
    for calendar, finish in zip(calendars, dates.finishes, strict=True):
        if finish > latest.get(calendar, 0):
            latest[calendar] = finish
    return max((finish_moment(calendar, finish) for calendar, finish in latest.items()), default=0)
