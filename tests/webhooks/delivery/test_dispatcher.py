"""Deliveries from the event to a real receiver: signed, retried, stopped, fair, and safe against a dying worker."""

import asyncio
import json
import sys
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from services.webhooks.delivery.claims import Wanted, claim_due
from services.webhooks.delivery.dispatcher import Pace
from services.webhooks.delivery.schedule import Outcome
from services.webhooks.delivery.service import DeliveryService
from services.webhooks.endpoint.service import EndpointService
from services.webhooks.event.errors import EventTooLarge
from shared.contracts.projects import GateReady
from shared.kit import clock
from shared.kit.egress import EgressClient, EgressResponse
from shared.kit.ids import new_id
from shared.kit.settings import ServiceSettings
from tests.support.databases import ROOT
from tests.support.services import ServiceUnderTest
from tests.webhooks.conftest import (
    ADMIN,
    Receive,
    deliveries,
    dispatcher,
    dispatching,
    enveloped,
    happen,
    later,
    subscribe,
    until,
)


async def run_once(webhooks: ServiceUnderTest, egress: EgressClient | None = None) -> int:
    """Attempt what is due now, one after the other; how many there were."""
    now = clock.now()
    async with webhooks.relay.transaction(None) as relay:
        claims = await claim_due(relay, Wanted(100, 100), now, now + timedelta(seconds=60))
    worker = dispatcher(webhooks, timeout=1, egress=egress)
    for claim in claims:
        await worker.attempt(claim)
    return len(claims)


def plain(settings: ServiceSettings) -> str:
    """Settings as JSON, secrets included."""
    values = settings.model_dump()
    shown = {key: v.get_secret_value() if isinstance(v, SecretStr) else v for key, v in values.items()}
    return json.dumps(shown, default=str)


async def detail(webhooks: ServiceUnderTest, delivery_id: str) -> dict[str, Any]:
    response = await webhooks.client.get(f"/webhooks/v1/deliveries/{delivery_id}", headers=webhooks.as_(ADMIN))
    found: dict[str, Any] = response.json()
    return found


async def state_of(webhooks: ServiceUnderTest, endpoint: dict[str, Any]) -> tuple[str, str | None]:
    response = await webhooks.client.get(f"/webhooks/v1/endpoints/{endpoint['id']}", headers=webhooks.as_(ADMIN))
    return response.json()["state"], response.json()["disabledReason"]


async def test_an_event_reaches_its_subscriber_signed(webhooks: ServiceUnderTest, receiver: Receive) -> None:
    peer = await receiver()
    endpoint = await subscribe(webhooks, peer.url, "projects.gate.ready.v1")
    event = await happen(webhooks)
    async with dispatching(webhooks):
        await until(lambda: bool(peer.received))
    [got] = peer.received
    got.verify(endpoint["secret"])
    assert got.id == str(event.id)
    assert got.headers["content-type"] == "application/json"
    assert got.headers["traceparent"] == event.traceparent
    assert got.json() == {
        "type": "projects.gate.ready.v1",
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "tenant": str(webhooks.tenant),
        "subject": str(event.subject),
        "data": event.data,
    }
    [logged] = await deliveries(webhooks, state="delivered")
    full = await detail(webhooks, logged["id"])
    assert full["eventId"] == str(event.id)
    assert [(a["number"], a["statusCode"], a["excerpt"]) for a in full["attemptLog"]] == [(1, 200, "hello")]


async def test_only_subscribed_types_of_the_own_tenant_arrive(webhooks: ServiceUnderTest, receiver: Receive) -> None:
    mine, others, wrong_type = await receiver(), await receiver(), await receiver()
    stranger = new_id()
    await subscribe(webhooks, mine.url)
    await subscribe(webhooks, others.url, tenant=stranger)
    await subscribe(webhooks, wrong_type.url, "projects.gate.passed.v1")
    own, foreign = await happen(webhooks), await happen(webhooks, tenant=stranger)
    while await run_once(webhooks):
        pass
    assert [got.id for got in mine.received] == [str(own.id)]
    assert [got.id for got in others.received] == [str(foreign.id)]
    assert wrong_type.received == []


