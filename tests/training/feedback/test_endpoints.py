"""Feedback: once, by whoever was there, seen by fives, joined with nobody."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.training.feedback.service import FeedbackService
from services.training.feedback.tasks import gather_feedback
from shared.kit import clock
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark


async def attended(training: ServiceUnderTest, session: str, people: Sequence[UUID]) -> None:
    made = [(await enrol(training, session, person)).json()["id"] for person in people]
    await mark(training, session, dict.fromkeys(made, "attended"))


async def answer(training: ServiceUnderTest, session: str, person: UUID, *answers: tuple[str, Any]) -> Any:
    body = {"answers": [{"question": question, "value": value} for question, value in answers]}
    headers = training.as_("participant@*", person=str(person))
    return await training.client.post(f"/training/v1/sessions/{session}/feedback", json=body, headers=headers)


async def seen(training: ServiceUnderTest, path: str) -> Any:
    await gather_feedback(Context(training, sessionId=path.split("/")[1]))
    return (await training.client.get(f"/training/v1/{path}", headers=training.as_("trainer@*"))).json()


async def test_answers_are_seen_by_fives_and_never_earlier(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=10))["people"]
    course = await create_course(training)
    session = await create_session(training, course, capacity=10)
    await attended(training, session, people)
    for number, person in enumerate(people):
        told = await seen(training, f"sessions/{session}/feedback")
        assert told["answers"] == number // 5 * 5
        assert bool(told["tallies"]) == (number >= 5)
        given = await answer(training, session, person, ("useful", 1 + number % 5), ("comment", f"Word {number}"))
        assert given.status_code == 204, given.text
    told = await seen(training, f"sessions/{session}/feedback")
    useful, comments = told["tallies"]
    assert (told["answers"], useful["counts"], useful["mean"]) == (10, {str(n): 2 for n in range(1, 6)}, 3.0)
    assert comments["comments"] == [f"Word {number}" for number in range(10)]
    whole = await training.client.get(f"/training/v1/courses/{course}/feedback", headers=training.as_(LEADER))
    assert whole.json()["tallies"] == told["tallies"]


async def test_a_question_that_few_answered_is_left_out(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=5))["people"]
    session = await create_session(training, await create_course(training), capacity=5)
    await attended(training, session, people)
    for person in people[:4]:
        await answer(training, session, person, ("useful", 5), ("comment", "Something"))
    await answer(training, session, people[4], ("useful", 5))
    told = await seen(training, f"sessions/{session}/feedback")
    assert [each["question"] for each in told["tallies"]] == ["useful"]


async def test_only_who_was_there_answers_once_and_only_what_is_asked(training: ServiceUnderTest) -> None:
    there, absent, *_ = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    await attended(training, session, [there])
    refusals = {
        "was-not-there": await answer(training, session, absent, ("useful", 5)),
        "validation": await answer(training, session, there, ("unknown", 5), ("useful", "much"), ("useful", 2)),
    }
    assert refusals["was-not-there"].json()["type"].endswith("/was-not-there")
    codes = [(each["pointer"], each["code"]) for each in refusals["validation"].json()["errors"]]
    assert codes == [
        ("#/answers/0/question", "unknown"), ("#/answers/1/value", "unfit"), ("#/answers/2/question", "repeated"),
    ]  # fmt: skip
    assert (await answer(training, session, there, ("useful", 6))).status_code == 422
    with clock.frozen(clock.now() + timedelta(days=70)):
        assert (await answer(training, session, there, ("useful", 5))).json()["type"].endswith("/feedback-closed")
    assert (await answer(training, session, there, ("useful", 5))).status_code == 204
    assert (await answer(training, session, there, ("useful", 1))).json()["type"].endswith("/feedback-given")


async def test_nothing_that_is_stored_leads_from_an_answer_to_a_person(training: ServiceUnderTest) -> None:
    people = (await create_roster(training, people=40))["people"]
    session = await create_session(training, await create_course(training), capacity=40)
    await attended(training, session, people)
    async with training.database.transaction(training.tenant) as db:
        before = (await db.execute(text("SELECT count(*) FROM journal_entry"))).scalar_one()
    for number, person in enumerate(people):
        await answer(training, session, person, ("comment", f"{number:02}"))
    async with training.database.transaction(training.tenant) as db:
        [box] = (await db.execute(text("SELECT * FROM feedback_box"))).all()
        assert len(box.spent) == 40
        assert box.spent == sorted(box.spent)
        order = [each["comment"] for each in box.held]
        assert sorted(order) == [f"{number:02}" for number in range(40)] != order
        assert all(set(each) == {"comment"} for each in box.held)
        # The journal does not tell that, or when, somebody answered.
        assert (await db.execute(text("SELECT count(*) FROM journal_entry"))).scalar_one() == before
        assert await FeedbackService(db).gather(UUID(session)) == 40
        after = [each["comment"] for each in (await db.execute(text("SELECT shown FROM feedback_box"))).scalar_one()]
        assert after != order


async def test_questions_are_data_and_keep_their_kind(training: ServiceUnderTest) -> None:
    url, headers = "/training/v1/feedback-form", training.as_(LEADER)
    form = await training.client.get(url, headers=headers)
    assert all(each["text"]["sv"] and each["text"]["en"] and each["text"]["da"] for each in form.json()["questions"])
    own = {
        "key": "place", "kind": "choice", "text": {"sv": "Var?", "en": "Where?", "da": "Hvor?"},
        "options": [{"key": key, "text": {"sv": key, "en": key, "da": key}} for key in ("here", "there")],
    }  # fmt: skip
    tag = {"If-Match": form.headers["etag"]}
    made = await training.client.put(url, json={"questions": [own]}, headers=headers | tag)
    assert (made.status_code, made.json()["version"]) == (200, 1)
    assert (await training.client.put(url, json={"questions": [own]}, headers=headers | tag)).status_code == 412
    changed = own | {"kind": "comment", "options": []}
    tag = {"If-Match": made.headers["etag"]}
    refused = await training.client.put(url, json={"questions": [changed]}, headers=headers | tag)
    assert refused.json()["type"].endswith("/question-in-use")
    assert (await training.client.put(url, json={"questions": [own, own]}, headers=headers | tag)).status_code == 422
    [person, *_] = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    await attended(training, session, [person])
    assert (await answer(training, session, person, ("place", "elsewhere"))).status_code == 422
    assert (await answer(training, session, person, ("place", "here"))).status_code == 204
