"""What the templates say and come to: the numbers of the sources, computed; their gaps, marked; their texts."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml

from services.projects.instantiation.choices import Choices
from services.projects.instantiation.conflicts import conflicts
from services.projects.instantiation.draft import Draft, draw
from services.projects.instantiation.facts import facts
from services.projects.instantiation.fan_out import UnitRef
from services.projects.plan.vocabulary import LifecycleStage, Modality, PartySide
from services.projects.template.catalogue import DATA, shipped
from services.projects.template.definition import Template
from services.projects.template.parts import Container
from services.projects.template.work import Activity
from shared.kit.ids import new_id

SUPPLIER, CHECKLIST = ("sv-supplier-5-phase", "1.2.0"), ("sv-projectplan-checklist", "1.0.0")
LOOP, DANISH = ("sv-systematic-pdca", "1.0.0"), ("dk-programme-12-12-12", "1.0.0")
EFFECTS = ("sv-programme-effect-goals", "1.0.0")
ANCHORS = {
    SUPPLIER: {"start_month": date(2027, 3, 1)},
    CHECKLIST: {"project_start": date(2027, 1, 11)},
    LOOP: {},
    DANISH: {"rollout_start": date(2028, 10, 2), "pilot_start": date(2028, 9, 1)},
    EFFECTS: {"programme_start": date(2027, 1, 1)},
}
SCHOOLS = tuple(UnitRef(new_id(), "school", frozenset({form})) for form in ("compulsory", "compulsory", "preschool"))
# The parties of the sources; a template names none, it has variables for them.
PARTIES = "haninge unikum ubf infomentor kombit aarhus århus mittköping mittkoping värmdö varmdo netcompany"


def plan(which: tuple[str, str], **options: bool | int) -> Draft:
    """The template drawn with sensible choices."""
    template = shipped().get(*which)
    parties = {party.side: f"Part {n}" for n, party in enumerate(template.parties)}
    return draw(template, Choices(anchors=ANCHORS[which], options=options, parties=parties, units=SCHOOLS))


def activities(which: tuple[str, str]) -> dict[str, Activity]:
    return {activity.source_ref: activity for activity in shipped().get(*which).activities}


def hours(refs: list[str], side: PartySide) -> tuple[float, float]:
    """Least and most hours of a side over some steps; every step must state its own."""
    ranges = [[p.hours for p in activities(SUPPLIER)[ref].participants if p.side is side] for ref in refs]
    assert all(len(found) == 1 and found[0] is not None for found in ranges)
    found = [pair for pairs in ranges for pair in pairs if pair is not None]
    return float(sum(low for low, _ in found)), float(sum(high for _, high in found))


@pytest.mark.parametrize("which", ANCHORS, ids=lambda which: which[0])
@pytest.mark.parametrize("switched", [False, True], ids=["defaults", "every option on"])
def test_each_template_draws_a_plan_without_conflicts(which: tuple[str, str], switched: bool) -> None:
    template = shipped().get(*which)
    on = {key: True for key, option in template.options.items() if option.type == "bool"} if switched else {}
    draft = plan(which, **on)
    assert conflicts(draft) == []
    assert {a.row.source_ref for a in draft.activities} == set(activities(which))
    assert all("{" not in text for a in draft.activities for text in (a.title.sv, a.title.en, a.title.da or ""))
    assert all(gate.criteria for gate in draft.gates)


def test_the_nominal_weeks_are_19_to_23() -> None:
    weeks = facts(plan(SUPPLIER)).nominal_weeks
    assert (weeks.minimum, weeks.maximum, weeks.unknown) == (19, 23, 0)


def test_register_sync_and_login_take_the_hours_of_the_source() -> None:
    register, login = [f"HAN-I{n}" for n in range(1, 5)], [f"HAN-I{n}" for n in range(5, 8)]
    assert hours(register, PartySide.supplier) == (16, 18)
    assert hours(register, PartySide.customer) == (24, 32)
    assert hours(login, PartySide.supplier) == (6, 6)
    assert hours(login, PartySide.customer) == (2, 2)
    effort = {f.side: (f.hours_min, f.hours_max) for f in facts(plan(SUPPLIER)).effort}
    supplier, customer = (Decimal(22), Decimal(24)), (Decimal(26), Decimal(34))
    assert effort == {PartySide.supplier: supplier, PartySide.customer: customer}


def test_no_working_time_is_said_outright_and_the_length_of_a_day_is_an_assumption() -> None:
    steps = activities(SUPPLIER)
    [customer] = [p for p in steps["HAN-I7"].participants if p.side is PartySide.customer]
    assert customer.hours == (Decimal(0), Decimal(0))
    [verifies] = [p for p in steps["HAN-I3"].participants if p.side is PartySide.customer]
    assert verifies.hours == (Decimal(8), Decimal(16))
    assert verifies.note is not None
    assert "assumption" in verifies.note.en


def test_sessions_follow_head_counts_and_borrowed_sizes_are_marked() -> None:
    found = {fact.source_ref: fact for fact in facts(plan(SUPPLIER)).training}
    assert {ref: (fact.sessions_min, fact.sessions_max) for ref, fact in found.items()} == {
        "HAN-T1": (5, 7),
        "HAN-T2": (1, 1),
        "HAN-T3": (100, 167),
        "HAN-T4": (1, 1),
        "HAN-T5": (5, 7),
    }
    assert {ref for ref, fact in found.items() if fact.assumption} == {"HAN-T3", "HAN-T5"}
    assert sum(fact.head_count or 0 for fact in found.values()) == 2710


def test_the_waves_cover_85_to_95_of_98_municipalities() -> None:
    cover = facts(plan(DANISH)).wave_cover
    assert cover is not None
    assert (cover.minimum, cover.maximum, cover.size, cover.uncovered_min, cover.uncovered_max) == (85, 95, 98, 3, 13)


def test_the_danish_plan_runs_backwards_from_the_rollout() -> None:
    windows = {phase.row.key: phase.window for phase in plan(DANISH).phases}
    found = {key: (window.start, window.end) for key, window in windows.items() if window is not None}
    assert found == {
        "start_up": (date(2026, 10, 1), date(2027, 9, 30)),
        "planning": (date(2027, 10, 1), date(2028, 9, 30)),
        "commissioning": (date(2028, 10, 2), date(2028, 12, 24)),
    }


def test_both_readings_of_the_start_of_daycare_are_kept() -> None:
    [daycare] = [wave for wave in shipped().get(*DANISH).waves if wave.kind == "daycare"]
    assert daycare.rollout is not None
    assert daycare.rollout.tentative
    assert daycare.source_uncertain is not None
    assert "August 2019" in daycare.source_uncertain.note.en
    assert "end of 2019" in daycare.source_uncertain.note.en


def test_a_row_per_school_is_repeated_for_each_school() -> None:
    repeated = {a.row.source_ref: len(a.units) for a in plan(CHECKLIST).activities if a.row.fan_out}
    assert repeated == {"IM-T11": 3, "IM-C22": 3}
    levels = {a.row.source_ref: len(a.units) for a in plan(DANISH).activities if a.row.fan_out}
    assert levels == {f"AU-T.{n}": 2 for n in range(7, 13)} | {f"AU-T.{n}": 1 for n in range(13, 19)}


def test_only_the_follow_up_of_the_checklist_has_a_time_and_it_is_tentative() -> None:
    dated = {a.row.source_ref: a.window for a in plan(CHECKLIST).activities if a.window is not None}
    assert set(dated) == {"IM-T13"}
    assert (dated["IM-T13"].start, dated["IM-T13"].tentative) == (date(2027, 7, 1), True)


def test_the_checklist_has_owners_on_the_sides_of_the_source() -> None:
    rows = [a for a in shipped().get(*CHECKLIST).activities if a.checklist]
    assert len(rows) == 23
    assert all(row.section and row.participants for row in rows)
    owners = {row.source_ref: [p.role for p in row.participants] for row in rows}
    assert owners["IM-C20"] == ["orderer", "delivery_owner"]
    assert [ref for ref, roles in owners.items() if roles == ["project_supporter"]] == ["IM-C03", "IM-C04"]
    [administrator] = [role for role in shipped().get(*CHECKLIST).roles if role.source_ref == "IM-R10"]
    assert (administrator.min_count, administrator.per_unit) == (2, True)


def test_those_who_are_trained_are_won_over_first() -> None:
    links = {(link.predecessor, link.successor) for link in shipped().get(*CHECKLIST).dependencies}
    assert {("IM-C17", "IM-T07"), ("IM-C17", "IM-T08")} <= links


def test_migration_rows_have_neither_date_nor_side_and_wait_for_the_order() -> None:
    rows = [a for ref, a in activities(SUPPLIER).items() if ref.startswith("HAN-MG")]
    assert len(rows) == 17
    assert {(row.window, row.side, row.enabled_if) for row in rows} == {(None, None, "migration_ordered")}
    copies = {c.key for g in plan(SUPPLIER, migration_ordered=True).gates for c in g.criteria} - {
        c.key for g in plan(SUPPLIER).gates for c in g.criteria
    }
    assert "copies-purged" in copies


def test_what_the_sources_lost_ships_empty_and_marked() -> None:
    empty = {
        (template.key, part.source_ref or getattr(part, "key", None))
        for template in (shipped().get(*which) for which in ANCHORS)
        for _, part in template.walk()
        if isinstance(part, Container) and part.is_empty
    }
    assert empty == {
        (CHECKLIST[0], "ten_steps"),
        (LOOP[0], "MIT-M"),
        (LOOP[0], "MIT-I"),
        (LOOP[0], "strategy_approaches"),
        (LOOP[0], "X-GOALS"),
        (DANISH[0], "AU-V"),
    }
    slots = {each.key: each.slots for which in (CHECKLIST, LOOP) for each in shipped().get(*which).lists if each.slots}
    assert slots == {"ten_steps": 10, "strategy_principles": 10, "strategy_approaches": 3}


def test_unreadable_direction_decisions_keep_the_text_of_the_source() -> None:
    decisions = {decision.source_ref: decision for decision in shipped().get(*SUPPLIER).decisions}
    assert {ref: d.source_text for ref, d in decisions.items() if d.function is None} == {
        "HAN-D07": "Foralsare",
        "HAN-D12": "Webbador, elev lag",
    }
    certainty = [decisions[f"HAN-D{n:02}"].certainty[0] for n in range(1, 15)]
    assert "".join(certainty) == "ggggggllmgmlll"
    modality = [decisions[f"HAN-D{n:02}"].modality for n in range(1, 15)]
    assert [modality.count(each) for each in Modality] == [7, 4, 3]


def test_bodies_meet_as_often_as_the_sources_say() -> None:
    han = {body.source_ref: body.cadence for body in shipped().get(*SUPPLIER).bodies}
    first, then = LifecycleStage.implementation, LifecycleStage.management
    assert (han["HAN-GOV1"][first].per, han["HAN-GOV1"][then].per) == ("month", "half_year")
    assert (han["HAN-GOV2"][first].stated, han["HAN-GOV2"][then].per) == (False, "half_year")
    assert (han["HAN-GOV3"][then].per, han["HAN-GOV3"][then].or_as_needed) == ("quarter", True)
    va = {body.source_ref: body for body in shipped().get(*EFFECTS).bodies}
    assert [va[f"VA-GOV{n}"].size for n in range(1, 7)] == [7, None, 13, 19, 4, 3]
    assert [ref for ref, body in va.items() if body.decides] == ["VA-GOV1"]
    assert va["VA-GOV4"].cadence[first].min_interval_days == 14


def test_the_risks_that_can_be_read_from_facts_have_their_trigger_and_none_has_a_level() -> None:
    triggers = {risk.source_ref: risk.trigger for risk in shipped().get(*SUPPLIER).risks if risk.trigger}
    assert sorted(triggers) == [f"HAN-K{n:02}" for n in (1, 3, 4, 5, 6, 9, 10, 11, 12)]
    assert len(set(triggers.values())) == 8


def test_needs_cards_and_ideas_have_the_counts_of_the_source() -> None:
    lists = {each.key: each.items for each in shipped().get(*EFFECTS).lists}
    counted = [
        [len(card.fields[name]) for name in ("needs", "functionality", "experience")]  # type: ignore[arg-type]
        for card in lists["needs_cards"]
    ]
    assert counted == [[7, 9, 4], [9, 7, 6]]
    areas = [idea.fields["area"] for idea in lists["requirement_backlog"]]
    assert [areas.count(area) for area in ("personal_page", "admin_time", "pupil_safety")] == [10, 4, 7]
    assert {idea.fields["area"] for idea in lists["requirement_backlog"] if idea.fields["legal_review"]} == {
        "pupil_safety"
    }
    assert {goal.perspective for goal in shipped().get(*EFFECTS).goals} == {None}


def test_the_agenda_keeps_its_clock_times_without_gap() -> None:
    [meeting] = shipped().get(*DANISH).meetings
    ends = [f"{item.ends:%H:%M}" for item in meeting.agenda]
    assert [f"{item.starts:%H:%M}" for item in meeting.agenda] == ["10:00", *ends[:-1]]
    assert ends[-1] == "16:00"
    assert meeting.dates == (date(2017, 3, 7), date(2017, 3, 9))


def test_what_remains_in_the_old_system_is_routed_row_by_row() -> None:
    flows = shipped().get(*DANISH).migration_flows
    assert [flow.scope for flow in flows].count("group") == 7
    assert [flow.scope for flow in flows].count("school") == [flow.scope for flow in flows].count("individual") == 3
    aula = {f.source_ref for f in flows if f.destination is not None and f.destination.en.startswith("Aula")}
    assert aula == {f"AU-DM{n:02}" for n in (1, 4, 5, 8, 10, 11, 12)}


def test_the_third_gate_waits_for_the_platform_and_its_people_only_when_asked_to() -> None:
    usual = {c.kind for g in plan(SUPPLIER).gates if g.row.key == "m3" for c in g.criteria}
    options = ("verified_sync", "verified_login", "key_persons", "platform_access")
    strict = plan(SUPPLIER, **{f"gate_needs_{name}": True for name in options})
    asked = [c.kind for g in strict.gates if g.row.key == "m3" for c in g.criteria if c.kind not in usual]
    assert sorted(asked) == ["login_verified", "sync_verified", "training_ready", "training_ready"]


def texts(value: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every text of a file as it is written, before the schema has dropped anything."""
    if isinstance(value, dict) and "sv" in value:
        yield place, value
    elif isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in pairs:
            yield from texts(each, f"{place}/{key}")


