"""Seats: given, queued, passed on, counted; never oversold and never free while somebody waits."""

import asyncio
import random
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark


async def counters(training: ServiceUnderTest, session: str) -> tuple[int, int]:
    answer = await training.client.get(f"/training/v1/sessions/{session}", headers=training.as_(LEADER))
    return answer.json()["taken"], answer.json()["waiting"]


async def cancel(training: ServiceUnderTest, enrolment: dict[str, Any], **headers: str) -> Any:
    return await training.client.post(
        f"/training/v1/enrolments/{enrolment['id']}/cancellations",
        headers=training.as_(LEADER) | {"If-Match": f'"{enrolment["version"]}"'} | headers,
    )


async def test_the_third_of_two_seats_waits_and_moves_up_when_one_is_cancelled(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    answers = [(await enrol(training, session, person)).json() for person in people]
    assert [answer["state"] for answer in answers] == ["confirmed", "confirmed", "waiting"]
    assert await counters(training, session) == (2, 1)
    assert (await cancel(training, answers[0])).json()["state"] == "cancelled"
    assert await counters(training, session) == (2, 0)
    third = await training.client.get(f"/training/v1/enrolments/{answers[2]['id']}", headers=training.as_(LEADER))
    assert third.json()["state"] == "confirmed"


async def test_a_larger_capacity_seats_the_queue_in_order(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=5))["people"]
    session = await create_session(training, await create_course(training), capacity=1)
    for person in people:
        await enrol(training, session, person)
    url = f"/training/v1/sessions/{session}"
    tag = (await training.client.get(url, headers=training.as_(LEADER))).headers["etag"]
    await training.client.patch(url, json={"capacity": 3}, headers=training.as_(LEADER) | {"If-Match": tag})
    rows = (await training.client.get(f"{url}/enrolments", headers=training.as_(LEADER))).json()["items"]
    assert [row["state"] for row in rows] == ["confirmed"] * 3 + ["waiting"] * 2


async def test_a_capacity_below_the_taken_seats_is_refused_and_changes_nothing(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=3)
    for person in people:
        await enrol(training, session, person)
    url = f"/training/v1/sessions/{session}"
    tag = (await training.client.get(url, headers=training.as_(LEADER))).headers["etag"]
    answer = await training.client.patch(url, json={"capacity": 2}, headers=training.as_(LEADER) | {"If-Match": tag})
    assert (answer.status_code, answer.json()["taken"]) == (409, 3)
    assert (await training.client.get(url, headers=training.as_(LEADER))).json()["capacity"] == 3


