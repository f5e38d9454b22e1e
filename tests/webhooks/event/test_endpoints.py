"""The event log: ordered, gapless under concurrency, per tenant, and readable to the end."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.webhooks.delivery.claims import purge_before
from services.webhooks.delivery.service import DeliveryService
from shared.contracts.projects import GatePassed, GateReady
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.webhooks.conftest import ADMIN, enveloped, happen, later, subscribe

EVENTS = "/webhooks/v1/events"


async def read(webhooks: ServiceUnderTest, path: str = EVENTS, **query: Any) -> dict[str, Any]:
    response = await webhooks.client.get(path, params=query or None, headers=webhooks.as_(ADMIN))
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_missed_events_are_read_after_a_position(webhooks: ServiceUnderTest) -> None:
    happened = [str((await happen(webhooks)).id) for _ in range(5)]
    first = await read(webhooks, limit=2)
    assert [one["id"] for one in first["items"]] == happened[:2]
    assert [one["position"] for one in first["items"]] == [1, 2]
    following = await read(webhooks, first["_links"]["next"]["href"].removeprefix("http://gateway.test"))
    last = await read(webhooks, after=following["lastPosition"])
    assert [one["id"] for one in following["items"] + last["items"]] == happened[2:]
    assert last["_links"]["next"] is None
    empty = await read(webhooks, after=5)
    assert (empty["items"], empty["lastPosition"]) == ([], 5)


async def test_types_can_be_chosen(webhooks: ServiceUnderTest) -> None:
    await happen(webhooks)
    passed = GatePassed(project_id=new_id(), gate_id=new_id(), gate_key="start", waivers=0)
    async with webhooks.database.transaction(webhooks.tenant) as session:
        await DeliveryService(session).fan_out(enveloped(passed, webhooks.tenant))
    found = await read(webhooks, types=["projects.gate.passed.v1", "sync.roster.applied.v1"])
    assert [one["type"] for one in found["items"]] == ["projects.gate.passed.v1"]


async def test_one_event_is_read_by_its_webhook_id(webhooks: ServiceUnderTest) -> None:
    event = await happen(webhooks)
    assert (await read(webhooks, f"{EVENTS}/{event.id}"))["data"] == event.data


async def test_another_tenants_events_are_not_there(webhooks: ServiceUnderTest) -> None:
    event = await happen(webhooks)
    stranger = webhooks.as_(ADMIN, tenant=new_id())
    assert (await webhooks.client.get(EVENTS, headers=stranger)).json()["items"] == []
    assert (await webhooks.client.get(f"{EVENTS}/{event.id}", headers=stranger)).status_code == 404


async def test_a_reader_who_follows_positions_misses_nothing_that_commits_late(webhooks: ServiceUnderTest) -> None:
    """A transaction that takes its position first and commits last must not be overtaken."""
    late = enveloped(GateReady(project_id=new_id(), gate_id=new_id(), gate_key="late"), webhooks.tenant)
    seen: list[str] = []
    async with webhooks.database.transaction(webhooks.tenant) as session:
        await DeliveryService(session).fan_out(late)
        others = asyncio.gather(*(happen(webhooks) for _ in range(5)))
        await asyncio.sleep(0.3)
        seen += [one["id"] for one in (await read(webhooks))["items"]]
        assert seen == []
    await others
    found = await read(webhooks, limit=200)
    assert [one["position"] for one in found["items"]] == [1, 2, 3, 4, 5, 6]
    assert found["items"][0]["id"] == str(late.id)


async def test_tenants_do_not_wait_for_each_other(webhooks: ServiceUnderTest) -> None:
    late = enveloped(GateReady(project_id=new_id(), gate_id=new_id(), gate_key="late"), webhooks.tenant)
    async with webhooks.database.transaction(webhooks.tenant) as session:
        await DeliveryService(session).fan_out(late)
        async with asyncio.timeout(2):
            await happen(webhooks, tenant=new_id())


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=201", "after=99999999999999999999"])
async def test_a_wrong_position_is_the_callers_error(webhooks: ServiceUnderTest, query: str) -> None:
    response = await webhooks.client.get(f"{EVENTS}?{query}", headers=webhooks.as_(ADMIN))
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"].startswith("query:")


async def test_old_events_go_but_not_those_still_to_be_delivered(webhooks: ServiceUnderTest) -> None:
    gone = await happen(webhooks)
    await subscribe(webhooks, "http://127.0.0.1:9/")
    waiting = await happen(webhooks)
    with later(100 * 86_400):
        edge = clock.now() - timedelta(days=90)
        async with webhooks.relay.transaction(None) as relay:
            await purge_before(relay, edge, edge)
    found = await read(webhooks)
    assert [one["id"] for one in found["items"]] == [str(waiting.id)]
    assert str(gone.id) != str(waiting.id)
    await happen(webhooks)
    assert [one["position"] for one in (await read(webhooks))["items"]] == [2, 3]


async def test_the_log_cannot_be_read_without_the_scope(webhooks: ServiceUnderTest) -> None:
    await happen(webhooks)
    without = webhooks.as_(ADMIN, scopes=["endpoints:read"])
    assert (await webhooks.client.get(EVENTS, headers=without)).status_code == 403
    assert (await webhooks.client.get(EVENTS, headers=webhooks.as_("participant@*"))).status_code == 403


async def test_without_its_policy_row_security_would_not_hide_events(webhooks: ServiceUnderTest) -> None:
    """The app role without a tenant sees nothing at all."""
    await happen(webhooks)
    async with webhooks.database.transaction(None) as session:
        assert await session.scalar(text("SELECT count(*) FROM public_event")) == 0
