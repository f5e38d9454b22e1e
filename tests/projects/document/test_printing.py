"""Documents as PDF: tagged, reproducible, and user text stays text."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typst import TypstError

from services.projects.document.printing import TEMPLATES, print_pdf
from services.projects.picture.gantt import Bar, Gantt, draw_gantt
from shared.kit.press import set_in_type
from shared.kit.printing import PrintingFailed

AT = datetime(2027, 5, 14, 8, 0, 0, 123456, tzinfo=UTC)


def plan(*parts: dict[str, Any]) -> dict[str, Any]:
    return {
        "lang": "sv",
        "title": "Projektplan: Skolplattform 2027",
        "author": "Norrviks kommun",
        "footer": "Norrviks kommun",
        "kicker": "Projektplan",
        "empty": "Inget är angivet ännu.",
        "facts": [{"name": "Huvudman", "value": "Norrviks kommun"}],
        "parts": list(parts),
    }


async def test_a_plan_becomes_a_tagged_pdf_in_its_language() -> None:
    pdf = await print_pdf("plan", plan({"level": 1, "heading": "Bakgrund", "text": ["Čáhcesuolu och مدرسة"]}), AT)
    assert pdf.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang (sv)" in pdf or b"/Lang(sv)" in pdf


async def test_the_same_plan_at_the_same_instant_is_the_same_pdf() -> None:
    data = plan({"level": 1, "heading": "Mål", "columns": [1, 2], "heads": ["Nr", "Mål"], "rows": [["1", "Ett"]]})
    assert await print_pdf("plan", data, AT) == await print_pdf("plan", data, AT)


async def test_a_chart_stands_in_a_plan_with_words_for_those_who_cannot_see_it() -> None:
    chart = draw_gantt(Gantt("Plan", "Norrvik", [Bar("phase", "P1", "Fas", AT.date(), AT.date())], AT.date()), "sv")
    part = {"level": 1, "heading": "Tid", "picture": chart.decode(), "alt": "Planen över tid", "wide": True}
    assert len(re.findall(rb"/Type\s*/Page\b", await print_pdf("plan", plan(part), AT))) >= 1


@pytest.mark.parametrize(
    "text",
    [
        '#import "@preview/cetz:0.3.0"',
        '#read("/etc/passwd")',
        "$ sum_(i=1)^n $ *fet* _kursiv_ ```",
        "#panic()",
        "\\ \\u{0} \x07 \u202e omvänd",
        "]" * 50,
        "😀 och 漢字, som våra typsnitt saknar",
    ],
)
async def test_what_looks_like_markup_in_a_text_is_printed_and_not_obeyed(text: str) -> None:
    data = plan({"level": 1, "heading": text, "text": [text]}) | {"title": text}
    assert (await print_pdf("plan", data, AT)).startswith(b"%PDF-")


async def test_a_document_that_cannot_be_set_is_said_to_have_failed() -> None:
    with pytest.raises(PrintingFailed):
        await print_pdf("plan", {"lang": "sv"}, AT)


def test_a_template_reads_no_file_outside_its_folder(tmp_path: Path) -> None:
    template = tmp_path / "curious.typ"
    template.write_text(f'#read("{TEMPLATES / "base.typ"}")', encoding="utf-8")
    with pytest.raises(TypstError, match=r"not found|access"):
        set_in_type(template, [], {}, AT.isoformat())
