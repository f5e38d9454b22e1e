"""The plan over time: what is promised, what was approved, what is critical, what is late, and today.

Nothing is told by colour alone: a side has its letter, the tentative a dashed edge and a question mark, the critical a
heavy edge, the late a mark behind its bar, the approved plan a thin line below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.projects.picture import words
from services.projects.picture.axis import HEIGHT, Axis
from shared.kit.canvas import INK, MUTED, PAPER, RULE, Canvas
from shared.kit.text import Lang

SIDE_COLOURS = {
    "customer": "#1f5fa8",
    "supplier": "#c05a00",
    "joint": "#5b4a9c",
    "third_party": "#4d6b1f",
    "programme": "#0b7a75",
    "nobody": "#6b6b6b",
}
CRITICAL, LATE, DONE = "#b3123a", "#b3123a", "#2c6e2f"
WIDTH, LABELS, MARGIN, ROW = 1320.0, 430.0, 24.0, 25.0
_CODE_ROOM = 84.0
_TOP = 76.0


@dataclass(frozen=True)
class Bar:
    """A row of the chart. `first` and `last` are null where the plan has no dates; `baseline` is the approved span."""

    kind: Literal["phase", "activity", "gate"]
    code: str
    title: str
    first: date | None
    last: date | None
    side: str | None = None
    state: str = "planned"
    is_tentative: bool = False
    is_critical: bool = False
    is_late: bool = False
    baseline: tuple[date, date] | None = None
    group: str = ""


@dataclass(frozen=True)
class Gantt:
    """`scale` are the rows that set the time axis where only some of a plan are drawn; without it the drawn ones."""

    title: str
    subtitle: str
    bars: Sequence[Bar]
    today: date
    scale: Sequence[Bar] = ()


def draw_gantt(plan: Gantt, lang: Lang) -> bytes:
    """The chart as SVG; as high as it has rows."""
    body = _TOP + HEIGHT + 6
    bottom = body + len(plan.bars) * ROW
    late = sum(bar.is_late for bar in plan.bars)
    description = f"{plan.subtitle}. {len(plan.bars)} · {late} {words.LATE_ONES.pick(lang)}"
    canvas = Canvas(WIDTH, bottom + 64, plan.title, description, lang)
    canvas.text(MARGIN, 34, plan.title, size=20, room=WIDTH - 2 * MARGIN, font_weight="bold")
    canvas.text(MARGIN, 56, plan.subtitle, size=13, room=WIDTH - 2 * MARGIN, fill=MUTED)
    axis = Axis.around(_days(plan.scale or plan.bars), MARGIN + LABELS, WIDTH - LABELS - 2 * MARGIN, plan.today)
    for number, bar in enumerate(plan.bars):
        if bar.kind == "phase":
            canvas.rect(MARGIN, body + number * ROW, WIDTH - 2 * MARGIN, ROW, fill="#eef1f5")
    axis.draw(canvas, _TOP, bottom, lang)
    for number, bar in enumerate(plan.bars):
        _row(canvas, axis, bar, body + number * ROW, lang)
    _today(canvas, axis, plan.today, bottom, lang)
    _legend(canvas, bottom + 26, lang, {bar.side or "nobody" for bar in plan.bars if bar.kind == "activity"})
    return canvas.svg()


def _days(bars: Sequence[Bar]) -> list[date]:
    spans = [(bar.first, bar.last) for bar in bars if bar.first and bar.last]
    spans += [bar.baseline for bar in bars if bar.baseline]
    return [day for span in spans for day in span if day is not None]


def _row(canvas: Canvas, axis: Axis, bar: Bar, top: float, lang: Lang) -> None:
    base = top + ROW - 8
    weight = {"font_weight": "bold"} if bar.kind != "activity" else {}
    canvas.text(MARGIN + 6, base, bar.code, size=11, room=_CODE_ROOM - 8, fill=MUTED)
    side_room = 18
    title_room = LABELS - _CODE_ROOM - side_room - 10
    canvas.text(MARGIN + _CODE_ROOM, base, bar.title, size=12.5, room=title_room, **weight)
    if bar.kind == "activity" and bar.side:
        letter = words.SIDES[bar.side].pick(lang)[0]
        fill = SIDE_COLOURS[bar.side]
        canvas.text(MARGIN + LABELS - side_room, base, letter, size=12, fill=fill, font_weight="bold")
    canvas.line(MARGIN, top + ROW, WIDTH - MARGIN, top + ROW, stroke=RULE, stroke_width="0.5")
    if bar.first is None or bar.last is None:
        canvas.text(axis.left + 6, base, words.WITHOUT_DATES.pick(lang), size=11, fill=MUTED, font_style="italic")
        return
    _span(canvas, axis, bar, top, bar.first, bar.last)


def _span(canvas: Canvas, axis: Axis, bar: Bar, top: float, first: date, last: date) -> None:
    left, right = axis.start_of(first), axis.end_of(last)
    if bar.baseline is not None:
        from_, to = axis.start_of(bar.baseline[0]), axis.end_of(bar.baseline[1])
        canvas.rect(from_, top + ROW - 6, max(to - from_, 2), 3, fill="#8a8a8a")
    if bar.kind == "gate":
        _gate(canvas, bar, right, top + ROW / 2 - 1)
        return
    if bar.kind == "phase":
        canvas.rect(left, top + 8, right - left, 8, fill="#3a4654", radius=2)
    else:
        _activity(canvas, bar, left, right, top)
    if bar.is_late:
        canvas.text(right + 5, top + ROW - 8, "!", size=14, fill=LATE, font_weight="bold")
    elif bar.is_tentative:
        canvas.text(right + 5, top + ROW - 8, "?", size=13, fill=MUTED, font_weight="bold")


def _activity(canvas: Canvas, bar: Bar, left: float, right: float, top: float) -> None:
    colour = SIDE_COLOURS[bar.side or "nobody"]
    is_done = bar.state == "done"
    look = {"fill": colour, "stroke": colour, "stroke_width": "1"}
    if bar.is_tentative:
        look |= {"fill": PAPER, "stroke_dasharray": "4 3"}
    if bar.is_critical:
        look |= {"stroke": CRITICAL, "stroke_width": "2.5"}
    if is_done:
        look |= {"fill_opacity": "0.35"}
    canvas.rect(left + 1, top + 4, max(right - left - 2, 4), 13, radius=2, **look)
    if is_done:
        canvas.check_mark(right + 6, top + ROW - 14, DONE)


def _gate(canvas: Canvas, bar: Bar, x: float, y: float) -> None:
    is_passed = bar.state in {"passed", "waived"}
    edge = CRITICAL if bar.is_late else INK
    canvas.diamond(x, y, 8, fill=INK if is_passed else PAPER, stroke=edge, stroke_width="2")
    if bar.is_late:
        canvas.text(x + 12, y + 5, "!", size=14, fill=LATE, font_weight="bold")


def _today(canvas: Canvas, axis: Axis, today: date, bottom: float, lang: Lang) -> None:
    if not axis.holds(today):
        return
    x = axis.start_of(today)
    canvas.line(x, _TOP + HEIGHT, x, bottom, stroke="#0b7a75", stroke_width="1.5", stroke_dasharray="6 3")
    canvas.text(x + 4, bottom + 12, words.TODAY.pick(lang), size=11, fill="#0b7a75", font_weight="bold")


def _legend(canvas: Canvas, y: float, lang: Lang, sides: set[str]) -> None:
    x = MARGIN
    for side, colour in SIDE_COLOURS.items():
        if side in sides:
            canvas.rect(x, y, 22, 11, radius=2, fill=colour)
            x = _named(canvas, x + 28, y, words.SIDES[side].pick(lang))
    canvas.rect(x, y, 22, 11, radius=2, fill=PAPER, stroke=CRITICAL, stroke_width="2.5")
    x = _named(canvas, x + 28, y, words.CRITICAL.pick(lang))
    canvas.rect(x, y, 22, 11, radius=2, fill=PAPER, stroke=INK, stroke_dasharray="4 3")
    x = _named(canvas, x + 28, y, f"? {words.TENTATIVE.pick(lang)}")
    canvas.rect(x, y + 4, 22, 3, fill="#8a8a8a")
    x = _named(canvas, x + 28, y, words.BASELINE.pick(lang))
    canvas.diamond(x + 8, y + 5, 7, fill=PAPER, stroke=INK, stroke_width="2")
    x = _named(canvas, x + 22, y, words.GATE.pick(lang))
    x = _named(canvas, x, y, f"! {words.LATE.pick(lang)}")
    canvas.check_mark(x, y + 6, DONE)
    _named(canvas, x + 16, y, words.DONE.pick(lang))


def _named(canvas: Canvas, x: float, y: float, name: str) -> float:
    canvas.text(x, y + 10, name, size=12)
    return x + len(name) * 6.8 + 22
