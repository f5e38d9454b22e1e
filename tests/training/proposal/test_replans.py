"""What a leader did by hand to sessions of a plan stands when the plan is mended."""

import asyncio
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from services.training.roster.service import RosterService
from shared.contracts.sync import DutyRole
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, enrol
from tests.training.proposal.planning_town import (
    PLANS,
    act,
    ask,
    course,
    make,
    published,
    read,
    room,
    slots,
    solved,
    staff,
    teacher,
)

SESSIONS = "/training/v1/sessions"
_KEYS = text("SELECT p::text, hashtextextended(p::text, 17) FROM unnest(CAST(:people AS uuid[])) p")
_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_WAITED_FOR = text(
    "SELECT EXISTS (SELECT FROM pg_locks w JOIN pg_locks h USING (database, classid, objid, objsubid)"
    " WHERE NOT w.granted AND h.granted AND h.locktype = 'advisory' AND h.pid = pg_backend_pid())"
)


async def change(training: ServiceUnderTest, session: dict[str, Any], **body: Any) -> None:
    url = f"{SESSIONS}/{session['id']}"
    shown = await training.client.get(url, headers=training.as_(LEADER))
    seen = training.as_(LEADER) | {"If-Match": shown.headers["ETag"]}
    answer = await training.client.patch(url, json=body, headers=seen)
    assert answer.status_code == 200, answer.text


