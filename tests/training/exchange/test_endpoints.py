"""Seats that change hands, and what time does to sessions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.training.session.service import SessionService
from shared.kit import clock
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark
from tests.training.session.seat_facts import seat_facts


async def act(training: ServiceUnderTest, enrolment: dict[str, Any], action: str, **body: Any) -> Any:
    """The answer to an action on an enrolment as it was last seen."""
    return await training.client.post(
        f"/training/v1/enrolments/{enrolment['id']}/{action}",
        json=body or None,
        headers=training.as_(LEADER) | {"If-Match": f'"{enrolment["version"]}"'},
    )


async def read(training: ServiceUnderTest, enrolment: dict[str, Any]) -> dict[str, Any]:
    answer = await training.client.get(f"/training/v1/enrolments/{enrolment['id']}", headers=training.as_(LEADER))
    found: dict[str, Any] = answer.json()
    return found


async def change(training: ServiceUnderTest, session: str, **fields: Any) -> Any:
    """The answer to a change of the session as it is now."""
    url = f"/training/v1/sessions/{session}"
    tag = (await training.client.get(url, headers=training.as_(LEADER))).headers["etag"]
    return await training.client.patch(url, json=fields, headers=training.as_(LEADER) | {"If-Match": tag})


async def fill(training: ServiceUnderTest, session: str, people: list[UUID]) -> list[dict[str, Any]]:
    return [(await enrol(training, session, person)).json() for person in people]


async def settle(training: ServiceUnderTest) -> None:
    async with training.database.transaction(training.tenant) as db:
        for due in await SessionService(db).due():
            await SessionService(db).settle(due)


async def test_a_freed_seat_is_offered_held_and_taken(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=1, minutes=6000)
    assert (await change(training, session, promotion="offered")).status_code == 200
    first, second, third = await fill(training, session, people)
    await act(training, first, "cancellations")
    second, third = await read(training, second), await read(training, third)
    assert (second["state"], third["state"]) == ("offered", "waiting")
    assert (await act(training, third, "acceptances")).json()["type"].endswith("/nothing-to-accept")
    assert (await act(training, second, "acceptances")).json()["state"] == "confirmed"
    assert (await act(training, await read(training, second), "acceptances")).status_code == 409
    await seat_facts(training, UUID(session))


async def test_an_offer_that_nobody_takes_lapses_and_goes_to_the_next(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=1, minutes=6000)
    await change(training, session, promotion="offered", offerHours=2)
    first, second, third = await fill(training, session, people)
    await act(training, first, "cancellations")
    offered = await read(training, second)
    with clock.frozen(clock.now() + timedelta(hours=3)):
        assert (await act(training, offered, "acceptances")).json()["type"].endswith("/offer-lapsed")
        await settle(training)
    assert (await read(training, second))["state"] == "cancelled"
    assert (await read(training, third))["state"] == "offered"
    await seat_facts(training, UUID(session))


async def test_after_the_freeze_a_seat_is_for_who_claims_it_first(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=1, minutes=6000)
    first, second, third = await fill(training, session, people)
    await change(training, session, freezesAt=(clock.now() - timedelta(minutes=1)).isoformat())
    await act(training, first, "cancellations")
    assert (await read(training, second))["state"] == "waiting"
    assert (await act(training, third, "acceptances")).json()["state"] == "confirmed"
    assert (await act(training, second, "acceptances")).status_code == 409


async def test_key_persons_of_units_where_none_is_trained_go_before_the_queue(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    people = roster["people"]
    session = await create_session(training, await create_course(training), capacity=1, minutes=6000)
    body = {"personId": str(people[2]), "unitId": str(roster["unit"])}
    await training.client.post("/training/v1/appointments", json=body, headers=training.as_(LEADER))
    first, second, key_person = await fill(training, session, people)
    await act(training, first, "cancellations")
    assert (await read(training, key_person))["state"] == "confirmed"
    assert (await read(training, second))["state"] == "waiting"


async def test_a_move_to_a_full_session_changes_nothing_and_one_with_a_seat_frees_the_old(
    training: ServiceUnderTest,
) -> None:
    people = (await create_roster(training, people=4))["people"]
    course = await create_course(training)
    here = await create_session(training, course, capacity=1, minutes=600)
    there = await create_session(training, course, capacity=1, minutes=6000)
    mine, waits = await fill(training, here, people[:2])
    [theirs] = await fill(training, there, people[2:3])
    full = await act(training, mine, "moves", sessionId=there)
    assert (full.status_code, full.json()["type"].rsplit("/")[-1]) == (409, "session-full")
    assert (await read(training, mine))["state"] == "confirmed"
    await act(training, theirs, "cancellations")
    moved = (await act(training, mine, "moves", sessionId=there)).json()
    assert (moved["state"], moved["origin"], moved["follows"]) == ("confirmed", "moved", mine["id"])
    assert (await read(training, waits))["state"] == "confirmed"
    for session in (here, there):
        await seat_facts(training, UUID(session))


async def test_two_people_swap_their_seats_in_full_sessions(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    course = await create_course(training)
    here = await create_session(training, course, capacity=1, minutes=600)
    there = await create_session(training, course, capacity=1, minutes=6000)
    [mine] = await fill(training, here, people[:1])
    [theirs, _waits] = await fill(training, there, people[1:])
    swapped = (await act(training, mine, "swaps", enrolmentId=theirs["id"])).json()
    assert (swapped["sessionId"], swapped["personId"]) == (there, str(people[0]))
    rows = (await training.client.get(f"/training/v1/sessions/{here}/enrolments", headers=training.as_(LEADER))).json()
    assert [(row["personId"], row["state"]) for row in rows["items"]] == [
        (str(people[0]), "cancelled"),
        (str(people[1]), "confirmed"),
    ]
    for session in (here, there):
        await seat_facts(training, UUID(session))


async def test_a_substitute_takes_the_seat_past_the_queue_also_from_the_queue(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=1, minutes=6000)
    first, second, third = await fill(training, session, people)
    made = (await act(training, first, "substitutions", personId=str(people[2]))).json()
    assert (made["state"], made["origin"], made["follows"]) == ("confirmed", "substitute", first["id"])
    states = [(await read(training, each))["state"] for each in (first, second, third)]
    assert states == ["cancelled", "waiting", "cancelled"]
    await seat_facts(training, UUID(session))


async def test_who_walks_in_gets_the_seat_of_who_did_not_come(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=1)
    [absent] = await fill(training, session, people[:1])
    url, headers = f"/training/v1/sessions/{session}/walk-ins", training.as_("trainer@*")
    full = await training.client.post(url, json={"personId": str(people[1])}, headers=headers)
    assert full.json()["type"].endswith("/session-full")
    await mark(training, session, {absent["id"]: "no_show"})
    made = await training.client.post(url, json={"personId": str(people[1])}, headers=headers)
    assert (made.status_code, made.json()["state"], made.json()["origin"]) == (201, "attended", "walk_in")
    late = await mark(training, session, {absent["id"]: "attended"})
    assert late.json()["errors"][0]["code"] == "seat_given"
    await seat_facts(training, UUID(session))


async def test_who_stands_in_the_queue_walks_in_on_a_seat_that_is_free(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=1, minutes=30)
    first, second = await fill(training, session, people[:2])
    await change(training, session, freezesAt=(clock.now() - timedelta(minutes=1)).isoformat())
    await act(training, first, "cancellations")
    url, headers = f"/training/v1/sessions/{session}/walk-ins", training.as_("trainer@*")
    made = await training.client.post(url, json={"personId": str(people[1])}, headers=headers)
    assert (made.status_code, made.json()["id"], made.json()["state"]) == (201, second["id"], "confirmed")


async def test_nobody_walks_in_the_day_before(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), minutes=1440)
    answer = await training.client.post(
        f"/training/v1/sessions/{session}/walk-ins",
        json={"personId": str(people[0])},
        headers=training.as_("trainer@*"),
    )
    assert answer.json()["type"].endswith("/session-not-started")


async def test_a_person_takes_exactly_one_of_the_sessions_of_a_choice(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    made = await training.client.post(
        "/training/v1/session-choices", json={"title": "Theme day"}, headers=training.as_(LEADER)
    )
    course, sessions = await create_course(training), []
    for hour in (9, 13):
        starts = clock.now() + timedelta(days=3, hours=hour)
        body = {
            "courseId": course, "startsAt": starts.isoformat(), "endsAt": (starts + timedelta(hours=3)).isoformat(),
            "place": "Everywhere", "capacity": 5, "choiceId": made.json()["id"],
        }  # fmt: skip
        answer = await training.client.post("/training/v1/sessions", json=body, headers=training.as_(LEADER))
        sessions.append(answer.json()["id"])
    [morning] = await fill(training, sessions[0], people[:1])
    refused = (await enrol(training, sessions[1], people[0])).json()
    assert (refused["type"].rsplit("/")[-1], refused["enrolmentId"]) == ("other-chosen", morning["id"])
    assert (await act(training, morning, "moves", sessionId=sessions[1])).json()["state"] == "confirmed"


async def test_a_person_is_not_enrolled_in_two_sessions_at_once(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    course = await create_course(training)
    sessions = [await create_session(training, course, minutes=minutes) for minutes in (600, 660, 900)]
    assert (await enrol(training, sessions[0], people[0])).status_code == 201
    assert (await enrol(training, sessions[1], people[0])).json()["type"].endswith("/sessions-overlap")
    assert (await enrol(training, sessions[2], people[0])).status_code == 201


async def test_a_session_with_too_few_people_is_cancelled_on_its_day_of_decision(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    course, tomorrow = await create_course(training), clock.now() + timedelta(days=1)
    for policy, state in (("cancel", "cancelled"), ("tell", "planned")):
        session = await create_session(training, course, minutes=6000 if policy == "cancel" else 9000)
        await change(training, session, minSize=2, decidesAt=tomorrow.isoformat(), belowMinimum=policy)
        [enrolment] = await fill(training, session, people[:1])
        with clock.frozen(tomorrow + timedelta(minutes=1)):
            await settle(training)
        url = f"/training/v1/sessions/{session}"
        shown = (await training.client.get(url, headers=training.as_(LEADER))).json()
        assert (shown["state"], shown["decidedAt"] is not None) == (state, True)
        assert (await read(training, enrolment))["state"] == ("cancelled" if policy == "cancel" else "confirmed")
    async with training.database.transaction(training.tenant) as db:
        actions = (await db.execute(text("SELECT action FROM journal_entry"))).scalars().all()
    assert "session.below_minimum" in actions


async def test_another_size_or_day_of_decision_is_decided_on_anew(training: ServiceUnderTest) -> None:
    session = await create_session(training, await create_course(training), minutes=6000)
    past = (clock.now() - timedelta(minutes=1)).isoformat()
    url = f"/training/v1/sessions/{session}"
    for fields in ({"minSize": 2, "decidesAt": past}, {"minSize": 1}):
        changed = await change(training, session, **fields)
        assert changed.json()["decidedAt"] is None
        await settle(training)
        assert (await training.client.get(url, headers=training.as_(LEADER))).json()["decidedAt"] is not None
    assert (await change(training, session, minSize=1)).json()["decidedAt"] is not None


async def test_a_session_is_not_moved_onto_another_of_its_people_unless_that_is_wanted(
    training: ServiceUnderTest,
) -> None:
    people = (await create_roster(training))["people"]
    courses = [await create_course(training, key, ()) for key in ("one", "two")]
    here, there = [await create_session(training, courses[n], minutes=600 + 300 * n) for n in range(2)]
    both, _ = await fill(training, here, people[:2])
    await fill(training, there, people[:1])
    at = clock.now() + timedelta(minutes=900)
    times = {"startsAt": at.isoformat(), "endsAt": (at + timedelta(hours=1)).isoformat()}
    refused = await change(training, here, **times)
    told = refused.json()
    assert (refused.status_code, told["type"].rsplit("/")[-1], told["people"]) == (409, "participants-busy", 1)
    assert told["enrolmentIds"] == [both["id"]]
    assert (await change(training, here, **times, allowOverlaps=True)).status_code == 200


async def test_the_same_idempotency_key_finds_the_enrolment_also_when_no_answer_was_kept(
    training: ServiceUnderTest,
) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), minutes=600)
    url, body = f"/training/v1/sessions/{session}/enrolments", {"personId": str(people[0])}
    headers = training.as_(LEADER) | {"Idempotency-Key": "a-double-click-1234"}
    first = await training.client.post(url, json=body, headers=headers)
    async with training.database.transaction(training.tenant) as db:
        await db.execute(text("DELETE FROM idempotency"))
    again = await training.client.post(url, json=body, headers=headers)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
