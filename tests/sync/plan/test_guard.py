"""The guard alone: each rule passes what it shall and stops what it shall, and says so in words."""

from typing import Any

import pytest

from services.sync.guarding.words import KINDS, REASONS, told
from services.sync.plan.entities import BY_KIND
from services.sync.plan.guard import LEVELS, Facts, is_releasable, judge
from services.sync.plan.policy import DEFAULTS, GuardPolicy, Limit

UNIT = "01979f3a-8a40-7d11-8c55-0d7e6f1a2b33"
OTHER = "01979f3a-8a40-7d11-8c55-0d7e6f1a2b34"


def row(created: int = 0, changed: int = 0, ended: int = 0, unchanged: int = 0, **more: Any) -> dict[str, Any]:
    return {"created": created, "changed": changed, "ended": ended, "unchanged": unchanged, **more}


def facts(**more: Any) -> Facts:
    numbers: dict[str, Any] = {"totals": {"person": row(unchanged=1000)}, "units": [], "files": []} | more
    return Facts(**numbers)


def codes(found: Facts, policy: GuardPolicy | None = None) -> dict[str, str]:
    return {reason["code"]: reason["level"] for reason in judge(found, policy)[1]}


def test_an_ordinary_day_is_clear() -> None:
    ordinary = facts(totals={"person": row(5, 8, 4, 983), "enrolment": row(5, 2, 4, 700)})
    assert judge(ordinary) == ("clear", [])


@pytest.mark.parametrize(
    ("passing", "stopped", "code"),
    [
        ({"person": row(0, 0, 50, 950)}, {"person": row(0, 0, 51, 949)}, "ends_many"),
        ({"person": row(0, 0, 500, 99_500)}, {"person": row(0, 0, 501, 99_499)}, "ends_many"),
        ({"person": row(0, 0, 10, 90)}, {"person": row(0, 0, 11, 89)}, "ends_many"),
        ({"person": row(0, 0, 50, 50)}, {"person": row(0, 0, 51, 49)}, "ends_most"),
        ({"person": row(0, 50, 0, 50)}, {"person": row(0, 51, 0, 49)}, "changes_many"),
        ({"person": row(50, 0, 0, 100)}, {"person": row(51, 0, 0, 100)}, "creates_many"),
        ({"person": row(900, 0, 0, 0)}, {"duty": row(0, 0, 3, 0)}, "kind_emptied"),
    ],
)
def test_a_limit_lets_through_what_lies_on_it_and_nothing_more(passing: Any, stopped: Any, code: str) -> None:
    assert code not in codes(facts(totals=passing))
    assert code in codes(facts(totals=stopped))


def test_as_many_new_as_gone_are_judged_by_those_who_go() -> None:
    exchanged = facts(totals={"person": row(600, 0, 600, 400)})
    assert judge(exchanged)[0] == "held"
    assert "ends_most" in codes(exchanged)


def test_a_school_or_a_role_that_empties_is_looked_at_however_small() -> None:
    units = [row(0, 0, 1, 0, kind="duty", unit_id=UNIT), row(0, 0, 1, 5, kind="duty", unit_id=UNIT)]
    parts = [row(0, 0, 1, 0, kind="duty", part="principal", unit_id=None)]
    found = facts(units=units, parts=parts)
    assert codes(found) == {"unit_emptied": "second_person", "part_emptied": "second_person"}
    replaced = facts(parts=[row(1, 0, 1, 0, kind="duty", part="principal", unit_id=None)])
    assert codes(replaced) == {}


def test_many_at_one_unit_are_seen_though_they_are_few_in_all() -> None:
    found = facts(units=[row(0, 0, 7, 20, kind="enrolment", unit_id=UNIT)])
    assert codes(found) == {"ends_many_at_unit": "second_person"}
    assert codes(facts(units=[row(0, 0, 6, 20, kind="enrolment", unit_id=UNIT)])) == {}


