"""Mending keeps what stands, breaks nothing that two losses at once leave, and never puts anybody in two places."""

from copy import deepcopy

from services.training.planning.facts import Facts, HeldFacts, Plan, PlannedSession
from services.training.proposal.tasks import mended
from tests.training.planning.small_town import always, broken, facts_of, person, planned, span, unit


def session(name: str, slot: int, room: str | None, trainer: str | None, people: list[str]) -> PlannedSession:
    return PlannedSession(
        id=name, course="course 0", form="", slot=slot, room=room, trainer=trainer, backup=None, people=people
    )


def held(published: list[PlannedSession], *, is_named: bool = True, **guests: list[str]) -> HeldFacts:
    return HeldFacts(
        named=["rooms", "trainers"] if is_named else [],
        rooms=[each["id"] or "" for each in published if each["room"]],
        trainers=[each["id"] or "" for each in published if each["trainer"]],
        guests=guests,
        seats={each["id"] or "": 5 for each in published},
    )


def two_at_once() -> tuple[Facts, list[PlannedSession]]:
    """Two sessions in the first slot, each with a room and a trainer, of people who can come all week."""
    people = {f"a{number}": person("A") for number in range(4)} | {f"b{number}": person("B") for number in range(4)}
    facts = facts_of(people, {"A": unit(6), "B": unit(6)}, slots=4)
    facts["rules"]["complete"] = False
    published = [
        session("one", 0, "room", "Ann", ["a0", "a1", "a2", "a3"]),
        session("two", 0, "hall", "Bo", ["b0", "b1", "b2", "b3"]),
    ]
    facts["held"] = held(published)
    return facts, published


async def again(facts: Facts, published: list[PlannedSession], *, catch_up: bool = False) -> Plan:
    """The mended plan, which keeps every rule."""
    plan, cancelled, numbers = await mended(facts, published, catch_up=catch_up)
    assert broken(facts, plan) == set()
    assert len(plan["sessions"]) + len(cancelled) >= len(published)
    assert (numbers.bound, numbers.cost, numbers.cost_bound) == (None, None, None), "nothing is known of them"
    return plan


async def test_two_losses_at_once_give_a_plan_that_keeps_every_rule() -> None:
    facts, published = two_at_once()
    facts["rooms"]["room"]["windows"]["busy"] = [span(0)]
    facts["trainers"]["Bo"]["windows"]["busy"] = [span(0)]
    plan = await again(facts, deepcopy(published))
    kept = [(each["id"], each["room"]) for each in plan["sessions"]]
    assert kept == [("two", "hall")], "the one room left stays with the session that has it"
    assert plan["sessions"][0]["trainer"] in {"Ann", "Cy"}
    assert {each["person"] for each in plan["left"]} == {"a0", "a1", "a2"}, "one more fits where the others stay"


async def test_who_steps_in_is_followed_by_somebody_who_steps_in_next() -> None:
    facts, published = two_at_once()
    published[0]["backup"] = "Cy"
    facts["trainers"] |= {who: {"windows": always()} for who in ("Dee", "Eva")}
    facts["trainers"]["Ann"]["windows"]["busy"] = [span(0)]
    plan = await again(facts, published)
    holders = {each["id"]: (each["trainer"], each["backup"]) for each in plan["sessions"]}
    assert holders == {"one": ("Cy", "Dee"), "two": ("Bo", None)}, "who had nobody to step in, gets nobody"


async def test_what_was_left_to_the_leader_stays_as_the_leader_left_it() -> None:
    facts, published = two_at_once()
    facts["rooms"], facts["trainers"] = {"hall": facts["rooms"]["hall"]}, {"Bo": facts["trainers"]["Bo"]}
    published[0]["room"] = published[0]["trainer"] = None
    facts["held"] = held(published, is_named=False)
    plan = await again(facts, deepcopy(published))
    assert plan["sessions"] == published
    stripped = deepcopy(plan)
    stripped["sessions"][1]["room"] = stripped["sessions"][1]["trainer"] = None
    assert broken(facts, stripped) == {"no_room", "no_trainer"}
    facts["trainers"]["Bo"]["windows"]["busy"] = [span(0)]
    assert [each["id"] for each in (await again(facts, deepcopy(published)))["sessions"]] == ["one"]


async def test_a_guest_takes_a_seat_and_leaves_it_to_nobody() -> None:
    facts, published = two_at_once()
    facts["people"] |= {f"new{number}": person("B") for number in range(3)}
    facts["held"] = held(published, one=["guest"])
    plan = await again(facts, published)
    sizes = {each["id"]: len(each["people"]) for each in plan["sessions"]}
    assert (sizes, len(plan["left"])) == ({"one": 4, "two": 5}, 2), "five in each, of whom one is the guest"
    plan["sessions"][0]["people"].append(plan["left"].pop()["person"])
    assert broken(facts, plan) == {"size"}


async def test_a_session_that_has_more_or_fewer_seats_by_hand_keeps_them() -> None:
    facts, published = two_at_once()
    facts["people"] |= {f"new{number}": person("B") for number in range(4)}
    facts["held"] = held(published)
    facts["held"]["seats"] = {"one": 4, "two": 6}
    plan = await again(facts, published)
    sizes = {each["id"]: len(each["people"]) for each in plan["sessions"]}
    assert (sizes, len(plan["left"])) == ({"one": 4, "two": 6}, 2)


async def test_who_needs_a_course_and_holds_it_is_in_one_place_at_a_time() -> None:
    people = {f"a{number}": person("A") for number in range(6)} | {who: person("B") for who in ("Ann", "Bo", "Cy")}
    facts = facts_of(people, {"A": unit(6), "B": unit(6)}, slots=2)
    verdict, plan = planned(facts)
    assert (verdict, broken(facts, plan)) == ("solved", set())
    assert all(each["trainer"] in people for each in plan["sessions"])
    sitting = plan["sessions"][0]["people"]
    holder = next(who for who in ("Ann", "Bo", "Cy") if who not in sitting)
    sitting[0] = plan["sessions"][0]["trainer"] or holder
    assert "two_places" in broken(facts, plan)


async def test_a_trainer_who_steps_in_gives_up_the_seat_of_that_time() -> None:
    facts, published = two_at_once()
    facts["people"]["Cy"] = person("B")
    published[1]["people"][3] = "Cy"
    facts["trainers"]["Ann"]["windows"]["busy"] = [span(0)]
    plan = await again(facts, deepcopy(published))
    assert "one" not in {each["id"] for each in plan["sessions"]}, "Cy sits beside it"
    published[0]["backup"] = "Cy"
    plan = await again(facts, published, catch_up=False)
    assert plan["sessions"][0]["trainer"] == "Cy"
    assert "Cy" in {each["person"] for each in plan["left"]}


async def test_who_has_left_is_missed_in_no_course() -> None:
    facts, published = two_at_once()
    facts["courses"].append(facts["courses"][0] | {"id": "course 1", "after": []})
    published[0]["people"] = ["a0", "a1", "gone"]
    published[1] |= {"course": "course 1", "people": ["b0", "b1", "gone"]}
    for number in range(2):
        facts["people"][f"b{number}"]["needs"] = ["course 1"]
    facts["people"] = {who: facts["people"][who] for who in ("a0", "a1", "b0", "b1")}
    plan = await again(facts, published)
    assert [each["people"] for each in plan["sessions"]] == [["a0", "a1"], ["b0", "b1"]]
