"""What must hold for every plan that can be drawn, against a slow and separate reckoning of months."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.projects.instantiation.choices import Choices
from services.projects.instantiation.conflicts import conflicts
from services.projects.instantiation.draft import Draft, draw
from services.projects.instantiation.facts import facts
from services.projects.instantiation.fan_out import UnitRef
from services.projects.instantiation.rows import plan_rows
from services.projects.plan.vocabulary import PartySide
from services.projects.template.catalogue import shipped
from services.projects.template.definition import Template
from shared.kit.ids import new_id
from tests.projects.instantiation import plans

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
DISTANCES = st.tuples(st.integers(-40, 40), st.sampled_from("mwd"))
PRECISIONS = st.sampled_from(["day", "week", "month", "quarter", "half", "year"])
FORMS = st.sets(st.sampled_from(["preschool", "compulsory"]))
UNITS = st.lists(st.tuples(st.sampled_from(["school", "area", "authority"]), FORMS), max_size=12)


def written(anchor: str, amount: int, unit: str) -> str:
    return f"{anchor}{amount:+d}{unit}" if amount else anchor


def moved(day: date, amount: int, unit: str) -> date:
    """One step at a time: a month later is the same day, or the last that the month has."""
    if unit != "m":
        return day + timedelta(days=amount * (7 if unit == "w" else 1))
    year, month = day.year, day.month
    for _ in range(abs(amount)):
        month += 1 if amount > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        elif month == 0:
            year, month = year - 1, 12
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def drawn(first: str, last: str, precision: str, day: date) -> tuple[Draft, str]:
    document = plans.template()
    document["activities"][0]["window"] = {"first": first, "last": last, "precision": precision}
    template = Template.model_validate(document)
    choices = Choices(anchors={"go_live": day}, parties={PartySide.customer: "Björkby kommun"})
    return draw(template, choices), document["activities"][0]["source_ref"]


@given(day=DAYS, first=DISTANCES, last=DISTANCES, precision=PRECISIONS)
def test_a_window_covers_exactly_its_clamped_ends_or_is_told_as_a_conflict(
    day: date, first: tuple[int, str], last: tuple[int, str], precision: str
) -> None:
    draft, ref = drawn(written("go_live", *first), written("go_live", *last), precision, day)
    start, end = moved(day, *first), moved(day, *last)
    window = next(a.window for a in draft.activities if a.row.source_ref == ref)
    reversed_pairs = [(c.first.day, c.second.day) for c in conflicts(draft) if c.first.name == c.second.name == ref]
    if end < start:
        assert window is None
        assert reversed_pairs == [(start, end)]
        return
    assert reversed_pairs == []
    assert window is not None
    assert window.start <= start <= end <= window.end
    assert window.precision == precision
    if precision == "day":
        assert (window.start, window.end) == (start, end)
    if precision == "month":
        assert (window.start, window.end) == (
            start.replace(day=1),
            end.replace(day=monthrange(end.year, end.month)[1]),
        )


@given(units=UNITS, extra=st.booleans())
def test_rows_are_repeated_for_exactly_the_units_that_fit(units: list[tuple[str, Any]], extra: bool) -> None:
    refs = tuple(UnitRef(new_id(), kind, frozenset(forms)) for kind, forms in units)
    template = Template.model_validate(plans.template())
    choices = Choices(
        anchors={"go_live": date(2027, 8, 16)},
        options={"extra": extra},
        parties={PartySide.customer: "Björkby kommun"},
        units=refs,
    )
    draft = draw(template, choices)
    schools = [forms for kind, forms in units if kind == "school"]
    preschools = [forms for forms in schools if "preschool" in forms]
    found = {a.row.source_ref: len(a.units) for a in draft.activities}
    assert found == {
        "PU-A1": len(schools),
        "PU-A2": len(preschools),
        "PU-A3": 0,
        "PU-A4": len(schools) if extra else 0,
    }
    assert facts(draft).counts.children == sum(found.values())


@given(month=st.integers(1, 12), migration=st.booleans(), follow=st.booleans())
@settings(max_examples=20, deadline=None)
def test_the_rows_are_the_draft_for_every_shipped_template(month: int, migration: bool, follow: bool) -> None:
    for template in shipped().all():
        options = {"migration_ordered": migration, "gates_follow_activities": follow}
        choices = Choices(
            anchors={key: date(2027, month, 1) for key in template.anchors},
            options={key: value for key, value in options.items() if key in template.options},
            parties={party.side: "Part" for party in template.parties},
        )
        draft = draw(template, choices)
        rows = plan_rows(draft, new_id(), new_id())
        counts = facts(draft).counts
        assert [row.source_ref for row in rows.activities] == [a.row.source_ref for a in draft.activities]
        assert [row.window for row in rows.activities] == [a.window for a in draft.activities]
        assert [row.title for row in rows.activities] == [a.title.model_dump() for a in draft.activities]
        assert (len(rows.phases), len(rows.gates), len(rows.criteria)) == (counts.phases, counts.gates, counts.criteria)
        assert (len(rows.participations), len(rows.dependencies)) == (counts.participations, counts.dependencies)
        assert len(rows.tracks) == len(template.tracks)
