"""Plans: proposed, compared, approved, published, mended."""

from typing import Any
from uuid import uuid4

import pytest

from services.training.roster.service import RosterService
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER
from tests.training.proposal.planning_town import (
    PLANS,
    act,
    ask,
    course,
    make,
    post,
    published,
    read,
    room,
    slots,
    solved,
    staff,
    teacher,
)


async def two_schools(training: ServiceUnderTest, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The town and a plan for its twenty teachers: two sessions of ten."""
    town = await staff(training, [8, 12], trainers=3)
    basics, sal = await course(training), await room(training)
    trainers = [str(who) for who in town["trainers"]]
    asked = {"courseIds": [basics], "slots": slots(6), "roomIds": [sal], "trainerIds": trainers}
    return town | {"course": basics, "room": sal}, await ask(training, **asked | more)


async def test_a_plan_seats_everybody_and_becomes_sessions(training: ServiceUnderTest) -> None:
    town, plan = await two_schools(training)
    numbers = [plan[name] for name in ("state", "sessions", "bound", "people", "leftOut")]
    assert numbers == ["proposed", 2, 2, 20, 0]
    assert len(plan["inputHash"]) == 64
    diff = await read(training, f"{PLANS}/{plan['id']}/diff")
    assert (diff["added"], diff["seated"], diff["cancelled"], diff["moves"]) == (2, 20, 0, [])
    assert (await act(training, plan, "publications")).json()["type"].endswith("plan-not-open")
    done = await published(training, plan)
    assert done["state"] == "published"
    sessions = (await read(training, "/training/v1/sessions"))["items"]
    assert [(each["taken"], each["place"]) for each in sessions] == [(10, "Sal 1"), (10, "Sal 1")]
    assert all(len(each["trainers"]) == 2 and each["decidesAt"] < each["startsAt"] for each in sessions)
    assert {who["personId"] for each in sessions for who in each["trainers"]} <= {str(who) for who in town["trainers"]}
    assert (await act(training, done, "publications")).status_code == 409
    again = await ask(training, courseIds=[town["course"]], slots=slots(6), parallel=1)
    assert (again["state"], again["sessions"], again["people"]) == ("proposed", 0, 0)
    journal = await read(training, "/training/v1/journal-entries?limit=200")
    assert {f"plan.{verb}" for verb in ("create", "propose", "approve", "publish")} <= {
        each["action"] for each in journal["items"]
    }


async def test_only_a_leader_approves_and_only_what_was_seen(training: ServiceUnderTest) -> None:
    _, plan = await two_schools(training)
    url, seen = f"{PLANS}/{plan['id']}/approvals", {"If-Match": f'"{plan["version"]}"'}
    for roles, status in ((("trainer@*",), 403), (("unit_head@*",), 403), (("approver@*",), 403)):
        assert (await training.client.post(url, headers=training.as_(*roles) | seen)).status_code == status
    assert (await training.client.post(url, headers=training.as_(LEADER))).status_code == 428
    assert (await training.client.post(url, headers=training.as_(LEADER) | {"If-Match": '"1"'})).status_code == 412
    shown = await training.client.get(f"{PLANS}/{plan['id']}", headers=training.as_("trainer@*"))
    allowed = {each["action"]: each["allowed"] for each in shown.json()["allowedActions"]}
    assert allowed == {"approve": False, "publish": False, "replan": False, "withdraw": True}
    assert (await act(training, plan, "withdrawals")).json()["state"] == "withdrawn"
    assert (await act(training, plan | {"version": plan["version"] + 1}, "approvals")).status_code == 409


async def test_a_plan_whose_input_moved_is_refused_and_says_what_moved(training: ServiceUnderTest) -> None:
    town, plan = await two_schools(training)

    async def moved(action: str = "approvals") -> Any:
        answer = await act(training, plan, action)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "plan-moved")
        return answer.json()["moved"]

    cap = await make(training, "absence-caps", {"percent": 99})
    assert await moved() == ["units"]
    gone = training.as_(LEADER) | {"If-Match": '"1"'}
    assert (await training.client.delete(f"/training/v1/absence-caps/{cap}", headers=gone)).status_code == 204
    plan = (await act(training, plan, "approvals")).json()
    async with training.database.transaction(training.tenant) as session:
        await RosterService(session).take_in(teacher(new_id(), town["units"][0]), 2)
    assert await moved("publications") == ["people", "units"]
    assert (await read(training, "/training/v1/sessions"))["items"] == []


async def test_a_sick_trainer_moves_nobody_while_another_is_free(training: ServiceUnderTest) -> None:
    _, plan = await two_schools(training)
    done = await published(training, plan)
    first = (await read(training, f"{PLANS}/{plan['id']}/sessions"))["items"][0]
    answer = await act(training, done, "replans", {"trainers": [{"id": first["trainerId"]}]})
    assert answer.status_code == 202
    mended = await solved(training, answer.json()["id"])
    diff = await read(training, f"{PLANS}/{mended['id']}/diff")
    assert (diff["cancelled"], diff["added"], diff["moved"], diff["released"]) == (0, 0, 0, 0)
    assert diff["changed"] >= 1
    await published(training, mended)
    sessions = (await read(training, "/training/v1/sessions"))["items"]
    assert [each["taken"] for each in sessions] == [10, 10]
    holders = {who["personId"] for each in sessions for who in each["trainers"]}
    assert first["trainerId"] not in holders
    assert (await act(training, done, "replans", {})).json()["type"].endswith("plan-not-open")


async def test_a_lost_room_moves_its_people_into_a_later_session(training: ServiceUnderTest) -> None:
    town, plan = await two_schools(training)
    done = await published(training, plan)
    lost = (await read(training, f"{PLANS}/{plan['id']}/sessions"))["items"][0]
    body = {"rooms": [{"id": town["room"], "startsAt": lost["startsAt"], "endsAt": lost["endsAt"]}], "catchUp": True}
    mended = await solved(training, (await act(training, done, "replans", body)).json()["id"])
    diff = await read(training, f"{PLANS}/{mended['id']}/diff")
    assert (diff["cancelled"], diff["added"], diff["kept"], diff["moved"], diff["released"]) == (1, 1, 1, 10, 0)
    await published(training, mended)
    sessions = (await read(training, "/training/v1/sessions"))["items"]
    assert sorted((each["state"], each["taken"]) for each in sessions) == [
        ("cancelled", 0), ("planned", 10), ("planned", 10),
    ]  # fmt: skip


async def test_who_left_is_released_and_who_started_gets_the_seat(training: ServiceUnderTest) -> None:
    town, plan = await two_schools(training)
    done = await published(training, plan)
    leaver, starter = town["people"][0][0], new_id()
    lines = [line.model_copy(update={"version": 2}) for line in teacher(starter, town["units"][0])]
    gone = [teacher(leaver, town["units"][0])[0].model_copy(update={"op": "end", "version": 2})]
    async with training.database.transaction(training.tenant) as session:
        await RosterService(session).take_in([*lines, *gone], 2)
    mended = await solved(training, (await act(training, done, "replans", {})).json()["id"])
    diff = await read(training, f"{PLANS}/{mended['id']}/diff")
    assert (diff["kept"], diff["moved"], diff["released"], diff["seated"]) == (2, 0, 1, 1)
    assert diff["moves"][0]["personId"] == str(leaver)
    await published(training, mended)
    assert [each["taken"] for each in (await read(training, "/training/v1/sessions"))["items"]] == [10, 10]


async def test_what_cannot_be_planned_is_named_and_priced(training: ServiceUnderTest) -> None:
    await staff(training, [12])
    await make(training, "absence-caps", {"percent": 40})
    basics = await course(training, 8, 12)
    plan = await ask(training, courseIds=[basics], slots=slots(8), parallel=1)
    assert plan["state"] == "refused"
    problems = await read(training, f"{PLANS}/{plan['id']}/problems")
    [conflict] = problems["conflicts"]
    assert (problems["reason"], conflict["rules"]) == ("infeasible", ["min_size", "cap"])
    assert conflict["text"] == (
        "Of 12 people (all) at most 4 can meet at once, and a session needs 8. Giving up one of these rules is enough:"
        " the least size of a session, how many of a unit may be away at once."
    )
    ways = {(each["kind"], each["amount"]): each["sessions"] for each in problems["relaxations"]}
    assert (ways["smaller_sessions", 6], ways["smaller_sessions", 4]) == (None, 3), "as few as can meet, too"
    assert ways["higher_caps", 5] is None
    assert ways["extra_slots", 1] is None
    assert (await act(training, plan, "approvals")).status_code == 409


async def test_people_who_cannot_come_are_told_of_and_the_others_planned(training: ServiceUnderTest) -> None:
    town = await staff(training, [6])
    away = {"subject": "person", "subjectId": str(town["people"][0][0]), "kind": "busy"}
    await make(training, "availabilities", away | {"startsOn": "2026-01-01", "endsOn": "2028-01-01"})
    plan = await ask(training, courseIds=[await course(training)], slots=slots(3), parallel=1)
    assert (plan["state"], plan["people"], plan["leftOut"]) == ("proposed", 5, 1)
    assert (await act(training, plan, "approvals")).status_code == 201


async def test_each_has_a_choice_of_dates_and_key_persons_go_first(training: ServiceUnderTest) -> None:
    town = await staff(training, [12, 12])
    keys = [str(people[0]) for people in town["people"]] + [str(people[1]) for people in town["people"]]
    for unit, people in zip(town["units"], town["people"], strict=True):
        for who in people[:2]:
            await make(training, "appointments", {"personId": str(who), "unitId": str(unit)})
    basics = await course(training, 4, 10)
    plan = await ask(training, courseIds=[basics], slots=slots(6), parallel=2, choices=3, choicesPer="person")
    assert plan["state"] == "proposed"
    choices = (await read(training, f"{PLANS}/{plan['id']}/date-choices?limit=100"))["items"]
    assert len(choices) == 24
    assert min(len({at[:10] for at in each["startsAt"]}) for each in choices) >= 3
    first = {each["personId"]: each["startsAt"][0] for each in choices}
    assert max(first[who] for who in keys) < min(first[who] for who in first if who not in keys)
    assert (await act(training, plan, "approvals")).status_code == 201


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"slots": []}, 422),
        ({"slots": [slots(1)[0], slots(1)[0]]}, 422),
        ({"slots": [{"startsAt": "2027-01-01T10:00:00Z", "endsAt": "2027-01-01T09:00:00Z"}]}, 422),
        ({"zone": "Mars/Olympus"}, 422),
        ({"courseIds": [str(uuid4())]}, 422),
        ({"roomIds": [str(uuid4())]}, 422),
        ({"trainerIds": [str(uuid4())]}, 422),
        ({"unitIds": [str(uuid4())]}, 422),
        ({"choices": -1}, 422),
        ({"seconds": 10_000}, 422),
    ],
)
async def test_a_question_without_sense_is_refused(training: ServiceUnderTest, change: Any, code: int) -> None:
    asked = {"name": "Plan", "courseIds": [await course(training)], "slots": slots(2)}
    assert (await post(training, "plans", asked | change)).status_code == code


async def test_a_calendar_over_a_change_of_the_clocks_keeps_local_hours(training: ServiceUnderTest) -> None:
    hours = [{"fromTime": "09:00", "toTime": "12:00"}]
    body = {"startsOn": "2027-03-27", "endsOn": "2027-03-29", "weekdays": [6, 7, 1], "hours": hours}
    await staff(training, [15])
    plan = await ask(training, courseIds=[await course(training, 5, 5)], calendar=body, parallel=1)
    starts = [each["startsAt"] for each in (await read(training, f"{PLANS}/{plan['id']}/sessions"))["items"]]
    assert sorted(starts) == ["2027-03-27T08:00:00Z", "2027-03-28T07:00:00Z", "2027-03-29T07:00:00Z"]
    night = body | {"hours": [{"fromTime": "02:30", "toTime": "03:30"}]}
    refused = await post(training, "plans", {"name": "P", "courseIds": [plan["courseIds"][0]], "calendar": night})
    assert refused.status_code == 422
    assert "2027-03-28" in refused.text
