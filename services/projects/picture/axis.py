"""The time axis of a picture: days to user units, with months or quarters marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.projects.picture.words import MONTHS
from services.projects.plan.window import Precision, add_months, period_end, period_start
from shared.kit.canvas import MUTED, RULE, Canvas
from shared.kit.text import Lang

HEIGHT = 40
# A month narrower than this is marked by its quarter instead.
_NARROWEST_MONTH = 26


@dataclass(frozen=True)
class Axis:
    """From the first to the last day, both shown whole, between `left` and `left + width`."""

    first: date
    last: date
    left: float
    width: float

    @classmethod
    def around(cls, days: list[date], left: float, width: float, today: date) -> "Axis":
        """Whole months around these days, or around today where there are none."""
        first, last = (min(days), max(days)) if days else (today, today)
        return cls(period_start(first, Precision.month), period_end(last, Precision.month), left, width)

    @property
    def _day_width(self) -> float:
        return self.width / ((self.last - self.first).days + 1)

    def start_of(self, day: date) -> float:
        """Where a day begins, kept inside the picture."""
        return self.left + min(max((day - self.first).days, 0) * self._day_width, self.width)

    def end_of(self, day: date) -> float:
        return self.start_of(day + timedelta(days=1))

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def draw(self, canvas: Canvas, top: float, bottom: float, lang: Lang) -> None:
        """Years above months (or quarters), and a rule where each begins."""
        by_month = self._day_width * 30 >= _NARROWEST_MONTH
        for start in self._periods(12):
            room = self.end_of(period_end(start, Precision.year)) - self.start_of(start) - 6
            canvas.text(self.start_of(start) + 4, top + 14, str(start.year), size=12, room=room, font_weight="bold")
        for start in self._periods(1 if by_month else 3):
            x = self.start_of(start)
            is_year = start.month == 1
            canvas.line(x, top + (0 if is_year else 20), x, bottom, stroke="#9a9a9a" if is_year else RULE)
            quarter = f"{'Q' if lang == 'en' else 'K'}{start.month // 3 + 1}"
            name = MONTHS[lang][start.month - 1] if by_month else quarter
            canvas.text(x + 4, top + 34, name, size=11, fill=MUTED)
        canvas.line(self.left, top + HEIGHT, self.left + self.width, top + HEIGHT, stroke="#9a9a9a")

    def _periods(self, months: int) -> Iterator[date]:
        precision = {1: Precision.month, 3: Precision.quarter, 12: Precision.year}[months]
        day = self.first
        while day <= self.last:
            yield day
            day = add_months(period_start(day, precision), months)
