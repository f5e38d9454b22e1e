"""The checker accepts what the solver answers, and names each rule that a plan breaks."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from services.training.planning.facts import Facts, Plan
from tests.training.planning.small_town import broken, facts_of, person, planned, span, towns, unit


def test_every_answer_of_the_solver_keeps_every_rule_and_many_towns_have_one() -> None:
    verdicts = Counter[str]()

    @settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(towns())
    def look(facts: Facts) -> None:
        verdict, plan = planned(facts, seconds=5)
        verdicts[verdict] += 1
        if verdict == "solved":
            assert broken(facts, plan) == set()

    look()
    assert verdicts["solved"] >= 8, verdicts


def town() -> tuple[Facts, Plan]:
    """Two schools with a key person each and a course after another; planned."""
    people = {f"a{number}": person("A", needs=2) for number in range(5)} | {
        f"b{number}": person("B", needs=1) for number in range(4)
    }
    people |= {"ka": person("A", key_at=("A",)), "kb": person("B", key_at=("B",), busy=[span(7)])}
    facts = facts_of(people, {"A": unit(), "B": unit()}, courses=2, key_first=True, choices=2)
    facts["rooms"]["room"]["windows"]["busy"] = [span(6)]
    facts["trainers"]["Cy"]["windows"]["busy"] = [span(6)]
    verdict, plan = planned(facts)
    assert (verdict, broken(facts, plan)) == ("solved", set())
    return facts, plan


def first(plan: Plan, course: int = 0) -> Any:
    return next(each for each in plan["sessions"] if each["course"] == f"course {course}")


def session_of(plan: Plan, who: str, course: int = 0) -> Any:
    return next(each for each in plan["sessions"] if who in each["people"] and each["course"] == f"course {course}")


def too_small(facts: Facts, plan: Plan) -> None:
    facts["courses"][0]["low"] = 6


def too_large(facts: Facts, plan: Plan) -> None:
    facts["courses"][0]["high"] = 1


def closed(facts: Facts, plan: Plan) -> None:
    facts["everybody"]["busy"] = [span(first(plan)["slot"])]


def without_room(facts: Facts, plan: Plan) -> None:
    first(plan)["room"] = None


def in_a_busy_room(facts: Facts, plan: Plan) -> None:
    session = first(plan)
    session["room"], session["slot"] = "room", 6


def in_a_small_room(facts: Facts, plan: Plan) -> None:
    facts["rooms"][first(plan)["room"]]["seats"] = 1


def without_trainer(facts: Facts, plan: Plan) -> None:
    first(plan)["trainer"] = None


def with_a_busy_trainer(facts: Facts, plan: Plan) -> None:
    facts["trainers"][first(plan)["trainer"]]["windows"]["busy"] = [span(first(plan)["slot"])]


def with_a_stranger(facts: Facts, plan: Plan) -> None:
    first(plan)["backup"] = "Dee"


def with_a_trainer_outside_free_hours(facts: Facts, plan: Plan) -> None:
    facts["trainers"][first(plan)["trainer"]]["windows"]["free"] = []


def two_in_one_room(facts: Facts, plan: Plan) -> None:
    plan["sessions"].append(first(plan) | {"people": [], "trainer": "Cy", "backup": None})


def with_one_trainer_twice(facts: Facts, plan: Plan) -> None:
    first(plan)["backup"] = first(plan)["trainer"]


def more_at_once(facts: Facts, plan: Plan) -> None:
    plan["sessions"] += [first(plan) | {"people": [], "room": None, "trainer": None, "backup": None}] * 2


def of_somebody_without_need(facts: Facts, plan: Plan) -> None:
    facts["people"]["b0"]["needs"] = []


def of_a_stranger(facts: Facts, plan: Plan) -> None:
    del facts["people"]["b0"]


def of_somebody_busy(facts: Facts, plan: Plan) -> None:
    facts["people"]["a0"]["windows"]["busy"] = [span(session_of(plan, "a0")["slot"])]


def in_a_break_of_the_unit(facts: Facts, plan: Plan) -> None:
    facts["units"]["A"]["windows"]["busy"] = [span(session_of(plan, "a0")["slot"])]


def after_going_live(facts: Facts, plan: Plan) -> None:
    facts["units"]["B"]["goes_live"] = span(0)[0]


def of_another_form(facts: Facts, plan: Plan) -> None:
    facts["rules"]["by_form"] = True


def seated_twice(facts: Facts, plan: Plan) -> None:
    plan["sessions"].append(first(plan) | {"slot": 7, "people": ["a0", "a1"], "id": "x"})


def at_two_places(facts: Facts, plan: Plan) -> None:
    session_of(plan, "a0")["slot"] = session_of(plan, "a0", 1)["slot"]


def with_a_trainer_who_sits_beside_it(facts: Facts, plan: Plan) -> None:
    session = session_of(plan, "a0")
    facts["people"][session["trainer"]] = facts["people"]["a0"]
    session["people"] = [session["trainer"]]


def missing(facts: Facts, plan: Plan) -> None:
    session_of(plan, "b0")["people"].remove("b0")


def left_out(facts: Facts, plan: Plan) -> None:
    missing(facts, plan)
    plan["left"].append({"person": "b0", "course": "course 0"})


def too_many_away(facts: Facts, plan: Plan) -> None:
    facts["units"]["A"]["absent"] = [[*span(session_of(plan, "a0")["slot"]), 3]]


def before_what_it_needs(facts: Facts, plan: Plan) -> None:
    facts["courses"][0]["after"] = ["course 1"]


def colleagues_first(facts: Facts, plan: Plan) -> None:
    for person_facts in facts["people"].values():
        person_facts["key_at"] = []
    late = max((each for each in plan["sessions"] if each["course"] == "course 0"), key=lambda each: each["slot"])
    who = late["people"][0]
    facts["people"][who]["key_at"] = facts["people"][who]["units"]


def too_few_choices(facts: Facts, plan: Plan) -> None:
    facts["rules"]["choices"] = 4


Mutant = Callable[[Facts, Plan], None]
MUTANTS: list[tuple[str, Mutant]] = [
    ("size", too_small),
    ("size", too_large),
    ("closed", closed),
    ("no_room", without_room),
    ("room_busy", in_a_busy_room),
    ("room_small", in_a_small_room),
    ("no_trainer", without_trainer),
    ("trainer_busy", with_a_busy_trainer),
    ("trainer_busy", with_a_stranger),
    ("trainer_busy", with_a_trainer_outside_free_hours),
    ("room_twice", two_in_one_room),
    ("trainer_twice", with_one_trainer_twice),
    ("parallel", more_at_once),
    ("not_needed", of_somebody_without_need),
    ("person_busy", of_somebody_busy),
    ("person_busy", in_a_break_of_the_unit),
    ("person_busy", after_going_live),
    ("other_form", of_another_form),
    ("seated_twice", seated_twice),
    ("two_places", at_two_places),
    ("two_places", with_a_trainer_who_sits_beside_it),
    ("missing", missing),
    ("left_out", left_out),
    ("absence_cap", too_many_away),
    ("prerequisite_later", before_what_it_needs),
    ("key_persons_first", colleagues_first),
    ("choices", too_few_choices),
]


@pytest.fixture(scope="module")
def whole() -> tuple[Facts, Plan]:
    return town()


@pytest.mark.parametrize(("rule", "mutate"), MUTANTS, ids=[mutate.__name__ for _, mutate in MUTANTS])
def test_a_plan_with_one_rule_broken_is_rejected_by_its_name(
    whole: tuple[Facts, Plan], rule: str, mutate: Mutant
) -> None:
    facts, plan = deepcopy(whole)
    mutate(facts, plan)
    assert rule in broken(facts, plan)
