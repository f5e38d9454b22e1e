"""Rush openings: many at once share a batch, and each is told the own outcome."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.training.enrolment.rush import Rush
from services.training.session.seats import Asked
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol
from tests.training.session.seat_facts import plan_sessions, seat_facts


async def test_who_comes_while_a_batch_is_on_its_way_shares_the_next(committed: ServiceUnderTest) -> None:
    [session_id] = await plan_sessions(committed, 30)
    rush, twice = Rush(committed.database), new_id()
    people = [twice, twice, *(new_id() for _ in range(40))]
    outcomes = await asyncio.gather(*(rush.enrol(committed.tenant, session_id, Asked(one)) for one in people))
    assert [one.verdict for one in outcomes[:2]] == ["enrolled", "already"]
    assert [one.state for one in outcomes].count("waiting") == 11
    facts = await seat_facts(committed, session_id)
    assert (facts.taken, facts.waiting) == (30, 11)
    async with committed.database.transaction(committed.tenant) as db:
        transactions = (await db.execute(text("SELECT count(DISTINCT xmin::text) FROM enrolment"))).scalar_one()
    assert transactions == 1


async def test_a_batch_that_fails_tells_everybody_and_the_next_one_goes_on(committed: ServiceUnderTest) -> None:
    [session_id] = await plan_sessions(committed, 3)
    rush = Rush(committed.database)
    same = Asked(new_id())
    await rush.enrol(committed.tenant, session_id, same)
    broken = Asked(new_id(), id=same.id)  # its id is taken: the whole batch is refused by the database
    failed = await asyncio.gather(
        *(rush.enrol(committed.tenant, session_id, one) for one in (broken, Asked(new_id()))), return_exceptions=True
    )
    assert all(isinstance(one, DBAPIError) for one in failed)
    assert (await rush.enrol(committed.tenant, session_id, Asked(new_id()))).state == "confirmed"
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(rush.enrol(committed.tenant, session_id, Asked(new_id())), 0)
    await asyncio.sleep(0.2)
    await seat_facts(committed, session_id)


async def test_the_journal_names_who_asked_also_in_a_batch(committed: ServiceUnderTest) -> None:
    people = (await create_roster(committed, people=12))["people"]
    session = await create_session(committed, await create_course(committed), capacity=5, minutes=600)
    answers = await asyncio.gather(*(enrol(committed, session, person) for person in people))
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["state"] for answer in answers) == ["confirmed"] * 5 + ["waiting"] * 7
    async with committed.database.transaction(committed.tenant) as db:
        query = text("SELECT count(*) FROM journal_entry WHERE action LIKE 'enrolment.%' AND actor_id IS NULL")
        assert (await db.execute(query)).scalar_one() == 0
    shown = await committed.client.get(f"/training/v1/sessions/{session}", headers=committed.as_(LEADER))
    assert (shown.json()["taken"], shown.json()["waiting"]) == (5, 7)
    await seat_facts(committed, UUID(session))