@pytest.mark.parametrize(
    ("passing", "stopped", "code"),
    [
        (row(0, 60, 0, 40), row(0, 61, 0, 39), "changes_many_at_unit"),
        (row(0, 25, 0, 5), row(0, 26, 0, 4), "changes_many_at_unit"),
        (row(90, 0, 0, 100), row(91, 0, 0, 100), "creates_many_at_unit"),
        (row(90, 0, 0, 0), row(41, 0, 0, 1), "creates_many_at_unit"),
    ],
)
def test_many_changes_and_newcomers_at_one_unit_are_seen_too(passing: Any, stopped: Any, code: str) -> None:
    at = {"kind": "person", "unit_id": UNIT}
    assert codes(facts(units=[passing | at])) == {}
    assert codes(facts(units=[stopped | at])) == {code: "second_person"}
    whole = {"person": row(600, 600, 0, 400)}
    assert not {code for code in codes(facts(totals=whole, units=[stopped | at])) if code.endswith("_at_unit")}


def test_new_ids_at_one_unit_are_seen_though_they_are_few_in_all() -> None:
    units = [row(unchanged=60, kind="person", unit_id=UNIT)]
    assert codes(facts(units=units, moved=6, moved_at={UNIT: 6})) == {}
    assert codes(facts(units=units, moved=7, moved_at={UNIT: 7})) == {"moves_many_at_unit": "second_person"}
    assert set(codes(facts(units=units, moved=11, moved_at={UNIT: 11}))) == {"moves_many"}


def test_places_in_groups_that_end_by_themselves_are_few_or_looked_at() -> None:
    """A file that lost its last rows looks like that, however small the town or large the country."""
    for let_go, base, is_seen in ((3, 100, False), (4, 100, True), (17, 119, True), (200, 400_000, False)):
        found = facts(totals={"membership": row(0, 0, let_go, base - let_go)}, let_go=let_go)
        assert ("lets_go_many" in codes(found)) is is_seen, (let_go, base)
    assert "lets_go_many" in codes(facts(totals={"membership": row(0, 0, 201, 400_000)}, let_go=201))
    assert codes(facts(totals={"membership": row(0, 0, 20, 180)}, let_go=0)) == {}, "what leavers leave explains itself"


def test_what_several_limits_see_in_the_same_rows_is_said_once() -> None:
    units = [row(0, 0, 30, 0, kind="enrolment", unit_id=UNIT), row(0, 0, 40, 60, kind="enrolment", unit_id=OTHER)]
    parts = [
        row(0, 0, 30, 0, kind="enrolment", part="preschool", unit_id=None),
        row(0, 0, 30, 0, kind="enrolment", part="preschool", unit_id=UNIT),
        row(0, 0, 40, 100, kind="enrolment", part="compulsory", unit_id=None),
        row(0, 0, 40, 40, kind="enrolment", part="compulsory", unit_id=OTHER),
    ]
    said = [(one["code"], one.get("part"), one.get("unitId")) for one in judge(facts(units=units, parts=parts))[1]]
    assert said == [
        ("unit_emptied", None, UNIT),
        ("part_emptied", "preschool", None),
        ("ends_many_at_unit", None, OTHER),
        ("ends_many_in_part", "compulsory", None),
        ("ends_many_in_part", "compulsory", OTHER),
    ]


def test_a_part_is_told_in_words_and_with_its_unit() -> None:
    reason = {"code": "ends_many_in_part", "kind": "enrolment", "part": "upper_secondary", "count": 3, "base": 9}
    assert told(reason, {}, "sv")[0] == "3 av 9 inskrivningar (gymnasieskola) skulle avslutas"
    at_unit = told(reason | {"unitId": UNIT}, {UNIT: "Björkskolan"}, "en")[0]
    assert at_unit == "At Björkskolan: 3 of 9 enrolments (upper secondary school) would end"


def test_a_unit_that_ends_takes_two_persons() -> None:
    assert codes(facts(units=[row(0, 0, 1, 0, kind="unit", unit_id=UNIT)])) == {"unit_ends": "second_person"}


def test_a_slow_drip_is_seen_over_weeks_though_each_day_is_clear() -> None:
    day = {"person": row(0, 0, 4, 996)}
    assert judge(facts(totals=day))[0] == "clear"
    assert codes(facts(totals=day, drip={"drip_week": {"person": 80}})) == {}
    assert codes(facts(totals=day, drip={"drip_week": {"person": 87}})) == {"drip_week": "second_person"}
    nothing_now = facts(drip={"drip_week": {"person": 500}})
    assert judge(nothing_now)[0] == "clear"


