"""Coverage as a map: units by role. Nothing is told by colour alone: each cell says its share and its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.training.report import words
from shared.kit.canvas import INK, MUTED, PAPER, RULE, Canvas
from shared.kit.text import Lang

MARGIN, LABELS, CELL, ROW, TOP = 24.0, 240.0, 116.0, 30.0, 96.0
# From none to all; light enough for dark words in each but the last.
_SHADES = ((0.0, "#f6d5cf"), (25.0, "#fbe3c0"), (50.0, "#fdf3bf"), (75.0, "#dcedc4"), (100.0, "#2f7d4f"))


@dataclass(frozen=True)
class MapRow:
    """A unit and its (trained, needed) by role; `unit_id` None is the authority."""

    unit_id: UUID | None
    name: str
    cells: Mapping[str, tuple[int, int]]


def draw_map(rows: Sequence[MapRow], roles: Sequence[str], subtitle: str, lang: Lang) -> bytes:
    """The picture as SVG."""
    width = 2 * MARGIN + LABELS + max(len(roles), 4) * CELL
    height = TOP + max(len(rows), 1) * ROW + 48
    title = words.COVERAGE.pick(lang)
    canvas = Canvas(width, height, title, subtitle, lang)
    canvas.text(MARGIN, 34, title, size=20, room=width - 2 * MARGIN, font_weight="bold")
    canvas.text(MARGIN, 56, subtitle, size=13, room=width - 2 * MARGIN, fill=MUTED)
    for column, role in enumerate(roles):
        x = MARGIN + LABELS + column * CELL + CELL / 2
        canvas.text(
            x, TOP - 10, words.role_name(role, lang), size=12, room=CELL - 8, text_anchor="middle", font_weight="bold"
        )
    for number, row in enumerate(rows):
        _row(canvas, row, roles, TOP + number * ROW)
    if not rows:
        canvas.text(MARGIN, TOP + 20, words.NOBODY.pick(lang), size=13)
    canvas.text(MARGIN, height - 20, words.LEGEND.pick(lang), size=11, room=width - 2 * MARGIN, fill=MUTED)
    return canvas.svg()


def _row(canvas: Canvas, row: MapRow, roles: Sequence[str], top: float) -> None:
    weight = "bold" if row.unit_id is None else "normal"
    canvas.text(MARGIN, top + 20, row.name, size=13, room=LABELS - 12, font_weight=weight)
    for column, role in enumerate(roles):
        x = MARGIN + LABELS + column * CELL
        if role not in row.cells:
            canvas.rect(x + 1, top + 1, CELL - 2, ROW - 2, fill=PAPER, stroke=RULE)
            canvas.text(x + CELL / 2, top + 20, "–", size=12, fill=MUTED, text_anchor="middle")
            continue
        trained, needed = row.cells[role]
        percent = 100 * trained / needed
        shade = [colour for least, colour in _SHADES if percent >= least][-1]
        canvas.rect(x + 1, top + 1, CELL - 2, ROW - 2, fill=shade)
        told = f"{int(percent)} % ({trained}/{needed})"
        ink = PAPER if shade == _SHADES[-1][1] else INK
        canvas.text(x + CELL / 2, top + 20, told, size=12, fill=ink, text_anchor="middle")