async def mended(
    training: ServiceUnderTest, plan: dict[str, Any], body: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan that mends a published one, and what publishing it changes."""
    answer = await act(training, plan, "replans", body)
    assert answer.status_code == 202, answer.text
    found = await solved(training, answer.json()["id"])
    assert (found["state"], found["bound"], found["cost"], found["costBound"]) == ("proposed", None, None, None)
    return found, await read(training, f"{PLANS}/{found['id']}/diff")


def duties(session: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["personId"], each["duty"]) for each in session["trainers"]]


async def test_rooms_and_trainers_given_by_hand_stay_and_who_is_ill_is_followed_by_who_steps_in(
    training: ServiceUnderTest,
) -> None:
    town = await staff(training, [8, 12], trainers=4)
    basics, sal = await course(training), await room(training)
    done = await published(training, await ask(training, courseIds=[basics], slots=slots(6), parallel=1))
    first, _ = (await read(training, SESSIONS))["items"]
    ill, steps_in, third, elsewhere = (str(who) for who in town["trainers"])
    trainers = [
        {"personId": ill, "duty": "trainer"},
        {"personId": steps_in, "duty": "backup"},
        {"personId": third, "duty": "trainer"},
    ]
    times = {"startsAt": first["startsAt"], "endsAt": first["endsAt"]}
    await change(training, first, trainers=trainers, dates=[times | {"roomId": sal}])

    unknown = {"trainers": [{"id": elsewhere}, {"id": str(uuid4())}], "rooms": [{"id": str(uuid4())}]}
    refused = await act(training, done, "replans", unknown)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == ["#/trainers/1/id", "#/rooms/0/id"]

    nothing, diff = await mended(training, done, {})
    assert (diff["kept"], diff["changed"], diff["cancelled"], diff["moved"]) == (2, 0, 0, 0)
    again = await published(training, nothing)
    assert [duties(each) for each in (await read(training, SESSIONS))["items"]] == [duties({"trainers": trainers}), []]

    mend, diff = await mended(training, again, {"trainers": [{"id": ill}]})
    assert (diff["kept"], diff["changed"], diff["cancelled"], diff["moved"]) == (1, 1, 0, 0)
    await published(training, mend)
    changed, kept = (await read(training, SESSIONS))["items"]
    assert sorted(duties(changed)) == sorted([(steps_in, "trainer"), (third, "trainer")])
    assert (changed["dates"][0]["roomId"], changed["taken"]) == (sal, 10)
    assert (duties(kept), kept["taken"]) == ([], 10)


async def test_a_guest_and_a_seat_more_given_by_hand_stay_and_count(training: ServiceUnderTest) -> None:
    town = await staff(training, [8, 10], trainers=1)
    basics = await course(training)
    done = await published(training, await ask(training, courseIds=[basics], slots=slots(1), parallel=2))
    session = min((await read(training, SESSIONS))["items"], key=lambda each: -each["taken"])
    await change(training, session, capacity=11)
    guest, free = town["trainers"][0], 11 + 10 - 18 - 1
    assert (await enrol(training, session["id"], guest)).status_code == 201
    starters = [new_id() for _ in range(free + 1)]
    lines = [line.model_copy(update={"version": 2}) for who in starters for line in teacher(who, town["units"][0])]
    async with training.database.transaction(training.tenant) as open_:
        await RosterService(open_).take_in(lines, 2)

    mend, diff = await mended(training, done, {})
    assert (diff["moved"], diff["released"], diff["seated"], mend["leftOut"]) == (0, 0, free, 1)
    await published(training, mend)
    assert sorted(each["taken"] for each in (await read(training, SESSIONS))["items"]) == [10, 11]
    people = (await read(training, f"{SESSIONS}/{session['id']}/enrolments?limit=100"))["items"]
    assert str(guest) in {each["personId"] for each in people if each["state"] == "confirmed"}


async def test_nobody_is_planned_or_named_to_hold_a_session_beside_one_that_they_are_in(
    training: ServiceUnderTest,
) -> None:
    town = await staff(training, [7], trainers=0)
    leader = new_id()
    people = town["people"][0]
    asked = {"courseIds": [await course(training, 2, 4)], "slots": slots(2), "parallel": 2}
    trainers = [str(who) for who in people[:3]]
    plan = await ask(training, **asked, trainerIds=trainers)
    assert (plan["state"], plan["people"], plan["leftOut"]) == ("proposed", 7, 0)
    await published(training, plan)
    planned = (await read(training, SESSIONS))["items"]
    for session in planned:
        at_once = [each["id"] for each in planned if each["startsAt"] == session["startsAt"]]
        sitting = {who for each in at_once for who in await _seated(training, each)}
        assert not {who for who, _ in duties(session)} & sitting

    lines = teacher(leader, town["units"][0], DutyRole.school_leader)
    async with training.database.transaction(training.tenant) as open_:
        await RosterService(open_).take_in([line.model_copy(update={"version": 2}) for line in lines], 2)
    session = planned[0]
    sits = sorted(await _seated(training, session["id"]))[0]
    times = {"startsAt": session["startsAt"], "endsAt": session["endsAt"]}
    beside = {"courseId": session["courseId"], "place": "Aulan", "capacity": 2, **times}
    beside["trainers"] = [{"personId": sits, "duty": "backup"}]
    answer = await training.client.post(SESSIONS, json=beside, headers=training.as_(LEADER))
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "trainer-busy")
    assert (answer.json()["sessionId"], answer.json()["personId"]) == (session["id"], sits)
    beside["trainers"] = [{"personId": str(leader), "duty": "backup"}]
    assert await make(training, "sessions", beside)


async def _seated(training: ServiceUnderTest, session: str) -> set[str]:
    people = (await read(training, f"{SESSIONS}/{session}/enrolments?limit=100"))["items"]
    return {each["personId"] for each in people if each["state"] == "confirmed"}


async def test_publishing_waits_for_who_seats_the_same_people_and_not_they_for_it(
    committed: ServiceUnderTest,
) -> None:
    await staff(committed, [20], trainers=0)
    basics = await course(committed)
    plan = await ask(committed, courseIds=[basics], slots=slots(1), parallel=2)
    plan = (await act(committed, plan, "approvals")).json()
    choices = (await read(committed, f"{PLANS}/{plan['id']}/date-choices?limit=100"))["items"]
    first, second = (each["id"] for each in (await read(committed, f"{PLANS}/{plan['id']}/sessions"))["items"])
    async with committed.database.transaction(committed.tenant) as other:
        keys = dict((await other.execute(_KEYS, {"people": [each["personId"] for each in choices]})).all())
        low = min(keys[each["personId"]] for each in choices if each["planSessionId"] == second)
        high = max(keys[each["personId"]] for each in choices if each["planSessionId"] == first)
        await other.execute(_LOCK, {"key": low})
        publishing = asyncio.create_task(act(committed, plan, "publications"))
        while not (await other.execute(_WAITED_FOR)).scalar_one():
            assert not publishing.done()
            await asyncio.sleep(0.02)
        await other.execute(_LOCK, {"key": high})
    assert (await publishing).status_code == 201


async def test_who_waits_for_a_seat_gets_the_one_that_the_plan_gives(training: ServiceUnderTest) -> None:
    town = await staff(training, [8, 12], trainers=0)
    basics, waiter = await course(training), new_id()
    done = await published(training, await ask(training, courseIds=[basics], slots=slots(2), parallel=1))
    lines = [line.model_copy(update={"version": 2}) for line in teacher(waiter, town["units"][0])]
    async with training.database.transaction(training.tenant) as open_:
        await RosterService(open_).take_in(lines, 2)
    here, there = (await read(training, SESSIONS))["items"]
    assert (await enrol(training, here["id"], waiter)).json()["state"] == "waiting"
    for session, seats in ((here, 10), (there, 9)):
        async with training.database.transaction(training.tenant) as open_:
            person = {"person": sorted(await _seated(training, session["id"]))[0]}
            await open_.execute(text("UPDATE duty SET ended = true WHERE person_id = CAST(:person AS uuid)"), person)
        mend, diff = await mended(training, done, {})
        assert (diff["released"], diff["seated"], diff["moved"]) == (1, int(session == here), 0)
        done = await published(training, mend)
        assert len(await _seated(training, session["id"])) == seats
    assert str(waiter) in await _seated(training, here["id"])
