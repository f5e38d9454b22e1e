"""Pictures for people: nothing that a title holds becomes markup, and nothing is told by colour alone."""

from datetime import date, timedelta
from decimal import Decimal
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from services.projects.picture.axis import Axis
from services.projects.picture.effort import SideEffort, draw_effort
from services.projects.picture.gantt import Bar, Gantt, draw_gantt
from services.projects.picture.overview import PhaseBar, draw_overview
from shared.kit.canvas import Canvas, png, shorten, width_of

MARCH = date(2027, 3, 1)
TODAY = date(2027, 5, 14)
SVG = "{http://www.w3.org/2000/svg}"


def chart(*bars: Bar, title: str = "Skolplattform") -> Element:
    return fromstring(draw_gantt(Gantt(title, "Norrvik", bars, TODAY), "sv"))


def words(root: Element) -> str:
    return " ".join(root.itertext())


def bar(**facts: object) -> Bar:
    return Bar(**({"kind": "activity", "code": "A1", "title": "Rad", "first": MARCH, "last": TODAY} | facts))  # type: ignore[arg-type]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_a_title_is_shown_as_text_whatever_it_holds(title: str) -> None:
    hostile = f"<script>{title}</script>&{title}"
    root = chart(bar(title=hostile))
    assert root.find(f".//{SVG}script") is None
    assert "<" in words(root)


@pytest.mark.parametrize(
    ("facts", "mark"),
    [({"is_late": True}, "!"), ({"is_tentative": True}, "?"), ({"side": "supplier"}, "L")],
)
def test_what_a_colour_says_a_mark_says_too(facts: dict[str, object], mark: str) -> None:
    shown = [each.text for each in chart(bar(**facts)).iter(f"{SVG}text")]
    assert mark in shown


def test_a_critical_row_has_a_heavier_edge_and_a_done_one_a_tick() -> None:
    heavy = [each for each in chart(bar(is_critical=True)).iter(f"{SVG}rect") if each.get("stroke-width") == "2.5"]
    plain = [each for each in chart(bar()).iter(f"{SVG}rect") if each.get("stroke-width") == "2.5"]
    assert len(heavy) == len(plain) + 1
    ticks = [len(list(chart(bar(state=state)).iter(f"{SVG}polyline"))) for state in ("planned", "done")]
    assert ticks == [1, 2]  # the legend explains one


def test_a_row_without_dates_stands_in_the_chart_and_says_so() -> None:
    assert "utan datum" in words(chart(bar(first=None, last=None)))


def test_a_picture_names_itself_for_those_who_cannot_see_it() -> None:
    root = chart(bar(is_late=True), title="Plan & mål")
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Plan & mål"
    assert "1 sena" in (root.findtext(f"{SVG}desc") or "")


@given(st.integers(0, 4000), st.integers(0, 4000))
def test_days_lie_in_order_inside_the_axis(start: int, length: int) -> None:
    first = MARCH + timedelta(days=start)
    axis = Axis.around([first, first + timedelta(days=length)], 100, 800, TODAY)
    assert 100 <= axis.start_of(first) < axis.end_of(first) <= 900.001
    assert axis.end_of(axis.last) == pytest.approx(900)


def test_a_cut_title_fits_its_room_and_keeps_the_whole_in_a_tooltip() -> None:
    long = "Utbilda administratörer i förvaltning och skola " * 3
    assert width_of(shorten(long, 200, 12), 12) <= 200
    assert long in [each.text for each in chart(bar(title=long)).iter(f"{SVG}title")]


def test_the_overview_says_weeks_progress_and_gate() -> None:
    phase = PhaseBar("Realisering", MARCH, TODAY, (6, 8), 3, 9, 1, TODAY, "open")
    said = words(fromstring(draw_overview("Plan", "Norrvik", [phase], TODAY, "sv")))
    assert all(part in said for part in ("6–8 veckor", "3/9", "grind öppen", "1 sena"))


def test_unknown_hours_are_said_and_never_drawn_as_zero() -> None:
    sides = [
        SideEffort("customer", Decimal("26.00"), Decimal(34), Decimal("12.50"), 3),
        SideEffort("joint", None, None, None, 2),
    ]
    said = words(fromstring(draw_effort("Arbetstid", "", sides, "sv")))
    assert "26–34" in said
    assert "12,5" in said
    assert "2 utan uppgift" in said
    assert " 0–0" not in said


def test_a_picture_becomes_a_png_of_its_own_size_with_sami_and_arabic_letters() -> None:
    def drawn(text: str) -> bytes:
        canvas = Canvas(200, 60, "t", "d", "sv")
        canvas.text(10, 30, text)
        return png(canvas.svg(), zoom=1)

    image = drawn("Čáŋŧžđ")
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(image[16:20]), int.from_bytes(image[20:24])) == (200, 60)
    missing = drawn("ᚠᚢᚦᚨ")  # runes: what is drawn where a font has nothing
    assert len({image, drawn("مدرسة"), missing, drawn(" ")}) == 4