@pytest.mark.parametrize("path", sorted(DATA.glob("*-*.yaml")), ids=lambda path: path.stem)
def test_every_text_has_its_languages_and_nothing_else(path: Any) -> None:
    languages = {"sv", "da", "en"} if path.name.startswith("dk-") else {"sv", "en"}
    # A comma in an unquoted text makes a key of what follows it, which the schema would pass over.
    wrong = {place: text for place, text in texts(yaml.safe_load(path.read_text())) if set(text) != languages}
    assert wrong == {}
    empty = [p for p, text in texts(yaml.safe_load(path.read_text())) if not all(str(t).strip() for t in text.values())]
    assert empty == []


@pytest.mark.parametrize("path", sorted(DATA.glob("*-*.yaml")), ids=lambda path: path.stem)
def test_no_party_of_a_source_is_named(path: Any) -> None:
    words = set(re.findall(r"\w+", path.read_text().lower()))
    assert words & set(PARTIES.split()) == set()


def test_rows_are_titled_in_the_language_of_the_reader() -> None:
    def same(template: Template) -> list[str]:
        titles = [(row.source_ref, row.title) for row in template.activities]
        titles += [(row.source_ref, row.title) for row in template.goals]
        titles += [(row.source_ref, row.title) for row in template.gates]
        return [ref for ref, title in titles if title.sv == title.en]

    assert {which[0]: same(shipped().get(*which)) for which in ANCHORS} == {which[0]: [] for which in ANCHORS}
