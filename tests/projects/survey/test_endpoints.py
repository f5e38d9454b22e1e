"""Surveys over HTTP: who answers, how often, what is shown of few people, and that nobody is named."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.benefit.support import TITLE, add_units, call, ok, signals
from tests.projects.conftest import Rollout
from tests.support.services import ServiceUnderTest

QUESTIONS = [
    {"key": "ready", "title": TITLE, "kind": "scale"},
    {"key": "why", "title": TITLE, "kind": "text"},
]
PEOPLE = {"respondent": "person", "isAnonymous": True}
OPEN = datetime(2027, 2, 10, 12, tzinfo=UTC)


async def open_survey(rollout: Rollout, units: list[str], **changed: Any) -> dict[str, Any]:
    body = {"key": "mood", "title": TITLE, "respondent": "unit", "questions": QUESTIONS} | changed
    made = await ok(rollout.service, "POST", f"/projects/{rollout.id}/survey-definitions", body)
    body = {"definitionId": made["id"], "unitIds": units, "opensOn": "2027-02-01", "closesOn": "2027-02-28"}
    survey: dict[str, Any] = await ok(rollout.service, "POST", f"/projects/{rollout.id}/surveys", body)
    return survey


async def answer(
    service: ServiceUnderTest, survey: dict[str, Any], unit: str, level: int, *roles: str, **more: Any
) -> Any:
    body = {"unitId": unit, "answers": {"ready": level}, "texts": more.pop("texts", {})}
    return await call(service, "POST", f"/surveys/{survey['id']}/responses", body, *roles, **more)


async def score(service: ServiceUnderTest, survey: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await ok(service, "GET", f"/surveys/{survey['id']}/scores")
    return found


async def test_units_answer_through_their_heads_once_and_the_score_is_told(rollout: Rollout) -> None:
    service = rollout.service
    first, second = await add_units(service, 2)
    survey = await open_survey(rollout, [first, second])
    with frozen(OPEN):
        good = await answer(service, survey, first, 5, f"unit_head@{first}")
        again = await answer(service, survey, first, 1)
        foreign = await answer(service, survey, second, 5, f"unit_head@{first}")
        assert [good.status_code, again.status_code, foreign.status_code] == [201, 409, 403]
        assert (await signals(service, "survey_score"))["mood"] == {"score": 100.0, "responses": 1}
        await answer(service, survey, second, 2, f"unit_head@{second}")
        shown = await score(service, survey)
    assert shown["overall"] == {"score": 62.5, "responses": 2, "isSuppressed": False}
    assert {unit["unitId"]: unit["score"] for unit in shown["units"]} == {first: 100.0, second: 25.0}
    assert (shown["unanswered"], shown["questions"]) == (0, [{"key": "ready", "score": 62.5}])
    assert (await signals(service, "survey_score"))["mood"]["score"] == 62.5


async def test_an_anonymous_person_answers_once_and_stands_nowhere(rollout: Rollout) -> None:
    service, person = rollout.service, new_id()
    (unit,) = await add_units(service, 1)
    survey = await open_survey(rollout, [unit], **PEOPLE)
    with frozen(OPEN):
        role = f"participant@{unit}"
        first = await answer(service, survey, unit, 4, role, subject=person, texts={"why": "Mer tid"})
        second = await answer(service, survey, unit, 1, role, subject=person)
    assert [first.status_code, second.status_code] == [201, 409]
    assert set(first.json()) == {"surveyId", "isCounted"}
    tables = {"survey_response", "survey_comment", "ballot", "ballot_box", "journal_entry", "journal_image"}
    async with service.database.transaction(service.tenant) as session:
        there = await session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        found = {
            table: (await session.execute(text(f'SELECT t::text FROM "{table}" t'))).scalars().all()
            for table in {row.tablename for row in there} & (tables | {"idempotency"})
        }
        (response,) = (await session.execute(text("SELECT * FROM survey_response"))).all()
    assert [table for table, rows in found.items() if str(person) in str(rows)] == []
    assert (response.respondent_id, response.answered_at) == (None, None)
    assert str(response.id) not in str(found["journal_entry"])
    assert response.id.version == 4


async def test_who_has_answered_is_forgotten_when_the_survey_closes(rollout: Rollout) -> None:
    service = rollout.service
    (unit,) = await add_units(service, 1)
    survey = await open_survey(rollout, [unit], **PEOPLE)
    with frozen(OPEN):
        await answer(service, survey, unit, 4, f"participant@{unit}")
        await ok(service, "POST", f"/surveys/{survey['id']}/closures")
        late = await answer(service, survey, unit, 4, f"participant@{unit}")
    assert late.status_code == 409
    async with service.database.transaction(service.tenant) as session:
        for table in ("ballot", "ballot_box"):
            assert (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0


async def test_few_people_are_hidden_with_the_unit_that_would_give_them_away(rollout: Rollout) -> None:
    service = rollout.service
    small, middle, large = units = await add_units(service, 3)
    survey = await open_survey(rollout, units, **PEOPLE)
    with frozen(OPEN):
        for unit, people, level in ((small, 2, 1), (middle, 6, 3), (large, 8, 5)):
            for _ in range(people):
                assert (await answer(service, survey, unit, level, f"participant@{unit}")).status_code == 201
        during = await score(service, survey)
        await ok(service, "POST", f"/surveys/{survey['id']}/closures")
        after = await score(service, survey)
    assert (during["overall"]["isSuppressed"], during["units"], during["questions"]) == (True, [], [])
    shown = {unit["unitId"]: (unit["score"], unit["responses"]) for unit in after["units"]}
    assert shown == {small: (None, None), middle: (None, None), large: (100.0, 8)}
    assert after["overall"] == {"score": 68.8, "responses": 16, "isSuppressed": False}
    assert (await signals(service, "survey_score"))["mood"] == {"score": 68.8, "responses": 16}


async def test_a_survey_of_four_people_tells_nothing(rollout: Rollout) -> None:
    service = rollout.service
    (unit,) = await add_units(service, 1)
    survey = await open_survey(rollout, [unit], **PEOPLE)
    with frozen(OPEN):
        for _ in range(4):
            await answer(service, survey, unit, 1, f"participant@{unit}", texts={"why": "Hemligt"})
        await ok(service, "POST", f"/surveys/{survey['id']}/closures")
        shown = await score(service, survey)
        comments = await ok(service, "GET", f"/surveys/{survey['id']}/comments")
    assert (shown["overall"]["isSuppressed"], shown["overall"]["score"], comments["items"]) == (True, None, [])
    assert (await signals(service, "survey_score"))["mood"]["score"] is None


async def test_free_texts_are_for_the_customer_alone_and_belong_to_no_answer(rollout: Rollout) -> None:
    service = rollout.service
    (unit,) = await add_units(service, 1)
    survey = await open_survey(rollout, [unit], **PEOPLE)
    path = f"/surveys/{survey['id']}/comments"
    with frozen(OPEN):
        for number in range(5):
            role = f"participant@{unit}"
            await answer(service, survey, unit, 3, role, texts={"why": f"Skäl {number}"})
        assert (await ok(service, "GET", path))["items"] == []
        await ok(service, "POST", f"/surveys/{survey['id']}/closures")
        seen = (await ok(service, "GET", path))["items"]
        head = (await ok(service, "GET", path, None, f"unit_head@{unit}"))["items"]
        supplier = (await ok(service, "GET", path, side="supplier"))["items"]
    assert sorted(one["body"] for one in seen) == [f"Skäl {number}" for number in range(5)]
    assert {one["unitId"] for one in seen} == {None}
    assert (head, supplier) == ([], [])


@pytest.mark.parametrize(
    ("day", "status"),
    [(datetime(2027, 1, 31, 12, tzinfo=UTC), 409), (OPEN, 201), (datetime(2027, 2, 28, 23, 30, tzinfo=UTC), 409)],
)
async def test_answers_are_taken_from_the_first_day_to_the_last(rollout: Rollout, day: datetime, status: int) -> None:
    (unit,) = await add_units(rollout.service, 1)
    survey = await open_survey(rollout, [unit])
    with frozen(day):
        assert (await answer(rollout.service, survey, unit, 3)).status_code == status


async def test_a_new_revision_leaves_the_former_questions_as_they_were(rollout: Rollout) -> None:
    service = rollout.service
    path = f"/projects/{rollout.id}/survey-definitions"
    body = {"key": "mood", "title": TITLE, "respondent": "unit", "questions": QUESTIONS}
    first = await ok(service, "POST", path, body)
    second = await ok(service, "POST", path, body | {"questions": QUESTIONS[:1]})
    assert (first["revision"], second["revision"]) == (1, 2)
    assert len((await ok(service, "GET", f"/survey-definitions/{first['id']}"))["questions"]) == 2


async def test_our_readiness_set_is_marked_as_ours(rollout: Rollout) -> None:
    made = await ok(rollout.service, "POST", f"/projects/{rollout.id}/readiness-sets")
    assert (made["source"], len(made["questions"]), made["sourceRef"]) == ("startklar", 8, None)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"answers": {"ready": 6}}, "#/answers/ready"),
        ({"answers": {}}, "#/answers/ready"),
        ({"answers": {"ready": "3"}}, "#/answers/ready"),
        ({"answers": {"ready": 3, "else": 1}}, "#/answers/else"),
        ({"unitId": "0197a0e4-0000-7000-8000-000000000001"}, "#/unitId"),
    ],
)
async def test_a_wrong_answer_names_its_place(rollout: Rollout, wrong: dict[str, Any], pointer: str) -> None:
    (unit,) = await add_units(rollout.service, 1)
    survey = await open_survey(rollout, [unit])
    body = {"unitId": unit, "answers": {"ready": 3}} | wrong
    with frozen(OPEN):
        refused = await call(rollout.service, "POST", f"/surveys/{survey['id']}/responses", body)
    assert refused.status_code == 422
    assert pointer in [error["pointer"] for error in refused.json()["errors"]]


async def test_units_are_no_people_to_be_anonymous(rollout: Rollout) -> None:
    body = {"key": "mood", "title": TITLE, "respondent": "unit", "isAnonymous": True, "questions": QUESTIONS}
    refused = await call(rollout.service, "POST", f"/projects/{rollout.id}/survey-definitions", body)
    assert refused.status_code == 422
