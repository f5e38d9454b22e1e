"""Following the roster: a marking that tightens is felt at once, in every place where a name may stand."""

from typing import Any

from sqlalchemy import text

from services.training.roster.service import HIDDEN, RosterService
from services.training.roster.tasks import on_person_protected
from shared.contracts.sync import PersonChange, PersonProtected
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session


async def protect(training: ServiceUnderTest, person: Any, version: int) -> None:
    event = PersonProtected(person_id=person, version=version)
    async with training.database.transaction(training.tenant) as session:
        await on_person_protected(session, None, event)  # type: ignore[arg-type]


async def test_a_protected_persons_name_is_gone_from_lists_and_from_stored_answers(training: ServiceUnderTest) -> None:
    person = (await create_roster(training))["people"][0]
    url = f"/training/v1/sessions/{await create_session(training, await create_course(training))}/enrolments"
    headers = training.as_(LEADER) | {"Idempotency-Key": "one"}
    first = await training.client.post(url, json={"personId": str(person)}, headers=headers)
    assert first.json()["displayName"] == "Test 0"
    await protect(training, person, 2)
    listed = (await training.client.get(url, headers=training.as_(LEADER))).json()["items"]
    assert [row["displayName"] for row in listed] == [HIDDEN]
    again = await training.client.post(url, json={"personId": str(person)}, headers=headers)
    assert "Test 0" not in again.text
    async with training.database.transaction(training.tenant) as session:
        assert (await session.execute(text("SELECT count(*) FROM idempotency"))).scalar_one() == 0


async def test_no_older_line_brings_a_protected_name_back_and_the_alias_of_the_roster_replaces_ours(
    training: ServiceUnderTest,
) -> None:
    person = new_id()
    await protect(training, person, 5)

    async def taken(name: str, version: int) -> str:
        line = PersonChange(version=version, op="put", id=person, display_name=name, protected=version >= 5)
        async with training.database.transaction(training.tenant) as session:
            await RosterService(session).take_in([line], version)
            return (await RosterService(session).person(person)).display_name

    assert await taken("Test Testsson", 4) == HIDDEN
    assert await taken("FE000123", 5) == "FE000123"
