"""Figures that a plan comes to, pairs that cannot both hold, and rows without a date."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from services.projects.instantiation.choices import Choices
from services.projects.instantiation.conflicts import conflicts
from services.projects.instantiation.draft import draw
from services.projects.instantiation.errors import ChoicesInvalid
from services.projects.instantiation.facts import facts, nominal_weeks, training, wave_cover
from services.projects.plan.vocabulary import PartySide
from services.projects.template.definition import Template
from tests.projects.conftest import BASE, LEADER
from tests.projects.instantiation import plans
from tests.support.services import ServiceUnderTest


def words(text: str) -> dict[str, str]:
    return {"sv": text, "en": text + "."}


def danish(**changed: Any) -> Template:
    """A plan that runs backwards from the rollout and forwards from the programme's start."""
    anchors = {
        "programme_start": {"type": "date", "bounds": "start", "title": words("Programstart")},
        "rollout_start": {"type": "date", "title": words("Udrulning")},
        "school_end": {"type": "end_date", "bounds": "end", "required": False, "title": words("Skoleårets slut")},
    }
    phases = [
        {
            "source_ref": f"DK-F{number}",
            "key": f"f{number}",
            "title": words("Fase"),
            "purpose": words("Klar"),
            "nominal_weeks": weeks,
            "window": {"first": first, "last": last, "precision": "month"},
        }
        for number, weeks, first, last in (
            (1, [52, 52], "rollout_start-24m", "rollout_start-12m"),
            (2, None, "rollout_start", "rollout_start+12w"),
        )
    ]
    whole = plans.template(anchors=anchors, phases=phases, activities=[], dependencies=[])
    return Template.model_validate(whole | changed)


def chosen(**anchors: date) -> Choices:
    return Choices(anchors=anchors, parties={PartySide.customer: "Kommune"})


def test_a_start_that_lies_after_what_the_rollout_needs_is_told_with_both_places() -> None:
    draft = draw(danish(), chosen(programme_start=date(2027, 6, 1), rollout_start=date(2028, 8, 1)))
    (found,) = conflicts(draft)
    assert found.code == "before_start"
    assert (found.first.name, found.first.says, found.first.day) == ("DK-F1", "rollout_start-24m", date(2026, 8, 1))
    assert (found.second.name, found.second.day) == ("programme_start", date(2027, 6, 1))


def test_an_end_that_the_plan_oversteps_is_told_with_both_places() -> None:
    anchors = {"programme_start": date(2026, 8, 1), "rollout_start": date(2028, 8, 1), "school_end": date(2028, 9, 30)}
    (found,) = conflicts(draw(danish(), chosen(**anchors)))
    assert (found.code, found.first.name, found.second.name) == ("after_end", "DK-F2", "school_end")


def test_dates_that_agree_have_no_conflict() -> None:
    assert conflicts(draw(danish(), chosen(programme_start=date(2026, 8, 1), rollout_start=date(2028, 8, 1)))) == []


def test_rows_of_an_anchor_that_was_left_out_have_no_dates() -> None:
    template = danish()
    optional = template.anchors["rollout_start"].model_copy(update={"required": False})
    loose = template.model_copy(update={"anchors": template.anchors | {"rollout_start": optional}})
    draft = draw(loose, chosen(programme_start=date(2026, 8, 1)))
    assert [phase.window for phase in draft.phases] == [None, None]
    assert conflicts(draft) == []


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"programme_start": date(2026, 8, 1)}, "#/anchors/rollout_start"),
        (
            {"programme_start": date(2026, 8, 1), "rollout_start": date(2028, 8, 1), "go_live": date(2028, 8, 1)},
            "#/anchors/go_live",
        ),
    ],
)
def test_an_anchor_that_is_missing_or_unknown_is_pointed_at(given: dict[str, date], pointer: str) -> None:
    with pytest.raises(ChoicesInvalid) as caught:
        draw(danish(), chosen(**given))
    assert [error.pointer for error in caught.value.errors] == [pointer]


def test_a_link_whose_first_row_comes_after_the_second_is_impossible() -> None:
    document = plans.template()
    late = {"first": "go_live+3m", "last": "go_live+4m", "precision": "month"}
    document["activities"][0]["window"] = late
    draft = draw(Template.model_validate(document), chosen(go_live=date(2027, 8, 16)))
    assert [c.code for c in conflicts(draft)] == []  # a negative lag may still bring them together
    document["dependencies"][0]["lag_days"] = 0
    draft = draw(Template.model_validate(document), chosen(go_live=date(2027, 8, 16)))
    (found,) = conflicts(draft)
    assert (found.code, found.first.name, found.second.name) == ("link_impossible", "PU-A1", "PU-A3")


def test_stated_weeks_add_up_and_silence_is_counted_apart() -> None:
    weeks = nominal_weeks(danish())
    assert (weeks.minimum, weeks.maximum, weeks.unknown) == (52, 52, 1)
    silent = danish(phases=[phase.model_dump() | {"nominal_weeks": None} for phase in danish().phases])
    weeks = nominal_weeks(silent)
    assert (weeks.minimum, weeks.maximum, weeks.unknown) == (None, None, 2)


