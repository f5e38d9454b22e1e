"""Texts go out harmless and come back whole, whatever stands in them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.projects.interchange.cells import FIELDS
from services.projects.interchange.context import Context, Part
from services.projects.interchange.neutral import escape, neutralise, restore, unescape
from services.projects.interchange.outgoing import OutPlan, OutRow
from services.projects.interchange.planning import Standing, wishes_of
from services.projects.interchange.reading import WRITERS, read_content
from services.projects.plan.vocabulary import ActivityKind, ActivityState, PartySide
from shared.kit.ids import new_id
from shared.kit.text import Text

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
PROJECT = str(new_id())
PHASES = (Part(key="p1", title=Text(sv="Fas", en="Phase")), Part(key="p2", title=Text(sv="Fas", en="Phase")))


@given(ANY_TEXT)
def test_neutralised_and_escaped_texts_come_back(text: str) -> None:
    assert restore(unescape(escape(neutralise(text)))) == text


@pytest.mark.parametrize("start", [*list("=+-@\t\r"), "＝"])
def test_no_cell_begins_with_what_a_spreadsheet_would_run(start: str) -> None:
    assert neutralise(f"{start}HYPERLINK(1)").startswith("'")
    assert neutralise("vanlig text") == "vanlig text"


def _cells(values: tuple[object, ...]) -> dict[str, object]:
    title, section, notes, party, kind, state, side, start, days = values
    return dict.fromkeys(FIELDS) | {
        "id": str(new_id()),
        "version": 3,
        "source_ref": None,
        "unit": None,
        "phase": "p2",
        "title": title,
        "section": section,
        "notes": notes,
        "external_party": party,
        "kind": kind,
        "state": state,
        "side": side,
        "start": start.isoformat(),  # type: ignore[attr-defined]
        "end": start.isoformat(),  # type: ignore[attr-defined]
        "precision": "day",
        "tentative": False,
        "days_min": days,
        "days_max": days,
        "is_checklist": True,
        "is_pinned": False,
    }


FULL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60)
ROWS = st.tuples(
    FULL.filter(str.strip), st.none() | FULL, st.none() | FULL, st.none() | FULL,
    st.sampled_from([*ActivityKind]).map(str),
    st.sampled_from([*ActivityState]).map(str), st.none() | st.sampled_from([*PartySide]).map(str),
    st.dates(datetime(2000, 1, 1).date(), datetime(2100, 12, 31).date()), st.none() | st.integers(0, 3650),  # noqa: DTZ001
)  # fmt: skip


@pytest.mark.parametrize("name", ["json", "csv", "xlsx", "mspdi"])
@settings(max_examples=15, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=4))
def test_any_row_in_any_format_comes_back_as_it_was(name: str, rows: list[tuple[object, ...]]) -> None:
    listed = [_cells(values) for values in rows]
    plan = OutPlan.model_validate(
        {
            "project": PROJECT,
            "name": "Plan",
            "lang": "sv",
            "made_at": datetime(2026, 11, 22, tzinfo=UTC),
            "phases": PHASES,
            "phase_uids": {"p1": 1, "p2": 2},
            "rows": [OutRow(cells=cells, uid=10 + number) for number, cells in enumerate(listed)],
        }
    )
    context = Context(project=PROJECT, phases=PHASES)
    parsed = read_content(WRITERS[name](plan), context)
    assert [one for one in parsed.findings.items if one["level"] == "error"] == []
    standing = Standing({str(cells["id"]): cells for cells in listed}, {}, {})  # type: ignore[misc]
    wishes = wishes_of(parsed, standing, context)
    assert wishes.untouched == set(standing.rows)
    assert wishes.items == []
