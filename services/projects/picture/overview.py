"""The plan on one page: each phase with its calendar, its stated effort in weeks, its progress and its gate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.projects.picture import words
from services.projects.picture.axis import HEIGHT, Axis
from shared.kit.canvas import INK, MUTED, PAPER, RULE, Canvas
from shared.kit.text import Lang

WIDTH, MARGIN, LABELS, ROW, TOP = 1120.0, 24.0, 250.0, 58.0, 76.0
BAR, FILLED, LATE = "#c9d6e6", "#1f5fa8", "#b3123a"


@dataclass(frozen=True)
class PhaseBar:
    """A phase with `done` of `total` activities finished. `gate_state` is null for a phase without a gate."""

    title: str
    first: date | None
    last: date | None
    weeks: tuple[int, int] | None
    done: int
    total: int
    late: int
    gate_day: date | None = None
    gate_state: str | None = None


def draw_overview(title: str, subtitle: str, phases: Sequence[PhaseBar], today: date, lang: Lang) -> bytes:
    """The picture as SVG."""
    body = TOP + HEIGHT + 8
    bottom = body + len(phases) * ROW
    canvas = Canvas(WIDTH, bottom + 30, title, subtitle, lang)
    canvas.text(MARGIN, 34, title, size=20, room=WIDTH - 2 * MARGIN, font_weight="bold")
    canvas.text(MARGIN, 56, subtitle, size=13, room=WIDTH - 2 * MARGIN, fill=MUTED)
    days = [day for phase in phases for day in (phase.first, phase.last, phase.gate_day) if day is not None]
    axis = Axis.around(days, MARGIN + LABELS, WIDTH - LABELS - 2 * MARGIN - 12, today)
    axis.draw(canvas, TOP, bottom, lang)
    for number, phase in enumerate(phases):
        _phase(canvas, axis, phase, body + number * ROW, lang)
    if axis.holds(today):
        x = axis.start_of(today)
        canvas.line(x, TOP + HEIGHT, x, bottom, stroke="#0b7a75", stroke_width="1.5", stroke_dasharray="6 3")
        canvas.text(x + 4, bottom + 14, words.TODAY.pick(lang), size=11, fill="#0b7a75", font_weight="bold")
    return canvas.svg()


def _phase(canvas: Canvas, axis: Axis, phase: PhaseBar, top: float, lang: Lang) -> None:
    canvas.text(MARGIN, top + 24, phase.title, size=14, room=LABELS - 12, font_weight="bold")
    canvas.text(MARGIN, top + 42, _facts(phase, lang), size=11.5, room=LABELS - 12, fill=MUTED)
    canvas.line(MARGIN, top + ROW, WIDTH - MARGIN, top + ROW, stroke=RULE, stroke_width="0.5")
    if phase.first is None or phase.last is None:
        canvas.text(axis.left + 6, top + 32, words.WITHOUT_DATES.pick(lang), size=12, fill=MUTED, font_style="italic")
    else:
        left, right = axis.start_of(phase.first), axis.end_of(phase.last)
        canvas.rect(left, top + 16, right - left, 22, fill=BAR, radius=3)
        share = phase.done / phase.total if phase.total else 0
        canvas.rect(left, top + 16, (right - left) * share, 22, fill=FILLED, radius=3)
        done = f"{phase.done}/{phase.total}"
        inside = share > 0.5
        canvas.text(left + 8, top + 32, done, size=12, fill=PAPER if inside or share * (right - left) > 44 else INK)
    if phase.gate_day is not None:
        is_passed = phase.gate_state in {"passed", "waived"}
        edge = LATE if phase.late and not is_passed else INK
        fill = INK if is_passed else PAPER
        canvas.diamond(axis.end_of(phase.gate_day), top + 27, 9, fill=fill, stroke=edge, stroke_width="2")


def _facts(phase: PhaseBar, lang: Lang) -> str:
    facts = []
    if phase.weeks is not None:
        low, high = phase.weeks
        facts.append(f"{low if low == high else f'{low}–{high}'} {words.WEEKS.pick(lang)}")
    if phase.gate_state is not None:
        facts.append(f"{words.GATE.pick(lang)} {words.STATES[phase.gate_state].pick(lang)}")
    if phase.late:
        facts.append(f"{phase.late} {words.LATE_ONES.pick(lang)}")
    return " · ".join(facts)
