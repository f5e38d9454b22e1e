"""The shipped templates: complete against the requirements, consistent, and never changed after publication."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from services.projects.plan.vocabulary import PartySide
from services.projects.template.catalogue import DATA, PublishedTemplateChanged, load, numbers, shipped
from services.projects.template.consistency import TemplateInconsistent, check
from services.projects.template.definition import Template
from services.projects.template.errors import TemplateNotFound

SWEDISH = ("sv-supplier-5-phase", "1.0.0")

# Written out here on purpose, from requirements 1.1 and not from the template: phase, number of activities, gate.
PHASES = {
    "HAN-P1": (10, "HAN-M1"),
    "HAN-P2": (9, "HAN-M2"),
    "HAN-P3": (6, "HAN-M3"),
    "HAN-P4": (3, "HAN-M4"),
    "HAN-P5": (4, "HAN-M5"),
}
# Side and month offsets of each row: S supplier, C customer, J joint.
ROWS = """
1.01 S 0 0|1.02 J 0 0|1.03 C 0 0|1.04 C 0 0|1.05 J 0 0|1.06 J 0 0|1.07 J 0 0|1.08 S 0 0|1.09 C 0 0|1.10 C 0 0
2.01 S 0 1|2.02 S 0 0|2.03 S 0 1|2.04 S 0 1|2.05 J 1 2|2.06 J 0 1|2.07 C 1 1|2.08 S 1 2|2.09 C 1 1
3.01 S 1 2|3.02 J 1 2|3.03 S 2 5|3.04 S 1 2|3.05 C 2 3|3.06 S 1 3
4.01 S 3 5|4.02 S 5 5|4.03 C 3 5
5.01 S 6 9|5.02 S 6 9|5.03 S 6 9|5.04 J 6 9
"""
SIDES = {"S": PartySide.supplier, "C": PartySide.customer, "J": PartySide.joint}


@pytest.fixture(scope="module")
def template() -> Template:
    return shipped().get(*SWEDISH)


def expected_ids() -> set[str]:
    activities = {f"HAN-A{row.split()[0]}" for row in re.split(r"[|\n]", ROWS) if row.strip()}
    assert len(activities) == 32
    counted = {"G": 3, "S": 3, "R": 10}
    rest = {f"HAN-{letter}{n}" for letter, count in counted.items() for n in range(1, count + 1)}
    risks = {f"HAN-K{n:02}" for n in range(1, 18)}
    return activities | rest | risks | set(PHASES) | {gate for _, gate in PHASES.values()}


def test_every_row_of_the_source_is_carried_once(template: Template) -> None:
    refs = template.source_refs()
    assert len(refs) == len(set(refs))
    assert set(refs) == expected_ids()


def test_each_phase_has_its_activities_and_ends_in_its_gate(template: Template) -> None:
    for phase in template.phases:
        count, gate = PHASES[str(phase.source_ref)]
        assert sum(activity.phase == phase.key for activity in template.activities) == count
        assert [g.source_ref for g in template.gates if g.phase == phase.key] == [gate]


def test_sides_and_months_are_those_of_the_source(template: Template) -> None:
    found = {activity.source_ref: activity for activity in template.activities}
    for row in filter(str.strip, re.split(r"[|\n]", ROWS)):
        number, side, first, last = row.split()
        activity = found[f"HAN-A{number}"]
        assert activity.side is SIDES[side], activity.source_ref
        assert activity.window is not None
        assert (activity.window.first.amount, activity.window.last.amount) == (int(first), int(last)), number


def test_stated_durations_add_up_to_19_to_23_weeks(template: Template) -> None:
    weeks = [phase.nominal_weeks for phase in template.phases if phase.nominal_weeks is not None]
    assert (sum(least for least, _ in weeks), sum(most for _, most in weeks)) == (19, 23)


def test_the_option_the_tentative_row_and_the_uncertain_rows_are_marked(template: Template) -> None:
    optional = {a.source_ref for a in template.activities if a.enabled_if == "migration_ordered"}
    tentative = {a.source_ref for a in template.activities if a.window and a.window.tentative}
    uncertain = {a.source_ref for a in template.activities if a.source_uncertain}
    waiting = {a.source_ref for a in template.activities if a.needs_decision}
    assert optional == {"HAN-A2.05", "HAN-A3.03"}
    assert tentative == waiting == {"HAN-A4.02"}
    assert uncertain == {"HAN-A2.06", "HAN-A2.08"}


def test_no_activity_is_put_into_a_sub_project_since_the_source_puts_none(template: Template) -> None:
    assert {activity.track for activity in template.activities} == {None}


def test_no_party_of_the_source_is_named() -> None:
    for path in DATA.glob("*.yaml"):
        words = path.read_text().lower()
        assert not [name for name in ("haninge", "unikum", "ubf") if name in words]


def test_every_text_differs_between_its_languages_and_is_not_empty(template: Template) -> None:
    titles = [row.title for row in (*template.activities,)] + [row.title for row in (*template.gates,)]
    assert all(text.sv.strip() and text.en.strip() and text.sv != text.en for text in titles)


def test_a_changed_file_of_a_published_version_is_refused(tmp_path: Path) -> None:
    for path in DATA.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    load(tmp_path)
    changed = tmp_path / "sv-supplier-5-phase-1.0.0.yaml"
    changed.write_text(changed.read_text().replace("default: 80", "default: 1"))
    with pytest.raises(PublishedTemplateChanged, match="has SHA-256"):
        load(tmp_path)


def test_a_template_that_is_not_there_is_named_in_the_problem() -> None:
    with pytest.raises(TemplateNotFound, match=r"sv-supplier-5-phase version 9.9.9"):
        shipped().get("sv-supplier-5-phase", "9.9.9")


def test_versions_compare_as_numbers() -> None:
    assert numbers("1.10.0") > numbers("1.9.9")


def raw() -> dict[str, object]:
    document: dict[str, object] = yaml.safe_load((DATA / "sv-supplier-5-phase-1.0.0.yaml").read_text())
    return document


def broken(path: str, value: object) -> Template:
    """The shipped template with one place changed, such as activities.0.phase."""
    document = raw()
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: object = document
    for step in way:
        place = place[step]  # type: ignore[index]
    place[last] = value  # type: ignore[index]
    return Template.model_validate(document)


@pytest.mark.parametrize(
    ("path", "value", "finding"),
    [
        ("activities.0.phase", "p9", "unknown phase p9"),
        ("activities.0.track", "nowhere", "unknown track nowhere"),
        ("activities.0.enabled_if", "roster_max_age_days", "no bool option"),
        ("activities.1.source_ref", "HAN-A1.01", "HAN-A1.01 appears 2 times"),
        ("activities.0.window.first", "go_live", "unknown anchor go_live"),
        ("activities.0.window.last", "start_month-1m", "ends before it starts"),
        ("activities.0.title.sv", "Hej {kommun}", "unknown variable kommun"),
        ("gates.0.phase", "p2", "closed by 2 gates"),
        ("gates.0.criteria.0.activity", "HAN-A9.99", "unknown activity HAN-A9.99"),
        ("gates.2.criteria.0.max_age_days", {"option": "migration_ordered"}, "needs the integer option"),
        ("gates.2.criteria.1.key", "roster-applied", "2 criteria roster-applied"),
    ],
)
def test_a_template_that_contradicts_itself_is_refused(path: str, value: object, finding: str) -> None:
    with pytest.raises(TemplateInconsistent) as caught:
        check(broken(path, value))
    assert any(finding in sentence for sentence in caught.value.args)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("activities.0.sied", "supplier"),
        ("activities.0.side", "everybody"),
        ("activities.0.window.precision", "fortnight"),
        ("gates.0.criteria", []),
        ("gates.0.criteria.0.kind", "somebody_says_so"),
        ("version", "one"),
    ],
)
def test_a_template_outside_the_format_is_refused(path: str, value: object) -> None:
    with pytest.raises(ValidationError):
        broken(path, value)
