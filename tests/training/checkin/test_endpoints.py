"""The code on the trainer's screen, and who scans it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark

TRAINER = "trainer@*"


async def open_door(training: ServiceUnderTest, session: str) -> Any:
    return await training.client.post(f"/training/v1/sessions/{session}/doors", headers=training.as_(TRAINER))


async def code_of(training: ServiceUnderTest, session: str) -> str:
    answer = await training.client.get(f"/training/v1/sessions/{session}/door-code", headers=training.as_(TRAINER))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["code"])


async def scan(training: ServiceUnderTest, code: str, person: UUID | None, *, walk_in: bool = False) -> Any:
    headers = training.as_("participant@*", person=str(person) if person else None)
    body = {"code": code, "walkIn": walk_in}
    return await training.client.post("/training/v1/check-ins", json=body, headers=headers)


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rsplit("/")[-1])


async def test_who_scans_the_code_is_there_and_scanning_again_says_the_same(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=3, minutes=-5)
    for person in people[:2]:
        await enrol(training, session, person)
    assert slug(
        await training.client.get(f"/training/v1/sessions/{session}/door-code", headers=training.as_(TRAINER))
    ) == ("no-door")
    assert (await open_door(training, session)).status_code == 201
    code = await code_of(training, session)
    first = await scan(training, code, people[0])
    assert (first.status_code, first.json()["state"], first.json()["isLate"]) == (200, "attended", False)
    with clock.frozen(clock.now() + timedelta(seconds=29)):
        again = await scan(training, f"https://startklar.example/check-in#{code}", people[0])
        assert again.json() == first.json()
        assert (await scan(training, code, people[1])).status_code == 200
    rows = await training.client.get(f"/training/v1/sessions/{session}/attendances", headers=training.as_(TRAINER))
    assert [row["state"] for row in rows.json()["items"]] == ["attended", "attended"]


async def test_each_thing_that_is_wrong_with_a_code_has_a_name(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    course = await create_course(training)
    session, other = await create_session(training, course), await create_session(training, course, minutes=300)
    await enrol(training, session, people[0])
    for each in (session, other):
        await open_door(training, each)
    code, later = await code_of(training, session), await code_of(training, other)
    forged = code[:-3] + ("AAA" if code[-3:] != "AAA" else "BBA")
    swapped = later[:21] + code[21:]
    for bad in (forged, swapped, "x", code + "=", code + "A", "ä" * 20):
        assert slug(await scan(training, bad, people[0])) == "check-in-code-forged", bad
    assert slug(await scan(training, later, people[0])) == "check-in-too-early"
    assert slug(await scan(training, code, None)) == "not-in-the-roster"
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        assert slug(await scan(training, code, people[0])) == "check-in-code-old"
    with clock.frozen(clock.now() - timedelta(seconds=61)):
        assert slug(await scan(training, code, people[0])) == "check-in-code-old"
    await open_door(training, session)
    assert slug(await scan(training, code, people[0])) == "check-in-code-forged"
    with clock.frozen(clock.now() + timedelta(hours=3)):
        assert slug(await scan(training, await code_of(training, session), people[0])) == "check-in-over"
    stranger = training.as_("participant@*", tenant=new_id(), person=str(people[0]))
    body = {"code": await code_of(training, session)}
    foreign = await training.client.post("/training/v1/check-ins", json=body, headers=stranger)
    assert slug(foreign) == "check-in-code-forged"


async def test_who_has_no_seat_is_told_and_walks_in_where_one_is_free(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=4))["people"]
    course = await create_course(training)
    session, next_week = await create_session(training, course), await create_session(training, course, minutes=9000)
    await enrol(training, session, people[0])
    await enrol(training, next_week, people[1])
    await open_door(training, session)
    code = await code_of(training, session)
    elsewhere = await scan(training, code, people[1], walk_in=True)
    assert (slug(elsewhere), elsewhere.json()["sessionId"]) == ("enrolled-elsewhere", next_week)
    none = await scan(training, code, people[2])
    assert (slug(none), none.json()["freeSeats"]) == ("not-enrolled-here", 1)
    assert (await scan(training, code, people[2], walk_in=True)).json()["state"] == "attended"
    assert slug(await scan(training, code, people[3], walk_in=True)) == "session-full"
    rows = await training.client.get(f"/training/v1/sessions/{session}/enrolments", headers=training.as_(LEADER))
    await mark(training, session, {rows.json()["items"][0]["id"]: "no_show"})
    assert (await scan(training, code, people[3], walk_in=True)).json()["state"] == "attended"
    assert slug(await scan(training, code, people[0], walk_in=True)) == "seat-given"


async def test_an_absence_written_too_soon_is_mended_by_the_code(training: ServiceUnderTest) -> None:
    [person, *_] = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), minutes=-20)
    made = (await enrol(training, session, person)).json()
    assert (await mark(training, session, {made["id"]: "no_show"})).status_code == 200
    await open_door(training, session)
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        answer = await scan(training, await code_of(training, session), person)
    assert (answer.json()["state"], answer.json()["isLate"]) == ("attended", True)


async def test_the_code_is_drawn_for_the_trainers_screen(training: ServiceUnderTest) -> None:
    session = await create_session(training, await create_course(training))
    await open_door(training, session)
    headers = training.as_(TRAINER) | {"Accept": "image/svg+xml", "Accept-Language": "da"}
    drawn = await training.client.get(f"/training/v1/sessions/{session}/door-code", headers=headers)
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.headers["cache-control"] == "no-store"
    assert drawn.text.startswith("<svg")
    assert "<title>Indtjekning</title>" in drawn.text
    refused = await training.client.get(
        f"/training/v1/sessions/{session}/door-code", headers=training.as_("participant@*")
    )
    assert refused.status_code == 403
    assert (
        await training.client.get("/training/v1/attendance-policy", headers=training.as_(LEADER))
    ).status_code == 200
