"""Rolls for devices that are offline, and what they send back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.training.roll.service import RollLine, lines_hash
from services.training.roster.service import RosterService
from shared.auth.jws import unverified_claims
from shared.kit import clock
from tests.support.services import ServiceUnderTest
from tests.support.training import create_course, create_roster, create_session, enrol, mark

TRAINER = "trainer@*"


async def take_roll(training: ServiceUnderTest, session: str) -> dict[str, Any]:
    answer = await training.client.post(f"/training/v1/sessions/{session}/rolls", headers=training.as_(TRAINER))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def seen(nonce: str, enrolment: str, kind: str, minutes: float = 0) -> dict[str, str]:
    at = (clock.now() + timedelta(minutes=minutes)).isoformat()
    return {"nonce": f"tablet-{nonce}", "enrolmentId": enrolment, "kind": kind, "at": at}


async def upload(training: ServiceUnderTest, roll: dict[str, Any], marks: list[dict[str, str]], **more: str) -> Any:
    body = {"signature": roll["signature"], "deviceTime": clock.now().isoformat(), "marks": marks} | more
    url = f"/training/v1/sessions/{roll['sessionId']}/roll-uploads"
    return await training.client.post(url, json=body, headers=training.as_(TRAINER))


def rows(answer: Any) -> list[tuple[str, str | None, str | None]]:
    assert answer.status_code == 200, answer.text
    return [(row["status"], row["problem"], row["state"]) for row in answer.json()["rows"]]


async def marks_stored(training: ServiceUnderTest) -> int:
    async with training.database.transaction(training.tenant) as db:
        return int((await db.execute(text("SELECT count(*) FROM attendance_mark"))).scalar_one())


async def test_a_roll_holds_everybody_with_a_seat_and_its_signature_their_hash(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=4))["people"]
    session = await create_session(training, await create_course(training), capacity=3)
    for person in people:
        await enrol(training, session, person)
    async with training.database.transaction(training.tenant) as db:
        await RosterService(db).hide(people[1], 2)
    roll = await take_roll(training, session)
    assert [line["displayName"] for line in roll["lines"]] == ["Test 0", "Skyddad person", "Test 2"]
    lines = [RollLine(UUID(line["enrolmentId"]), line["displayName"], line["state"]) for line in roll["lines"]]
    assert unverified_claims(roll["signature"])["linesHash"] == lines_hash(lines)


async def test_each_mark_is_answered_and_sending_all_again_changes_nothing(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=4))["people"]
    course = await create_course(training)
    session, other = (
        await create_session(training, course, capacity=3, minutes=-30),
        await create_session(training, course),
    )
    one, two, three = [(await enrol(training, session, person)).json()["id"] for person in people[:3]]
    stranger = (await enrol(training, other, people[3])).json()["id"]
    roll = await take_roll(training, session)
    marks = [
        seen("1", one, "arrived", -30),
        seen("2", two, "no_show", -10),
        seen("3", stranger, "arrived", -30),
        seen("4", three, "arrived", 30),
        seen("5", three, "arrived", -300),
        seen("1", two, "arrived", -1),
        seen("6", three, "attended", -60),
    ]
    expected = [
        ("applied", None, "attended"),
        ("applied", None, "no_show"),
        ("refused", "not-on-the-roll", None),
        ("refused", "in-the-future", "confirmed"),
        ("refused", "outside-the-session", "confirmed"),
        ("refused", "nonce-reused", "no_show"),
        ("refused", "before-the-session", "confirmed"),
    ]
    assert rows(await upload(training, roll, marks)) == expected
    stored = await marks_stored(training)
    again = rows(await upload(training, roll, marks))
    assert again == [
        ("repeated" if status == "applied" else status, problem, state) for status, problem, state in expected
    ]
    assert await marks_stored(training) == stored == 2


async def test_of_two_devices_the_later_mark_holds_whichever_comes_first(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), capacity=3, minutes=-60)
    one, two = [(await enrol(training, session, person)).json()["id"] for person in people[:2]]
    roll = await take_roll(training, session)
    assert rows(await upload(training, roll, [seen("a1", one, "attended", -10), seen("a2", two, "no_show", -50)])) == [
        ("applied", None, "attended"), ("applied", None, "no_show"),
    ]  # fmt: skip
    other = [seen("b1", one, "no_show", -40), seen("b2", two, "attended", -20), seen("b3", two, "attended", -25)]
    assert rows(await upload(training, roll, other)) == [
        ("superseded", None, "attended"), ("applied", None, "attended"), ("unchanged", None, "attended"),
    ]  # fmt: skip
    await mark(training, session, {two: "partial"})
    assert rows(await upload(training, roll, [seen("c1", two, "attended", -5)])) == [("superseded", None, "partial")]


async def test_a_wrong_clock_is_put_right(training: ServiceUnderTest) -> None:
    [person, *_] = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), minutes=-30)
    made = (await enrol(training, session, person)).json()["id"]
    roll = await take_roll(training, session)
    wrong = timedelta(hours=7)
    marks = [seen("1", made, "arrived", -29)]
    marks[0]["at"] = (clock.now() - timedelta(minutes=29) + wrong).isoformat()
    answer = await upload(training, roll, marks, deviceTime=(clock.now() + wrong).isoformat())
    assert rows(answer) == [("applied", None, "attended")]


async def test_a_roll_that_we_did_not_give_out_for_this_session_is_refused(training: ServiceUnderTest) -> None:
    [person, *_] = (await create_roster(training))["people"]
    course = await create_course(training)
    session, other = await create_session(training, course), await create_session(training, course)
    made = (await enrol(training, session, person)).json()["id"]
    roll, foreign = await take_roll(training, session), await take_roll(training, other)
    head, body, signature = roll["signature"].split(".")
    for bad in (foreign["signature"], f"{head}.{body}.{signature[::-1]}", f"{head}.{body[:-4]}AAAA.{signature}", "x"):
        answer = await upload(training, roll, [seen("1", made, "attended")], signature=bad)
        assert answer.json()["type"].endswith("/roll-forged"), bad
    assert await marks_stored(training) == 0