@pytest.mark.parametrize(
    ("said", "code", "verdict"),
    [
        ({"doubtful": 11}, "identities_doubtful", "held"),
        ({"moved": 11}, "moves_many", "second_person"),
        ({"lifted": 1}, "lifts_protection", "second_person"),
        ({"taken_over": 1}, "takes_over", "second_person"),
        ({"fields": {"familyName": 501}}, "field_changed_most", "held"),
        ({"revived": {"person": 51}}, "revives_many", "second_person"),
        ({"is_older": True}, "older_delivery", "second_person"),
        ({"cut_short": ["users.csv"]}, "file_cut_short", "held"),
        ({"duplicates": [{"kind": "duty", "count": 6, "base": 1000}]}, "duplicates_many", "held"),
        ({"unfetched": ["duty"]}, "incomplete_fetch", "clear"),
        ({"waiting": 2}, "case_waits", "clear"),
        ({"vanished": [{"kind": "person", "part": "email", "count": 90, "base": 100}]}, "field_vanished", "clear"),
    ],
)
def test_each_doubt_has_its_verdict(said: dict[str, Any], code: str, verdict: str) -> None:
    given, reasons = judge(facts(**said))
    assert (given, [reason["code"] for reason in reasons]) == (verdict, [code])
    assert judge(facts())[0] == "clear"


def test_nobody_releases_what_is_not_whole_and_two_may_release_the_rest() -> None:
    cut = facts(files=[{"name": "users.csv", "rows": 5, "bad_rows": 0, "is_complete": False}])
    assert not is_releasable(judge(cut)[1])
    assert is_releasable(judge(facts(totals={"person": row(0, 0, 900, 100)}))[1])


def test_a_year_that_turns_outside_the_declared_days_is_held_and_inside_it_is_explained() -> None:
    enrolments = {"person": row(unchanged=900), "enrolment": row(0, 800, 0, 100)}
    assert codes(facts(totals=enrolments, promoted=800))["year_roll_undeclared"] == "held"
    explained = {"person": row(unchanged=900), "enrolment": row(0, 0, 0, 100, explained=800)}
    inside = facts(totals=explained, promoted=800, unmatched_classes=0, classes=30)
    assert codes(inside) == {"year_roll": "note"}
    torn = facts(totals=explained, promoted=800, unmatched_classes=9, classes=30)
    assert codes(torn)["class_unmatched"] == "second_person"


def test_the_customers_own_limit_takes_the_place_of_the_default() -> None:
    policy = GuardPolicy({"ends_many": {"person": Limit(0.01, 2)}})
    found = facts(totals={"person": row(0, 0, 11, 989)})
    assert codes(found) == {}
    assert codes(found, policy) == {"ends_many": "second_person"}


def test_every_reason_is_told_in_every_language_with_its_numbers() -> None:
    assert set(REASONS) == set(LEVELS)
    assert set(KINDS) == set(BY_KIND)
    assert set(DEFAULTS) <= set(LEVELS)
    reason = {"code": "ends_many_at_unit", "kind": "enrolment", "unitId": UNIT, "count": 31, "base": 120}
    said = {lang: told(reason, {UNIT: "Björkskolan"}, lang) for lang in ("sv", "en", "da")}
    assert said["sv"][0] == "Vid Björkskolan skulle 31 av 120 inskrivningar avslutas"
    assert said["en"][0] == "At Björkskolan, 31 of 120 enrolments would end"
    assert len({mend for _, mend in said.values()}) == 3
    for code in REASONS:
        message, mend = told({"code": code, "count": 1}, {}, "da")
        assert message
        assert mend
        assert "{" not in message + mend


def test_a_policy_is_looser_when_anything_could_pass_that_could_not() -> None:
    default = GuardPolicy()
    assert not GuardPolicy({"ends_many": {"person": Limit(0.01, 2, 100)}}).is_looser_than(default)
    assert GuardPolicy({"ends_many": {"person": Limit(0.01, 2)}}).is_looser_than(default), "without an absolute bound"
    assert GuardPolicy({"ends_many": {"*": Limit(0.5, 2, 5)}}).is_looser_than(default)
    assert GuardPolicy(replaces=("gammalt",)).is_looser_than(default)
    assert GuardPolicy.of(GuardPolicy(replaces=("gammalt",)).document()) == GuardPolicy(replaces=("gammalt",))
