"""What people need before a course, and whom it is for."""

from typing import Any
from uuid import UUID

from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol


async def require(training: ServiceUnderTest, course: str, requires: str, kind: str) -> Any:
    return await training.client.post(
        f"/training/v1/courses/{course}/prerequisites",
        json={"requiresId": requires, "kind": kind},
        headers=training.as_(LEADER),
    )


async def complete(training: ServiceUnderTest, course: str, person: UUID, *roles: str, on: str = "2026-01-15") -> Any:
    return await training.client.post(
        f"/training/v1/courses/{course}/completions",
        json={"personId": str(person), "completedOn": on, "source": "academy"},
        headers=training.as_(*(roles or (LEADER,))),
    )


async def test_a_hard_prerequisite_keeps_out_until_it_is_completed_and_a_soft_one_is_named(
    training: ServiceUnderTest,
) -> None:
    person = (await create_roster(training))["people"][0]
    course, hard, soft = [await create_course(training, key) for key in ("course", "hard", "soft")]
    await require(training, course, hard, "hard")
    await require(training, course, soft, "soft")
    session = await create_session(training, course, minutes=600)
    refused = (await enrol(training, session, person)).json()
    assert (refused["type"].rsplit("/")[-1], refused["courseIds"]) == ("prerequisite-missing", [hard])
    assert [(await complete(training, hard, person)).status_code for _ in range(2)] == [201, 200]
    assert (await enrol(training, session, person)).status_code == 201
    url = f"/training/v1/sessions/{session}/prerequisite-gaps"
    gaps = (await training.client.get(url, headers=training.as_(LEADER))).json()["items"]
    assert [(gap["personId"], gap["courseId"], gap["kind"]) for gap in gaps] == [(str(person), soft, "soft")]


async def test_a_completion_counts_as_attendance(training: ServiceUnderTest) -> None:
    person = (await create_roster(training, people=1))["people"][0]
    course = await create_course(training)
    await complete(training, course, person)
    rows = (await training.client.get("/training/v1/coverage?role=teacher", headers=training.as_(LEADER))).json()
    assert {(row["trained"], row["needed"]) for row in rows["items"]} == {(1, 1)}


async def test_a_head_writes_down_completions_of_the_own_unit_only(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=1)
    course, person = await create_course(training), roster["people"][0]
    assert (await complete(training, course, person, f"unit_head@{new_id()}")).status_code == 403
    assert (await complete(training, course, person, f"unit_head@{roster['unit']}")).status_code == 201


async def test_nobody_completed_a_course_in_the_future(training: ServiceUnderTest) -> None:
    person = (await create_roster(training, people=1))["people"][0]
    answer = await complete(training, await create_course(training), person, on="2999-01-01")
    assert answer.json()["errors"][0]["pointer"] == "#/completedOn"


async def test_courses_never_require_each_other(training: ServiceUnderTest) -> None:
    a, b, c = [await create_course(training, key) for key in ("a", "b", "c")]
    assert [(await require(training, *pair, "hard")).status_code for pair in ((a, b), (b, c))] == [201, 201]
    for pair in ((c, a), (a, a)):
        assert (await require(training, *pair, "soft")).json()["type"].endswith("/prerequisite-cycle")
    again = await require(training, a, b, "soft")
    url = f"/training/v1/prerequisites/{again.json()['prerequisiteId']}"
    headers = training.as_(LEADER) | {"If-Match": '"1"'}
    assert (await training.client.delete(url, headers=headers)).status_code == 204
    assert (await require(training, c, a, "soft")).status_code == 201
    assert (await require(training, a, str(new_id()), "soft")).json()["errors"][0]["pointer"] == "#/requiresId"


async def test_a_course_for_its_audience_alone_keeps_others_out(training: ServiceUnderTest) -> None:
    roster = await create_roster(training)
    course = await create_course(training, audience=("key_person",))
    url = f"/training/v1/courses/{course}"
    headers = training.as_(LEADER) | {"If-Match": '"1"'}
    assert (await training.client.patch(url, json={"audienceOnly": True}, headers=headers)).status_code == 200
    session = await create_session(training, course, minutes=600)
    refused = await enrol(training, session, roster["people"][0])
    assert refused.json()["type"].endswith("/not-in-audience")
    body = {"personId": str(roster["people"][0]), "unitId": str(roster["unit"])}
    await training.client.post("/training/v1/appointments", json=body, headers=training.as_(LEADER))
    assert (await enrol(training, session, roster["people"][0])).status_code == 201
