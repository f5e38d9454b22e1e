"""Training shows and forgets one person, and nobody else."""

from typing import Any

from shared.auth.scopes import Scope
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol


async def ask(training: ServiceUnderTest, what: str, person: Any, scope: Scope) -> Any:
    token = training.mint.service_token("training", [scope], training.tenant)
    headers = {"Authorization": f"Bearer {token}"}
    return await training.client.post(f"/internal/person-{what}", json={"personId": str(person)}, headers=headers)


async def test_an_export_holds_what_an_erasure_then_forgets(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    await enrol(training, await create_session(training, await create_course(training)), people[0])
    before = (await ask(training, "exports", people[0], Scope.persons_read)).json()
    assert before["person"][0]["display_name"] == "Test 0"
    assert {table: len(rows) for table, rows in before.items() if rows} == {"person": 1, "duty": 1, "enrolment": 1}
    assert (await ask(training, "erasures", people[0], Scope.persons_write)).json()["erased"] == 2
    assert (await ask(training, "erasures", people[0], Scope.persons_write)).json()["erased"] == 0
    after = (await ask(training, "exports", people[0], Scope.persons_read)).json()
    assert (after["person"], after["duty"], len(after["enrolment"])) == ([], [], 1)
    assert len((await ask(training, "exports", people[1], Scope.persons_read)).json()["person"]) == 1


async def test_an_erased_person_leaves_a_seat_without_a_name_and_no_share_in_coverage(
    training: ServiceUnderTest,
) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    made = (await enrol(training, session, people[0])).json()
    coming = await create_session(training, await create_course(training, "next"), capacity=1, minutes=600)
    queue = [(await enrol(training, coming, person)).json()["id"] for person in people[:2]]
    await ask(training, "erasures", people[0], Scope.persons_write)
    seat = await training.client.get(f"/training/v1/enrolments/{made['id']}", headers=training.as_(LEADER))
    listed = await training.client.get(f"/training/v1/sessions/{session}/enrolments", headers=training.as_(LEADER))
    next_in_turn = await training.client.get(f"/training/v1/enrolments/{queue[1]}", headers=training.as_(LEADER))
    assert next_in_turn.json()["state"] == "confirmed"
    assert (seat.status_code, seat.json()["displayName"], len(listed.json()["items"])) == (200, "", 1)
    coverage = await training.client.get("/training/v1/coverage", headers=training.as_(LEADER))
    assert {row["needed"] for row in coverage.json()["items"]} == {2}


async def test_a_person_with_an_ordinary_token_cannot_ask(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    answer = await training.client.post(
        "/internal/person-exports", json={"personId": str(people[0])}, headers=training.as_("tenant_admin@*")
    )
    assert answer.status_code == 401