async def test_failures_are_tried_again_with_the_same_id_and_body(
    webhooks: ServiceUnderTest, receiver: Receive
) -> None:
    peer = await receiver("500 Oops", "302 Found\r\nLocation: http://169.254.169.254/", "204 Fine")
    endpoint = await subscribe(webhooks, peer.url)
    event = await happen(webhooks)
    assert await run_once(webhooks) == 1
    assert await run_once(webhooks) == 0
    with later(7):
        assert await run_once(webhooks) == 1
    with later(7 + 361):
        assert await run_once(webhooks) == 1
    assert [got.id for got in peer.received] == [str(event.id)] * 3
    assert len({got.body for got in peer.received}) == 1
    peer.received[0].verify(endpoint["secret"])
    [logged] = await deliveries(webhooks, state="delivered")
    full = await detail(webhooks, logged["id"])
    assert [attempt["statusCode"] for attempt in full["attemptLog"]] == [500, 302, 204]


class Unforeseen(EgressClient):
    """A network that fails in a way that nobody has thought of."""

    async def request(self, *_: Any, **__: Any) -> EgressResponse:
        raise OverflowError


async def test_an_attempt_counts_whatever_the_receiver_or_we_make_of_it(
    webhooks: ServiceUnderTest, receiver: Receive
) -> None:
    peer = await receiver("503 Busy\r\nRetry-After: Mon, 01 Jan 2024 00:00:00 +99999999999999")
    await subscribe(webhooks, peer.url)
    await happen(webhooks)
    assert await run_once(webhooks) == 1
    with later(61):
        assert await run_once(webhooks, Unforeseen()) == 1
    [logged] = await deliveries(webhooks)
    met = (await detail(webhooks, logged["id"]))["attemptLog"]
    assert [(one["statusCode"], one["error"]) for one in met] == [(503, None), (None, "internal")]
    assert logged["state"] == "pending"


async def test_the_schedule_ends_and_a_redelivery_starts_it_again(
    webhooks: ServiceUnderTest, receiver: Receive
) -> None:
    peer = await receiver("500 Oops")
    await subscribe(webhooks, peer.url)
    event = await happen(webhooks)
    for day in range(10):
        with later(day * 110_000):
            assert await run_once(webhooks) == 1
            async with webhooks.database.transaction(webhooks.tenant) as session:  # well in between, or it is disabled
                await session.execute(text("UPDATE endpoint SET failing_since = NULL"))
    [failed] = await deliveries(webhooks)
    assert (failed["state"], failed["attempts"], failed["nextAttemptAt"]) == ("failed", 10, None)
    path = f"/webhooks/v1/deliveries/{failed['id']}/redeliveries"
    peer.answers = ["200 OK"]
    again = await webhooks.client.post(path, headers=webhooks.as_(ADMIN))
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    assert again.headers["location"].endswith(f"/webhooks/v1/deliveries/{failed['id']}")
    assert (await webhooks.client.post(path, headers=webhooks.as_(ADMIN))).status_code == 409
    assert await run_once(webhooks) == 1
    assert [got.id for got in peer.received] == [str(event.id)] * 11
    assert (await deliveries(webhooks))[0]["state"] == "delivered"


async def test_gone_disables_the_endpoint_and_says_so(webhooks: ServiceUnderTest, receiver: Receive) -> None:
    peer = await receiver("410 Gone")
    endpoint = await subscribe(webhooks, peer.url)
    await happen(webhooks)
    await happen(webhooks)
    assert await run_once(webhooks) == 2
    assert len(peer.received) == 1
    assert await state_of(webhooks, endpoint) == ("disabled", "gone")
    assert sorted(one["state"] for one in await deliveries(webhooks)) == ["discarded", "failed"]
    await happen(webhooks)
    assert len(await deliveries(webhooks)) == 2
    async with webhooks.relay.transaction(None) as relay:
        types = await relay.scalars(text("SELECT type FROM outbox ORDER BY seq"))
        assert list(types) == ["webhooks.endpoint.created.v1", "webhooks.endpoint.disabled.v1"]


async def test_five_days_of_nothing_but_failures_disable_the_endpoint(
    webhooks: ServiceUnderTest, receiver: Receive
) -> None:
    peer = await receiver("500 Oops", "200 OK", "500 Oops")
    endpoint = await subscribe(webhooks, peer.url)
    await happen(webhooks)
    assert await run_once(webhooks) == 1
    with later(119 * 3600):
        assert await run_once(webhooks) == 1  # a success: the count starts anew
        await happen(webhooks)
        assert await run_once(webhooks) == 1
        assert await state_of(webhooks, endpoint) == ("enabled", None)
    with later(2 * 119 * 3600):
        assert await run_once(webhooks) == 1
        assert (await state_of(webhooks, endpoint))[0] == "enabled"
    with later((119 + 121) * 3600):
        assert await run_once(webhooks) == 1
        assert await state_of(webhooks, endpoint) == ("disabled", "failing")


