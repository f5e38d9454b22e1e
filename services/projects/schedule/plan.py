"""A plan as it was read: its rows, links, calendars and the day it is looked at. Plain values, no database."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.projects.calendar.facts import CalendarFacts
from services.projects.calendar.workdays import Workdays
from services.projects.dependency.ends import LinkRow
from services.projects.plan.vocabulary import ActivityKind, ActivityState
from services.projects.plan.window import Precision, Window
from services.projects.schedule.engine import Schedule, compute, recompute
from services.projects.schedule.rows import PlanLink, PlanRow
from shared.kit.text import Text

_ZONE = ZoneInfo("Europe/Stockholm")


class PlanActivity(NamedTuple):
    """An activity, as far as a schedule is concerned; fields as in the table.

    `opens_on` is the first day of its phase, or of the plan: a row without a window lies no earlier.
    """

    id: UUID
    parent_id: UUID | None
    unit_id: UUID | None
    source_ref: str | None
    position: int
    title: Mapping[str, str]
    kind: str
    side: str | None
    state: str
    is_enabled: bool
    is_pinned: bool
    option_key: str | None
    window_start: date | None
    window_end: date | None
    window_precision: str | None
    window_tentative: bool
    duration_days_max: int | None
    started_at: datetime | None
    done_at: datetime | None
    external_party: str | None
    needed_decision: Mapping[str, object] | None
    version: int
    opens_on: date | None = None

    @property
    def window(self) -> Window | None:
        if self.window_start is None or self.window_end is None or self.window_precision is None:
            return None
        precision = Precision(self.window_precision)
        return Window(
            start=self.window_start, end=self.window_end, precision=precision, tentative=self.window_tentative
        )

    @property
    def name(self) -> Text:
        """What people call it: its title, behind the row of the source where it has one."""
        title = Text.model_validate(self.title)
        row = f"{self.source_ref} " if self.source_ref is not None else ""
        return Text(sv=f"{row}”{title.sv}”", en=f"{row}“{title.en}”", da=title.da and f"{row}”{title.da}”")

    @property
    def is_open(self) -> bool:
        return self.state in (ActivityState.planned, ActivityState.started)

    def with_window(self, window: Window | None) -> "PlanActivity":
        return self._replace(
            window_start=window.start if window else None,
            window_end=window.end if window else None,
            window_precision=window.precision.value if window else None,
            window_tentative=bool(window and window.tentative),
        )


@dataclass(frozen=True)
class Plan:
    """One project's plan. `must_end_by` is its end anchor, where it has one."""

    project_id: UUID
    name: str
    activities: Mapping[UUID, PlanActivity]
    links: tuple[LinkRow, ...]
    calendar: CalendarFacts
    today: date
    must_end_by: date | None = None

    def compute(self) -> Schedule:
        """Raises Circle and BeyondCalendar."""
        calendars, places = self._calendars()
        rows = [_row(each, places, self.today) for each in self.activities.values()]
        return compute(rows, [_link(each) for each in self.links], calendars, self.today, self.must_end_by)

    def compute_from(self, former: Schedule, changed: Collection[PlanActivity]) -> Schedule:
        """The same, where only windows, durations and pins of `changed` differ from what `former` was computed of:
        its network is used again. Raises BeyondCalendar."""
        calendars, places = self._calendars()
        network = former.network
        rows = [_row(each, places, self.today) for each in changed]
        kept = [row for row in rows if row.id in network.index]
        if any(row.is_milestone != network.rows[network.index[row.id]].is_milestone for row in kept):
            return self.compute()
        return recompute(network.with_rows(kept), calendars, self.today, self.must_end_by)

    def _calendars(self) -> tuple[list[Workdays], dict[UUID, int]]:
        return self.calendar.of_units({row.unit_id for row in self.activities.values() if row.unit_id is not None})

    def with_activities(self, changed: Iterable[PlanActivity]) -> "Plan":
        return replace(self, activities={**self.activities, **{each.id: each for each in changed}})


def _row(activity: PlanActivity, calendars: Mapping[UUID, int], today: date) -> PlanRow:
    """A duration is the most that was said: a promise should hold then too. No duration at all is a milestone's."""
    done = activity.state == ActivityState.done
    begun = done or activity.state == ActivityState.started
    days = activity.duration_days_max
    return PlanRow(
        id=activity.id,
        start=activity.window_start or activity.opens_on,
        end=activity.window_end,
        duration=days,
        is_milestone=activity.kind == ActivityKind.milestone or days == 0,
        is_pinned=activity.is_pinned,
        is_enabled=activity.is_enabled and activity.state != ActivityState.cancelled,
        started=_started(activity, today) if begun else None,
        finished=_day(activity.done_at) or today if done else None,
        parent=activity.parent_id,
        calendar=calendars.get(activity.unit_id, 0) if activity.unit_id else 0,
    )


def _started(activity: PlanActivity, today: date) -> date:
    """The day it began; where nobody noted it, the first of its window that has come, or the day it was done."""
    latest = _day(activity.done_at) or today
    noted = _day(activity.started_at)
    return min(noted or activity.window_start or latest, latest)


def _day(at: datetime | None) -> date | None:
    return at.astimezone(_ZONE).date() if at else None


def _link(link: LinkRow) -> PlanLink:
    return PlanLink(link.id, link.predecessor_id, link.successor_id, link.type, link.lag_days, link.is_soft)
