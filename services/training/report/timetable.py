"""Sessions as a calendar: a row for each week, a column for each day, in the local time of each session."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.training.report import words
from shared.kit.canvas import INK, MUTED, PAPER, RULE, Canvas
from shared.kit.text import Lang

MARGIN, WEEK, DAY, TOP, HEAD, BOX = 24.0, 52.0, 150.0, 96.0, 22.0, 40.0
_SHOWN = 8
_FULL, _FREE = "#e6e6e6", "#d8e6f3"


@dataclass(frozen=True)
class Slot:
    """One date of a session, in local time."""

    starts: datetime
    ends: datetime
    title: str
    place: str
    taken: int
    capacity: int


def draw_calendar(slots: Sequence[Slot], first: date, weeks: int, subtitle: str, lang: Lang) -> bytes:
    """The picture as SVG. `first` is a Monday; weekends stand only where something happens on them."""
    by_day: dict[date, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_day[slot.starts.date()].append(slot)
    days = 7 if any(day.weekday() > 4 for day in by_day) else 5
    heights = [_height(by_day, first + timedelta(weeks=week), days) for week in range(weeks)]
    width, height = 2 * MARGIN + WEEK + days * DAY, TOP + sum(heights) + MARGIN
    title = words.CALENDAR.pick(lang)
    canvas = Canvas(width, height, title, subtitle, lang)
    canvas.text(MARGIN, 34, title, size=20, room=width - 2 * MARGIN, font_weight="bold")
    canvas.text(MARGIN, 56, subtitle, size=13, room=width - 2 * MARGIN, fill=MUTED)
    for day in range(days):
        x = MARGIN + WEEK + day * DAY
        canvas.text(x + 6, TOP - 8, words.WEEKDAYS[lang][day], size=12, font_weight="bold")
    top = TOP
    for week, room in enumerate(heights):
        monday = first + timedelta(weeks=week)
        canvas.line(MARGIN, top, width - MARGIN, top, stroke=RULE)
        canvas.text(MARGIN, top + 16, f"{words.WEEK.pick(lang)} {monday.isocalendar().week}", size=12, fill=MUTED)
        for day in range(days):
            _day(canvas, by_day.get(monday + timedelta(days=day), []), monday + timedelta(days=day), day, top, lang)
        top += room
    return canvas.svg()


def _height(by_day: dict[date, list[Slot]], monday: date, days: int) -> float:
    most = max(len(by_day.get(monday + timedelta(days=day), [])) for day in range(days))
    return HEAD + max(min(most, _SHOWN), 1) * BOX + (16 if most > _SHOWN else 4)


def _day(canvas: Canvas, slots: Sequence[Slot], day: date, column: int, top: float, lang: Lang) -> None:
    x = MARGIN + WEEK + column * DAY
    canvas.text(x + 6, top + 15, f"{day.day}/{day.month}", size=11, fill=MUTED)
    for number, slot in enumerate(slots[:_SHOWN]):
        y = top + HEAD + number * BOX
        canvas.rect(x + 2, y, DAY - 6, BOX - 4, radius=3, fill=_FREE if slot.taken < slot.capacity else _FULL)
        hours = f"{slot.starts:%H:%M}–{slot.ends:%H:%M}  {slot.taken}/{slot.capacity}"
        canvas.text(x + 8, y + 14, hours, size=11, room=DAY - 18, fill=INK)
        canvas.text(x + 8, y + 29, f"{slot.title}, {slot.place}", size=11, room=DAY - 18, fill=INK)
    if len(slots) > _SHOWN:
        more = f"+{len(slots) - _SHOWN} {words.MORE.pick(lang)}"
        canvas.text(x + 8, top + HEAD + _SHOWN * BOX + 10, more, size=11, fill=MUTED)
    if not slots:
        canvas.rect(x + 2, top + HEAD, DAY - 6, BOX - 4, radius=3, fill=PAPER)
