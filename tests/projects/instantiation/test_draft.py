"""Drawing a plan from the template: dates, options, criteria and remarks, without a database."""

from datetime import date

import pytest

from services.projects.instantiation.choices import Choices, OptionValue
from services.projects.instantiation.draft import Draft, DraftGate, draw
from services.projects.instantiation.errors import ChoicesInvalid
from services.projects.instantiation.lint import missing_roles, remarks
from services.projects.plan.vocabulary import CriterionKind, PartySide, SchoolForm
from services.projects.plan.window import Precision, Window
from services.projects.template.catalogue import shipped

TEMPLATE = shipped().get("sv-supplier-5-phase", "1.0.0")
PARTIES = {PartySide.customer: "Björkby kommun", PartySide.supplier: "Skolverktyg AB"}


def choices(options: dict[str, OptionValue] | None = None, **other: object) -> Choices:
    settings: dict[str, object] = {"anchors": {"start_month": date(2027, 3, 1)}, "parties": PARTIES, **other}
    return Choices(options=options or {}, **settings)  # type: ignore[arg-type]


def gate(draft: Draft, ref: str) -> DraftGate:
    return next(gate for gate in draft.gates if gate.row.source_ref == ref)


def test_all_windows_count_from_the_start_month() -> None:
    draft = draw(TEMPLATE, choices())
    windows = {activity.row.source_ref: activity.window for activity in draft.activities}
    assert windows["HAN-A1.01"] == Window.covering(date(2027, 3, 1), date(2027, 3, 31), Precision.month)
    assert windows["HAN-A5.04"] == Window.covering(date(2027, 9, 1), date(2027, 12, 31), Precision.month)
    guardians = windows["HAN-A4.02"]
    assert guardians is not None
    assert guardians.tentative
    assert (guardians.start, guardians.end) == (date(2027, 8, 1), date(2027, 8, 31))


def test_a_row_of_an_option_that_was_not_chosen_is_kept_but_not_enabled() -> None:
    off = {a.row.source_ref for a in draw(TEMPLATE, choices()).activities if not a.is_enabled}
    on = {a.row.source_ref for a in draw(TEMPLATE, choices({"migration_ordered": True})).activities if not a.is_enabled}
    assert off == {"HAN-A2.05", "HAN-A3.03"}
    assert on == set()


def test_the_third_gate_reads_live_signals_with_the_chosen_numbers() -> None:
    draft = draw(TEMPLATE, choices({"key_person_coverage_percent": 65}))
    criteria = {criterion.kind: criterion.params for criterion in gate(draft, "HAN-M3").criteria}
    assert criteria == {
        CriterionKind.roster_applied: {"max_age_days": 14},
        CriterionKind.training_coverage: {"role": "key_person", "min_percent": 65},
    }


def test_activities_close_a_phase_only_when_that_is_chosen_and_each_once() -> None:
    draft = draw(TEMPLATE, choices({"gates_follow_activities": True}))
    waited_for = [c.activity for c in gate(draft, "HAN-M1").criteria if c.activity]
    assert len(waited_for) == len(set(waited_for)) == 10
    assert len([c for c in gate(draft, "HAN-M3").criteria if c.activity]) == 5  # the migration row is not enabled
    assert [c.activity for c in gate(draw(TEMPLATE, choices()), "HAN-M1").criteria if c.activity] == ["HAN-A1.05"]


def test_the_last_gate_asks_for_each_school_form_of_the_project() -> None:
    chosen = choices(school_forms=(SchoolForm.preschool, SchoolForm.adult))
    attested = [c for c in gate(draw(TEMPLATE, chosen), "HAN-M5").criteria if c.kind is CriterionKind.attestation]
    assert [c.key for c in attested] == ["in-operation-preschool", "in-operation-adult"]
    assert attested[0].title.sv == "Plattformen är i drift för förskola"


def test_every_gate_of_every_combination_has_a_mandatory_criterion() -> None:
    for migration in (True, False):
        for follow in (True, False):
            draft = draw(TEMPLATE, choices({"migration_ordered": migration, "gates_follow_activities": follow}))
            for each in draft.gates:
                keys = [criterion.key for criterion in each.criteria]
                assert len(keys) == len(set(keys))
                assert any(criterion.is_mandatory for criterion in each.criteria)


def test_a_gate_without_a_stated_time_is_due_when_its_phase_ends() -> None:
    draft = draw(TEMPLATE, choices())
    fourth = gate(draft, "HAN-M4")
    assert fourth.is_window_derived
    assert fourth.window == Window.covering(date(2027, 8, 1), date(2027, 8, 31), Precision.month)
    assert not gate(draft, "HAN-M1").is_window_derived


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"anchors": {}}, "#/anchors/start_month"),
        ({"anchors": {"start_month": date(2027, 3, 1), "go_live": date(2027, 3, 1)}}, "#/anchors/go_live"),
        ({"options": {"migraton_ordered": True}}, "#/options/migraton_ordered"),
        ({"options": {"migration_ordered": 1}}, "#/options/migration_ordered"),
        ({"options": {"key_person_coverage_percent": True}}, "#/options/key_person_coverage_percent"),
        ({"options": {"key_person_coverage_percent": 101}}, "#/options/key_person_coverage_percent"),
        ({"parties": {PartySide.supplier: "Skolverktyg AB"}}, "#/parties"),
        ({"parties": {**PARTIES, PartySide.programme: "Centralen"}}, "#/parties"),
        ({"roles": frozenset({"king"})}, "#/roles/king"),
    ],
)
def test_a_choice_that_the_template_does_not_offer_names_its_place(wrong: dict[str, object], pointer: str) -> None:
    with pytest.raises(ChoicesInvalid) as caught:
        draw(TEMPLATE, choices(**wrong))  # type: ignore[arg-type]
    assert [error.pointer for error in caught.value.errors] == [pointer]


def test_remarks_name_long_windows_doubtful_rows_and_open_decisions() -> None:
    made = choices()
    found = {(r.code, r.source_ref) for r in remarks(draw(TEMPLATE, made), made, date(2026, 11, 21))}
    assert {("window_exceeds_effort", "HAN-P2"), ("window_exceeds_effort", "HAN-P5")} <= found
    assert {("source_uncertain", "HAN-A2.06"), ("source_uncertain", "HAN-A2.08")} <= found
    assert {("tentative_window", "HAN-A4.02"), ("decision_needed", "HAN-A4.02")} <= found
    assert ("not_enabled", "HAN-A3.03") in found
    assert not {code for code, _ in found} & {"starts_in_past", "no_supplier"}


def test_a_plan_in_the_past_without_supplier_is_remarked() -> None:
    made = choices(parties={PartySide.customer: "Björkby kommun"})
    found = {remark.code for remark in remarks(draw(TEMPLATE, made), made, date(2027, 5, 1))}
    assert {"starts_in_past", "no_supplier"} <= found


def test_roles_without_holder_are_listed_and_the_suppliers_only_with_a_supplier() -> None:
    alone = choices(parties={PartySide.customer: "Björkby kommun"}, roles=frozenset({"customer_project_leader"}))
    together = choices()
    assert {role.source_ref for role in missing_roles(draw(TEMPLATE, alone), alone)} == {"HAN-R8", "HAN-R9", "HAN-R10"}
    assert len(missing_roles(draw(TEMPLATE, together), together)) == 10