async def test_a_url_that_came_to_lead_inside_is_not_called(webhooks: ServiceUnderTest) -> None:
    endpoint = await subscribe(webhooks, "http://127.0.0.1:9/")
    async with webhooks.database.transaction(webhooks.tenant) as session:
        statement = "UPDATE endpoint SET url = 'http://169.254.169.254/latest' WHERE id = :id"
        await session.execute(text(statement), {"id": endpoint["id"]})
    await happen(webhooks)
    assert await run_once(webhooks) == 1
    full = await detail(webhooks, (await deliveries(webhooks))[0]["id"])
    assert [(a["error"], a["statusCode"]) for a in full["attemptLog"]] == [("refused-address", None)]


async def test_a_receiver_that_never_answers_is_cut_and_tried_again(
    webhooks: ServiceUnderTest, receiver: Receive
) -> None:
    peer = await receiver(delay=30)
    await subscribe(webhooks, peer.url)
    await happen(webhooks)
    assert await run_once(webhooks) == 1
    [waiting] = await deliveries(webhooks, state="pending")
    full = await detail(webhooks, waiting["id"])
    assert [(a["error"], a["isSuccess"]) for a in full["attemptLog"]] == [("timeout", False)]
    assert 900 < full["attemptLog"][0]["latencyMs"] < 3000


async def test_after_a_rotation_both_secrets_verify_until_the_former_ends(
    webhooks: ServiceUnderTest, receiver: Receive
) -> None:
    peer = await receiver()
    endpoint = await subscribe(webhooks, peer.url)
    path = f"/webhooks/v1/endpoints/{endpoint['id']}/secret-rotations"
    rotated = await webhooks.client.post(path, json={"overlapHours": 1}, headers=webhooks.as_(ADMIN))
    new = rotated.json()["secret"]
    await happen(webhooks)
    await run_once(webhooks)
    peer.received[0].verify(endpoint["secret"])
    peer.received[0].verify(new)
    with later(3700):
        await happen(webhooks)
        await run_once(webhooks)
    assert len(peer.received[1].headers["webhook-signature"].split()) == 1


async def test_a_test_goes_to_one_endpoint_whatever_it_subscribes_to(
    webhooks: ServiceUnderTest, receiver: Receive
) -> None:
    tested, other = await receiver(), await receiver()
    endpoint = await subscribe(webhooks, tested.url, "projects.gate.passed.v1")
    await subscribe(webhooks, other.url)
    path = f"/webhooks/v1/endpoints/{endpoint['id']}/test-deliveries"
    response = await webhooks.client.post(path, headers=webhooks.as_(ADMIN))
    assert response.status_code == 202
    await run_once(webhooks)
    tested.received[0].verify(endpoint["secret"])
    assert tested.received[0].json()["type"] == "webhooks.endpoint.tested.v1"
    assert other.received == []
    assert (await detail(webhooks, response.json()["id"]))["state"] == "delivered"


async def test_a_worker_killed_in_an_attempt_is_followed_by_another_with_the_same_id(
    webhooks: ServiceUnderTest, receiver: Receive
) -> None:
    peer = await receiver(delay=30)
    await subscribe(webhooks, peer.url)
    event = await happen(webhooks)
    module = "tests.webhooks.delivery.lone_dispatcher"
    dying = await asyncio.create_subprocess_exec(sys.executable, "-m", module, plain(webhooks.settings), cwd=ROOT)
    try:
        await until(lambda: bool(peer.received), seconds=20)
    finally:
        dying.kill()
        await dying.wait()
    peer.delay = 0
    async with dispatching(webhooks):
        await until(lambda: len(peer.received) == 2)
    assert [got.id for got in peer.received] == [str(event.id)] * 2
    [logged] = await deliveries(webhooks)
    assert (logged["state"], logged["attempts"]) == ("delivered", 1)


async def test_an_attempt_that_outlived_its_lease_changes_nothing(
    webhooks: ServiceUnderTest, receiver: Receive
) -> None:
    peer = await receiver("500 Oops")
    await subscribe(webhooks, peer.url)
    await happen(webhooks)
    now = clock.now()
    async with webhooks.relay.transaction(None) as relay:
        [late] = await claim_due(relay, Wanted(1, 1), now, now + timedelta(seconds=1))
    with later(2):
        assert await run_once(webhooks) == 1
    await dispatcher(webhooks).attempt(late)
    assert len(peer.received) == 1
    assert (await deliveries(webhooks))[0]["attempts"] == 1