async def test_enrolling_twice_names_the_first_enrolment(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    first = (await enrol(training, session, people[0])).json()
    again = await enrol(training, session, people[0])
    assert (again.status_code, again.json()["enrolmentId"]) == (409, first["id"])
    assert await counters(training, session) == (1, 0)


async def test_a_stranger_to_the_roster_cannot_be_enrolled(training: ServiceUnderTest) -> None:
    session = await create_session(training, await create_course(training))
    answer = await enrol(training, session, new_id())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/personId")


async def test_a_head_enrols_people_of_the_own_unit_only(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    session = await create_session(training, await create_course(training))
    own = await enrol(training, session, roster["people"][0], f"unit_head@{roster['unit']}")
    other = await enrol(training, session, roster["people"][1], f"unit_head@{new_id()}")
    assert [own.status_code, other.status_code] == [201, 403]


async def test_a_head_sees_and_cancels_people_of_the_own_unit_only(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    session = await create_session(training, await create_course(training))
    made = (await enrol(training, session, roster["people"][0])).json()
    path, tag = f"/training/v1/enrolments/{made['id']}", {"If-Match": '"1"'}
    for unit, status, names in ((roster["unit"], 200, ["Test 0"]), (new_id(), 404, [])):
        head = training.as_(f"unit_head@{unit}")
        rows = (await training.client.get(f"/training/v1/sessions/{session}/enrolments", headers=head)).json()["items"]
        assert [row["displayName"] for row in rows] == names
        assert (await training.client.get(path, headers=head)).status_code == status
    stranger = await training.client.post(f"{path}/cancellations", headers=head | tag)
    own = training.as_(f"unit_head@{roster['unit']}")
    head_of_the_unit = await training.client.post(f"{path}/cancellations", headers=own | tag)
    assert [stranger.status_code, head_of_the_unit.status_code] == [404, 201]


async def test_a_participant_may_not_enrol_others(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    session = await create_session(training, await create_course(training))
    assert (await enrol(training, session, roster["people"][0], "participant@*")).status_code == 403


async def test_another_tenants_session_does_not_exist(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    url = f"/training/v1/sessions/{session}/enrolments"
    stranger = training.as_(LEADER, tenant=new_id())
    answer = await training.client.post(url, json={"personId": str(people[0])}, headers=stranger)
    assert answer.status_code == 404
    assert (await training.client.get(url, headers=stranger)).status_code == 404


async def test_a_batch_tells_for_each_person_what_became_of_them(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=1)
    body = {"personIds": [str(people[0]), str(new_id()), str(people[0]), str(people[1])]}
    url = f"/training/v1/sessions/{session}/enrolment-batches"
    results = (await training.client.post(url, json=body, headers=training.as_(LEADER))).json()["results"]
    assert [row["status"] for row in results] == [201, 422, 409, 201]
    assert [row["problem"] for row in results] == [None, "invalid-input", "already-enrolled", None]
    assert await counters(training, session) == (1, 1)


async def test_nobody_enrols_in_what_is_over(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), minutes=-300)
    assert (await enrol(training, session, people[0])).json()["type"].endswith("/session-over")


async def test_what_was_held_stays_so_and_no_seat_is_given_back_afterwards(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    came, stayed_away = [(await enrol(training, session, person)).json() for person in people[:2]]
    with clock.frozen(clock.now() + timedelta(hours=3)):
        assert (await cancel(training, stayed_away)).json()["type"].endswith("/session-over")
        assert (await mark(training, session, {came["id"]: "attended"})).json()["coverageChanged"] == 2
        shown = await training.client.get(f"/training/v1/sessions/{session}", headers=training.as_(LEADER))
        assert shown.json()["state"] == "held"
        off = await training.client.post(
            f"/training/v1/sessions/{session}/cancellations",
            json={"reason": "changed our minds"},
            headers=training.as_(LEADER) | {"If-Match": shown.headers["etag"]},
        )
        assert off.json()["type"].endswith("/session-closed")
        again = await mark(training, session, {came["id"]: "attended", stayed_away["id"]: "no_show"})
    assert (again.status_code, again.json()["coverageChanged"]) == (200, 0)


async def test_attendance_waits_for_the_session_to_begin(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), minutes=60)
    enrolment = (await enrol(training, session, people[0])).json()["id"]
    assert (await mark(training, session, {enrolment: "attended"})).json()["type"].endswith("/session-not-started")


async def test_an_attendance_list_with_one_wrong_line_writes_nothing(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    enrolment = (await enrol(training, session, people[0])).json()["id"]
    answer = await mark(training, session, {enrolment: "attended", str(new_id()): "attended"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/marks/1/enrolmentId")
    row = await training.client.get(f"/training/v1/enrolments/{enrolment}", headers=training.as_(LEADER))
    assert row.json()["state"] == "confirmed"


async def test_a_rush_never_oversells_and_seats_everybody_it_can(committed: ServiceUnderTest) -> None:
    people = (await create_roster(committed, people=40))["people"]
    session = await create_session(committed, await create_course(committed), capacity=10)
    answers = await asyncio.gather(*(enrol(committed, session, person) for person in people for _ in range(2)))
    assert sorted({answer.status_code for answer in answers}) == [201, 409]
    assert await counters(committed, session) == (10, 30)


async def test_enrolling_and_cancelling_at_once_leaves_no_free_seat_while_somebody_waits(
    committed: ServiceUnderTest,
) -> None:
    people = (await create_roster(committed, people=24))["people"]
    session = await create_session(committed, await create_course(committed), capacity=5)
    first = [(await enrol(committed, session, person)).json() for person in people[:12]]
    work: list[Awaitable[Any]] = [enrol(committed, session, person) for person in people[12:]]
    work += [cancel(committed, enrolment) for enrolment in first]
    random.Random(7).shuffle(work)
    await asyncio.gather(*work)
    taken, waiting = await counters(committed, session)
    async with committed.database.transaction(committed.tenant) as db:
        rows = await db.execute(text("SELECT state, count(*) AS seats FROM enrolment GROUP BY state"))
        states: dict[str, int] = {row.state: row.seats for row in rows}
    assert (taken, waiting) == (states.get("confirmed", 0), states.get("waiting", 0))
    assert taken == 5 or waiting == 0


async def test_each_change_of_a_seat_is_told_and_written_down(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    enrolment = (await enrol(training, session, people[0])).json()
    await cancel(training, enrolment)
    async with training.database.transaction(training.tenant) as db:
        actions = (await db.execute(text("SELECT action FROM journal_entry ORDER BY id"))).scalars().all()
    assert [action for action in actions if action.startswith("enrolment.")] == [
        "enrolment.confirmed",
        "enrolment.cancelled",
    ]


async def test_a_seat_says_whether_it_can_still_be_cancelled(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    enrolment = (await enrol(training, session, people[0])).json()
    allowed = {one["action"]: one["allowed"] for one in enrolment["allowedActions"]}
    assert allowed == {"cancel": True, "accept": False, "move": True, "swap": True, "substitute": True}
    cancelled = (await cancel(training, enrolment)).json()
    shown = {one["action"]: (one["allowed"], one["reason"]) for one in cancelled["allowedActions"]}
    assert shown["cancel"] == (False, "The enrolment is over")
    assert (await cancel(training, cancelled)).status_code == 409