def test_sessions_are_the_head_count_by_the_sizes_rounded_up() -> None:
    groups = [
        {"source_ref": "PU-T1", "key": "a", "title": words("A"), "head_count": 100, "size_min": 15, "size_max": 20},
        {"source_ref": "PU-T2", "key": "b", "title": words("B"), "head_count": 5},
        {
            "source_ref": "PU-T3",
            "key": "c",
            "title": words("C"),
            "head_count": 2500,
            "size_min": 15,
            "size_max": 25,
            "assumption": words("Lånad"),
        },
        {"source_ref": "PU-T4", "key": "d", "title": words("D")},
    ]
    found = training(Template.model_validate(plans.template(training_groups=groups)))
    assert [(f.sessions_min, f.sessions_max) for f in found] == [(5, 7), (1, 1), (100, 167), (None, None)]
    assert [f.assumption is not None for f in found] == [False, False, True, False]


def test_only_school_waves_that_count_municipalities_cover_the_programme() -> None:
    sizes: list[dict[str, Any]] = [
        {"size_min": 20, "size_max": 30, "size_of": "unit", "kind": "pilot"},
        {"size_min": 5, "size_max": 10, "kind": "pilot"},
        {"size_min": 70, "size_max": 70, "kind": "main"},
        {"size_min": 10, "size_max": 15, "kind": "last"},
        {"kind": "daycare", "audience": "daycare"},
    ]
    waves = [
        {"source_ref": f"PU-W{place}", "key": f"w{place}", "order": place, "title": words("Bølge")} | size
        for place, size in enumerate(sizes)
    ]
    cover = wave_cover(Template.model_validate(plans.template(waves=waves, programme_size=98)))
    assert cover is not None
    assert (cover.minimum, cover.maximum, cover.uncovered_min, cover.uncovered_max) == (85, 95, 3, 13)
    assert wave_cover(danish()) is None


def test_hours_are_ranges_and_nought_is_not_unknown() -> None:
    document = plans.template()
    document["activities"][2]["participants"] = [
        {"side": "supplier", "hours": [2, 4]},
        {"side": "supplier"},
        {"side": "customer", "role": "leader", "hours": [0, 0]},
        {"side": "third_party"},
    ]
    draft = draw(Template.model_validate(document), chosen(go_live=date(2027, 8, 16)))
    found = {f.side: (f.hours_min, f.hours_max, f.unknown) for f in facts(draft).effort}
    assert found == {
        PartySide.supplier: (Decimal(2), Decimal(4), 1),
        PartySide.customer: (Decimal(0), Decimal(0), 0),
        PartySide.third_party: (None, None, 1),
    }


async def test_a_strict_plan_that_contradicts_itself_is_refused_and_a_loose_one_is_told(
    projects: ServiceUnderTest,
) -> None:
    document = plans.template()
    document["anchors"]["earliest"] = {"type": "date", "bounds": "start", "title": words("Tidigast")}
    await plans.publish(projects, document)
    anchors = {"go_live": "2027-08-16", "earliest": "2027-08-01"}
    body = plans.CREATE | {"anchors": anchors}
    for path in ("/projects", "/instantiations"):
        answer = await projects.client.post(BASE + path, json=body, headers=projects.as_(LEADER))
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, "plan-infeasible")
        places = answer.json()["conflicts"][0]
        assert (places["first"]["name"], places["second"]["name"]) == ("PU-A1", "earliest")
        assert {e["pointer"] for e in answer.json()["errors"]} == {"#/anchors/go_live", "#/anchors/earliest"}
    preview = await projects.client.post(
        f"{BASE}/templates/per-unit/versions/1.0.0/previews",
        json=plans.CHOICES | {"anchors": anchors},
        headers=projects.as_(LEADER),
    )
    assert [each["code"] for each in preview.json()["conflicts"]] == ["before_start"] * 3
    loose = await projects.client.post(f"{BASE}/projects", json=body | {"strict": False}, headers=projects.as_(LEADER))
    assert loose.status_code == 201


async def test_a_preview_writes_nothing(projects: ServiceUnderTest) -> None:
    await plans.publish(projects, plans.template())
    await plans.add_units(projects, "preschool", "compulsory")

    async def all_rows() -> list[int]:
        async with projects.database.transaction(projects.tenant) as session:
            tables = ("project", "phase", "activity", "gate", "journal_entry", "instantiation")
            return [(await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() for table in tables]

    before = await all_rows()
    answer = await projects.client.post(
        f"{BASE}/templates/per-unit/versions/1.0.0/previews", json=plans.CHOICES, headers=projects.as_(LEADER)
    )
    assert answer.json()["facts"]["counts"]["children"] == 3
    assert await all_rows() == before


@pytest.mark.parametrize(
    ("anchors", "pointer"),
    [
        ({"go_live": "2027-08"}, "#/anchors/go_live"),
        ({"go_live": "2027-02-31"}, "#/anchors/go_live"),
        ({"go_live": "soon"}, "#/anchors/go_live"),
        ({}, "#/anchors/go_live"),
    ],
)
async def test_an_anchor_that_is_no_day_is_refused(
    projects: ServiceUnderTest, anchors: dict[str, str], pointer: str
) -> None:
    await plans.publish(projects, plans.template())
    answer = await projects.client.post(
        f"{BASE}/templates/per-unit/versions/1.0.0/previews",
        json=plans.CHOICES | {"anchors": anchors},
        headers=projects.as_(LEADER),
    )
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]], answer.text
