"""The engine's definitions once more, day by day over real dates: slow, and sharing no code with the engine.

Rows are pushed later one working day at a time until every link holds, then pulled earlier from the end of the plan.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.projects.schedule.rows import PlanLink, PlanRow

DAY = timedelta(days=1)


@dataclass(frozen=True)
class SlowCalendar:
    free: frozenset[date]

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.free

    def on_or_after(self, day: date) -> date:
        while not self.works(day):
            day += DAY
        return day

    def on_or_before(self, day: date) -> date:
        while not self.works(day):
            day -= DAY
        return day

    def shifted(self, day: date, steps: int) -> date:
        """`steps` working days on from a working day, or back."""
        for _ in range(abs(steps)):
            day = self.on_or_after(day + DAY) if steps > 0 else self.on_or_before(day - DAY)
        return day

    def count(self, start: date, end: date) -> int:
        return sum(self.works(start + n * DAY) for n in range((end - start).days + 1))


@dataclass
class Place:
    start: date
    finish: date


class SlowPlan:
    """`earliest` and `latest` are places by row id; `refused` are pinned rows that would have had to leave."""

    def __init__(self, rows: list[PlanRow], links: list[PlanLink], calendars: list[SlowCalendar], today: date) -> None:
        self.rows = {row.id: row for row in rows if row.is_enabled}
        self.calendars = calendars
        self.today = today
        self.below: dict[UUID, list[UUID]] = {}
        for row in self.rows.values():
            if row.parent in self.rows:
                self.below.setdefault(row.parent, []).append(row.id)
        self.work = [key for key in self.rows if key not in self.below]
        self.links = [
            (first, second, link.type, link.lag)
            for link in links
            if not link.is_soft and link.predecessor in self.rows and link.successor in self.rows
            for first in self.below.get(link.predecessor, [link.predecessor])
            for second in self.below.get(link.successor, [link.successor])
        ]
        self.refused: set[UUID] = set()
        self.earliest = {key: self._own(self.rows[key]) for key in self.work}
        while self._push():
            pass
        self.end = max((place.finish for place in self.earliest.values()), default=today)
        self.latest = {key: self._last(self.rows[key]) for key in self.work}
        while self._pull():
            pass

    def calendar(self, key: UUID) -> SlowCalendar:
        return self.calendars[self.rows[key].calendar]

    def days(self, row: PlanRow) -> int:
        """Working days that the row takes; of a milestone 0."""
        place = self.earliest[row.id]
        return 0 if row.is_milestone else self.calendar(row.id).count(place.start, place.finish)

    def slack(self, key: UUID) -> int:
        calendar, first, last = self.calendar(key), self.earliest[key].finish, self.latest[key].finish
        if last >= first:
            return calendar.count(first, last) - 1
        return 1 - calendar.count(last, first)

    def _own(self, row: PlanRow) -> Place:  # noqa: C901, PLR0911 - one case after the other, as the definitions say
        calendar = self.calendars[row.calendar]
        today = calendar.on_or_after(self.today)
        if row.finished is not None:
            finish = calendar.on_or_before(row.finished)
            start = calendar.on_or_after(row.started or row.finished)
            return Place(finish if row.is_milestone else min(start, finish), finish)
        if row.started is not None and not row.is_milestone:
            start = calendar.on_or_after(row.started)
            if row.duration is not None:
                finish = calendar.shifted(start, row.duration - 1)
            else:
                finish = start if row.end is None else calendar.on_or_before(row.end)
            return Place(start, max(finish, today))
        if row.is_pinned and row.start is not None and row.end is not None:
            start, end = calendar.on_or_after(row.start), calendar.on_or_before(row.end)
            if row.is_milestone:
                return Place(min(start, end), min(start, end))
            if end < start:
                return Place(start, start)
            finish = end if row.duration is None else min(end, calendar.shifted(start, row.duration - 1))
            return Place(start, finish)
        start = today if row.start is None else max(today, calendar.on_or_after(row.start))
        if row.is_milestone:
            return Place(start, start)
        if row.duration is not None:
            return Place(start, calendar.shifted(start, row.duration - 1))
        return Place(start, start if row.end is None else max(start, calendar.on_or_before(row.end)))

    def holds(self, link: tuple[UUID, UUID, str, int], before: Place, after: Place) -> bool:
        """Whether a link is kept when its rows lie there; lags are counted in the follower's working days."""
        first, second, kind, lag = link
        calendar, row = self.calendar(second), self.rows[second]
        from_start = kind[0] == "S" and not self.rows[first].is_milestone
        to_start = kind[1] == "S" and not row.is_milestone
        if from_start:
            allowed = calendar.shifted(calendar.on_or_after(before.start), lag if to_start else lag - 1)
        elif to_start:
            allowed = calendar.shifted(calendar.on_or_after(before.finish + DAY), lag)
        else:
            allowed = calendar.shifted(calendar.on_or_before(before.finish), lag)
        return (after.start if to_start else after.finish) >= allowed

    def _matters(self, link: tuple[UUID, UUID, str, int]) -> bool:
        row = self.rows[link[1]]
        begun = row.started is not None and not row.is_milestone
        return row.finished is None and not (begun and link[2][1] == "S")

    def _push(self) -> bool:
        moved = False
        for link in self.links:
            second = link[1]
            if not self._matters(link) or second in self.refused:
                continue
            place, row, calendar = self.earliest[second], self.rows[second], self.calendar(second)
            if self.holds(link, self.earliest[link[0]], place):
                continue
            later = calendar.shifted(place.finish, 1)
            begun = row.started is not None and not row.is_milestone
            if row.is_pinned and not begun and row.end is not None and row.start is not None and later > row.end:
                self.refused.add(second)
                continue
            if not begun:
                place.start = calendar.shifted(place.start, 1)
            place.finish = later
            moved = True
        return moved

    def _last(self, row: PlanRow) -> Place:
        first, calendar = self.earliest[row.id], self.calendar(row.id)
        if row.finished is not None:
            return Place(first.start, first.finish)
        finish = calendar.on_or_before(self.end)
        if row.is_pinned and row.start is not None and row.end is not None:
            held = calendar.on_or_before(row.end)
            # A pin to days that are all free still holds one working day.
            finish = min(finish, first.finish if held < calendar.on_or_after(row.start) else held)
        elif row.deadline is not None:
            finish = min(finish, calendar.on_or_before(row.deadline))
        return self._ending(row, finish)

    def _ending(self, row: PlanRow, finish: date) -> Place:
        begun = row.started is not None and not row.is_milestone
        if begun:
            return Place(self.earliest[row.id].start, finish)
        return Place(self.calendar(row.id).shifted(finish, -max(0, self.days(row) - 1)), finish)

    def _pull(self) -> bool:
        moved = False
        for link in self.links:
            first, second, kind, _ = link
            row = self.rows[first]
            begun = row.started is not None and not row.is_milestone
            if not self._matters(link) or row.finished is not None or (begun and kind[0] == "S"):
                continue
            if not self.holds(link, self.latest[first], self.latest[second]):
                earlier = self.calendar(first).shifted(self.latest[first].finish, -1)
                self.latest[first] = self._ending(row, earlier)
                moved = True
        return moved
