"""Learning records reach the authority's store once each, by pseudonyms alone, whatever fails on the way."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.training.statement.tasks import tell_stores
from shared.kit import clock
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark
from tests.training.statement.store import PASSWORD, USER, Store, running_store

URL = "/training/v1/record-store"
ADMIN = "tenant_admin@*"


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with running_store() as running:
        yield running


async def register(training: ServiceUnderTest, store: Store, **changes: Any) -> Any:
    body = {"url": store.url, "username": USER, "password": PASSWORD} | changes
    return await training.client.post(URL, json=body, headers=training.as_(ADMIN))


async def tell(training: ServiceUnderTest) -> int:
    """What the worker does every minute; how many statements were told."""
    done = await tell_stores(training.settings)(Context(training))  # type: ignore[arg-type]
    return int(done["told"]) if done else 0


async def seen(training: ServiceUnderTest) -> dict[str, Any]:
    answer = await training.client.get(URL, headers=training.as_(ADMIN))
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def attended(training: ServiceUnderTest) -> list[UUID]:
    """Two people had a session: one was there, the other for a part. Gives the roster's people."""
    people: list[UUID] = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training))
    seats = [(await enrol(training, session, one)).json()["id"] for one in people[:2]]
    assert (await mark(training, session, {seats[0]: "attended", seats[1]: "partial"})).status_code == 200
    return people


def verbs(store: Store) -> list[str]:
    return sorted(one["verb"]["id"].rpartition("/")[2] for one in store.statements.values())


async def test_what_happened_is_told_once_and_by_pseudonym(training: ServiceUnderTest, store: Store) -> None:
    people = await attended(training)
    assert (await register(training, store)).status_code == 201
    assert await tell(training) == 2
    assert verbs(store) == ["registered", "registered"], "what a session will have been is not told before its end"
    with clock.frozen(clock.now() + timedelta(hours=3)):
        assert await tell(training) == 3
        assert (await tell(training), len(store.statements)) == (0, 5)
    assert verbs(store) == ["attended", "attended", "completed", "registered", "registered"]
    actors = {one["actor"]["account"]["name"] for one in store.statements.values()}
    told = json.dumps(list(store.statements.values()))
    assert len(actors) == 2
    assert all(str(person) not in told and f"Test {number}" not in told for number, person in enumerate(people))
    shown = await seen(training)
    assert (shown["stored"], shown["waiting"], shown["failures"]) == (5, 0, 0)
    assert PASSWORD not in json.dumps(shown)


async def test_nothing_is_told_of_protected_people(training: ServiceUnderTest, store: Store) -> None:
    people = await attended(training)
    async with training.database.transaction(training.tenant) as session:
        await session.execute(text("UPDATE person SET protected = true WHERE id = :id"), {"id": people[0]})
    await register(training, store)
    assert await tell(training) == 1
    assert (await seen(training))["waiting"] == 0


async def test_a_worker_that_died_after_the_answer_tells_the_same_again(
    training: ServiceUnderTest, store: Store
) -> None:
    await attended(training)
    await register(training, store)
    await tell(training)
    before = dict(store.statements)
    async with training.database.transaction(training.tenant) as session:
        await session.execute(text("DELETE FROM statement WHERE id IN (SELECT id FROM statement LIMIT 1)"))
    assert await tell(training) == 1
    assert store.statements == before, "the same ids with the same words"


async def test_a_store_that_fails_is_asked_later_and_paused_in_the_end(
    training: ServiceUnderTest, store: Store
) -> None:
    await attended(training)
    await register(training, store)
    store.fails = 503
    assert await tell(training) == 0
    shown = await seen(training)
    assert (shown["failures"], shown["toldOfFailure"], shown["state"]) == (1, "the store answered 503", "active")
    asked = store.requests
    await tell(training)
    assert store.requests == asked, "not before its time"
    moment = clock.now()
    for _ in range(19):
        moment += timedelta(hours=2)
        with clock.frozen(moment):
            await tell(training)
    assert (await seen(training))["state"] == "paused"
    store.fails = None
    with clock.frozen(moment + timedelta(hours=2)):
        assert await tell(training) == 0
    body = {"url": store.url, "username": USER, "state": "active"}
    headers = training.as_(ADMIN) | {"If-Match": f'"{(await seen(training))["version"]}"'}
    mended = await training.client.put(URL, json=body, headers=headers)
    assert (mended.status_code, mended.json()["failures"]) == (200, 0)
    with clock.frozen(moment + timedelta(hours=2)):
        assert await tell(training) > 0


async def test_another_address_needs_a_password_and_gets_everything_under_other_pseudonyms(
    training: ServiceUnderTest, store: Store
) -> None:
    await attended(training)
    made = await register(training, store)
    await tell(training)
    names = {one["actor"]["account"]["name"] for one in store.statements.values()}
    moved = {"url": f"{store.url}/other", "username": USER}
    headers = training.as_(ADMIN) | {"If-Match": made.headers["etag"]}
    refused = await training.client.put(URL, json=moved, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/password")
    assert (await seen(training))["stored"] == 2
    async with running_store() as other:
        body = {"url": other.url, "username": USER, "password": PASSWORD}
        assert (await training.client.put(URL, json=body, headers=headers)).status_code == 200
        assert await tell(training) == 2
        assert names.isdisjoint(one["actor"]["account"]["name"] for one in other.statements.values())


async def test_only_an_administrator_says_where_records_go_and_never_to_ourselves(
    training: ServiceUnderTest, store: Store
) -> None:
    body = {"url": store.url, "username": USER, "password": PASSWORD}
    leader = await training.client.post(URL, json=body, headers=training.as_(LEADER))
    assert leader.status_code == 403
    metadata = await register(training, store, url="http://169.254.169.254/latest")
    assert (metadata.status_code, metadata.json()["errors"][0]["pointer"]) == (422, "#/url")
    assert (await register(training, store)).status_code == 201
    assert (await register(training, store)).status_code == 409
    headers = training.as_(ADMIN) | {"If-Match": '"1"'}
    assert (await training.client.delete(URL, headers=headers)).status_code == 204
    assert (await training.client.get(URL, headers=training.as_(ADMIN))).status_code == 404