async def test_two_workers_never_take_the_same_delivery(webhooks: ServiceUnderTest, receiver: Receive) -> None:
    peer = await receiver(delay=0.02)
    await subscribe(webhooks, peer.url)
    events = [str((await happen(webhooks)).id) for _ in range(20)]
    async with dispatching(webhooks), dispatching(webhooks):
        await until(lambda: len(peer.received) >= 20)
    assert sorted(got.id for got in peer.received) == sorted(events)


async def test_a_slow_endpoint_with_a_backlog_does_not_hold_up_another_tenant(
    webhooks: ServiceUnderTest, receiver: Receive
) -> None:
    slow, quick, other_tenant = await receiver(delay=3), await receiver(), new_id()
    await subscribe(webhooks, slow.url)
    await subscribe(webhooks, quick.url, tenant=other_tenant)
    for _ in range(30):
        await happen(webhooks)
    async with dispatching(webhooks, Pace(in_flight=6, poll=0.02)):
        await until(lambda: len(slow.received) == 4)
        started = time.perf_counter()
        await happen(webhooks, tenant=other_tenant)
        await until(lambda: bool(quick.received))
        assert time.perf_counter() - started < 1
        assert len(slow.received) == 4


async def test_many_endpoints_win_a_tenant_no_larger_share_of_a_busy_worker(webhooks: ServiceUnderTest) -> None:
    for _ in range(8):
        await subscribe(webhooks, "http://127.0.0.1:9/hook")
    other = new_id()
    await subscribe(webhooks, "http://127.0.0.1:9/hook", tenant=other)
    for tenant in (webhooks.tenant, webhooks.tenant, other):
        await happen(webhooks, tenant=tenant)
    now = clock.now()
    async with webhooks.relay.transaction(None) as relay:
        claims = await claim_due(relay, Wanted(2, 4), now, now + timedelta(seconds=60))
    assert {claim.tenant_id for claim in claims} == {webhooks.tenant, other}


async def test_an_endpoint_that_is_deleted_during_an_attempt_waits_for_nothing(webhooks: ServiceUnderTest) -> None:
    endpoint = await subscribe(webhooks, "http://127.0.0.1:9/hook")
    await happen(webhooks)
    now = clock.now()
    async with webhooks.relay.transaction(None) as relay:
        [claim] = await claim_due(relay, Wanted(1, 1), now, now + timedelta(seconds=60))

    async def record() -> None:
        async with webhooks.database.transaction(webhooks.tenant) as session:
            await DeliveryService(session).record(claim, Outcome(latency_ms=1, status_code=200))

    async with webhooks.database.transaction(webhooks.tenant) as session:
        endpoints = EndpointService(session)
        found = await endpoints.get(UUID(endpoint["id"]), lock=True)
        recording = asyncio.create_task(record())
        await asyncio.sleep(0.2)
        await endpoints.delete(found)
    await recording
    assert await deliveries(webhooks) == []


async def test_a_feed_that_is_replayed_makes_no_second_delivery(webhooks: ServiceUnderTest) -> None:
    await subscribe(webhooks, "http://127.0.0.1:9/")
    envelope = await happen(webhooks)
    async with webhooks.database.transaction(webhooks.tenant) as session:
        assert await DeliveryService(session).fan_out(envelope) == 0
    assert len(await deliveries(webhooks)) == 1


async def test_an_event_above_the_size_of_a_webhook_is_not_cut_but_refused(webhooks: ServiceUnderTest) -> None:
    event = GateReady(project_id=new_id(), gate_id=new_id(), gate_key="k" * 20_000)
    with pytest.raises(EventTooLarge):
        async with webhooks.database.transaction(webhooks.tenant) as session:
            await DeliveryService(session).fan_out(enveloped(event, webhooks.tenant))


async def test_the_relay_role_sees_neither_urls_nor_secrets_nor_answers(webhooks: ServiceUnderTest) -> None:
    for table in ("endpoint", "endpoint_secret", "delivery_attempt"):
        with pytest.raises(Exception, match="permission denied"):
            async with webhooks.relay.transaction(None) as relay:
                await relay.execute(text(f"SELECT * FROM {table}"))
