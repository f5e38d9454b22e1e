"""Hours per side: what was estimated, as a range, and what it came to. Unknown is said, never drawn as zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.projects.picture import words
from services.projects.picture.gantt import SIDE_COLOURS
from shared.kit.canvas import INK, MUTED, RULE, Canvas
from shared.kit.text import Lang

WIDTH, MARGIN, LABELS, ROW, TOP = 900.0, 24.0, 170.0, 64.0, 84.0


@dataclass(frozen=True)
class SideEffort:
    """Hours of one side; null where nothing is known. `unknown` counts participations without an estimate."""

    side: str
    low: Decimal | None
    high: Decimal | None
    actual: Decimal | None
    unknown: int


def draw_effort(title: str, subtitle: str, sides: Sequence[SideEffort], lang: Lang) -> bytes:
    """The picture as SVG."""
    bottom = TOP + len(sides) * ROW
    canvas = Canvas(WIDTH, bottom + 56, title, subtitle, lang)
    canvas.text(MARGIN, 34, title, size=20, room=WIDTH - 2 * MARGIN, font_weight="bold")
    canvas.text(MARGIN, 56, subtitle, size=13, room=WIDTH - 2 * MARGIN, fill=MUTED)
    left, room = MARGIN + LABELS, WIDTH - LABELS - 2 * MARGIN - 110
    most = max([float(hours) for side in sides for hours in (side.high, side.actual) if hours is not None] or [1.0])
    scale = room / max(most, 1.0)
    step = _step(most)
    for mark in range(0, int(most) + 1, step):
        x = left + mark * scale
        canvas.line(x, TOP, x, bottom, stroke=RULE)
        canvas.text(x, bottom + 18, str(mark), size=11, fill=MUTED, text_anchor="middle")
    canvas.text(left + room + 16, bottom + 18, words.HOURS.pick(lang), size=11, fill=MUTED)
    for number, side in enumerate(sides):
        _side(canvas, side, left, TOP + number * ROW, scale, lang)
    _legend(canvas, bottom + 36, lang)
    return canvas.svg()


def _step(most: float) -> int:
    """A round distance between marks that gives at most ten of them."""
    step = 1
    while most / step > 10:
        step *= 5 if str(step)[0] == "2" else 2
        if str(step)[0] == "4":
            step = step * 5 // 4
    return step


def _side(canvas: Canvas, side: SideEffort, left: float, top: float, scale: float, lang: Lang) -> None:
    colour = SIDE_COLOURS[side.side]
    canvas.text(MARGIN, top + 30, words.SIDES[side.side].pick(lang), size=14, font_weight="bold")
    if side.unknown:
        canvas.text(MARGIN, top + 47, f"{side.unknown} {words.UNKNOWN.pick(lang)}", size=11, fill=MUTED)
    if side.low is not None and side.high is not None:
        low, high = float(side.low), float(side.high)
        canvas.rect(left, top + 14, low * scale, 18, fill=colour)
        canvas.rect(
            left + low * scale,
            top + 14,
            (high - low) * scale,
            18,
            fill=colour,
            fill_opacity="0.3",
            stroke=colour,
            stroke_dasharray="4 3",
        )
        canvas.text(left + high * scale + 8, top + 28, _range(side.low, side.high, lang), size=12)
    if side.actual is not None:
        canvas.rect(left, top + 38, float(side.actual) * scale, 8, fill=INK)
        canvas.text(left + float(side.actual) * scale + 8, top + 47, _hours(side.actual, lang), size=12)


def _range(low: Decimal, high: Decimal, lang: Lang) -> str:
    return _hours(low, lang) if low == high else f"{_hours(low, lang)}–{_hours(high, lang)}"


def _hours(hours: Decimal, lang: Lang) -> str:
    """Without needless zeros, with the decimal mark of the language."""
    written = f"{hours.normalize():f}"
    return written if lang == "en" else written.replace(".", ",")


def _legend(canvas: Canvas, y: float, lang: Lang) -> None:
    canvas.rect(MARGIN, y - 9, 22, 11, fill=MUTED)
    canvas.text(MARGIN + 28, y, words.ESTIMATE.pick(lang), size=12)
    canvas.rect(MARGIN + 130, y - 6, 22, 6, fill=INK)
    canvas.text(MARGIN + 158, y, words.ACTUAL.pick(lang), size=12)
