"""The worker as it runs: facts come from the owners' feeds, gates turn, and what they tell gets a position."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from services.projects.worker import worker_spec
from shared.contracts.base import Event, EventEnvelope
from shared.contracts.sync import RosterApplied
from shared.contracts.training import CoverageChanged
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue.changes import ChangeFeed
from shared.queue.feed import FeedPage
from shared.queue.worker import ServiceWorker
from tests.projects.conftest import BASE, CREATE, LEADER, Rollout
from tests.projects.intake.test_tasks import feed_of, lines, page, unit
from tests.support.jobs import Tokens
from tests.support.services import ServiceUnderTest, Start


class Feeds:
    """The feeds of the other services, in memory."""

    def __init__(self) -> None:
        self.events: dict[str, list[EventEnvelope]] = {"sync": [], "training": [], "identity": []}

    def tell(self, owner: str, tenant: UUID, event: Event) -> None:
        feed = self.events[owner]
        envelope = EventEnvelope(
            id=new_id(),
            type=event.type,
            version=1,
            source=owner,
            tenant=tenant,
            subject=event.subject,
            occurred_at=clock.now(),
            position=len(feed) + 1,
            data=event.to_data(),
        )
        feed.append(envelope)

    async def page(self, owner: str, after: int, limit: int) -> FeedPage:
        feed = self.events[owner]
        before = feed[after - 1].id if after else None
        return FeedPage(items=tuple(feed[after : after + limit]), head=len(feed), after_id=before)


@pytest.fixture
async def committed(committed_service: Start) -> ServiceUnderTest:
    return await committed_service("projects")


@asynccontextmanager
async def running(service: ServiceUnderTest, feeds: Feeds, changes: ChangeFeed) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(ServiceWorker(worker_spec(changes), service.settings, feeds).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 15)


async def until(check: Callable[[], Any], wanted: Any) -> None:
    """Wait until the check answers as wanted, at most ten seconds."""
    for _ in range(200):
        if (found := await check()) == wanted:
            return
        await asyncio.sleep(0.05)
    assert found == wanted


def roster() -> RosterApplied:
    return RosterApplied(run_id=new_id(), origin="run", version_from=0, version_to=1, counts={})


def coverage(trained: int) -> CoverageChanged:
    return CoverageChanged(coverage_id=new_id(), unit_id=None, role="key_person", trained=trained, needed=50)


async def test_a_gate_turns_ready_by_events_of_other_services_and_its_own_event_gets_a_position(
    committed: ServiceUnderTest,
) -> None:
    made = await committed.client.post(f"{BASE}/projects", json=CREATE, headers=committed.as_(LEADER))
    rollout, feeds = Rollout(committed, made.json()["id"]), Feeds()
    changes = feed_of({None: [unit("Almen", 1), page(None, 1)]}, [])
    stranger = new_id()

    async def state() -> str:
        return str((await rollout.gate("m3"))["state"])

    async def positions() -> list[tuple[int, str]]:
        async with committed.relay.transaction(None) as session:
            rows = await session.execute(text("SELECT position, type FROM event_log ORDER BY position"))
            return [(row.position, row.type) for row in rows]

    async def names() -> list[str]:
        answer = await committed.client.get(f"{BASE}/units", headers=committed.as_(LEADER))
        return [row["name"] for row in answer.json()["items"]]

    async with running(committed, feeds, changes):
        feeds.tell("training", stranger, coverage(50))
        feeds.tell("sync", stranger, roster())
        feeds.tell("sync", committed.tenant, roster())
        feeds.tell("training", committed.tenant, coverage(10))
        await until(names, ["Almen"])
        assert await state() == "open"
        feeds.tell("training", committed.tenant, coverage(40))
        await until(state, "ready")
        await until(positions, [(1, "projects.project.instantiated.v1"), (2, "projects.gate.ready.v1")])


async def test_an_owner_that_is_away_for_a_while_is_asked_again(committed: ServiceUnderTest) -> None:
    feeds, asked = Feeds(), list[int]()

    def answer(_: httpx.Request) -> httpx.Response:
        asked.append(1)
        if len(asked) == 1:
            return httpx.Response(503)
        return httpx.Response(200, content=lines([unit("Almen", 1), page(None, 1)]))

    async def names() -> list[str]:
        listed = await committed.client.get(f"{BASE}/units", headers=committed.as_(LEADER))
        return [row["name"] for row in listed.json()["items"]]

    changes = ChangeFeed({"sync": "http://sync.test"}, Tokens(), httpx.MockTransport(answer))
    feeds.tell("sync", committed.tenant, roster())
    async with running(committed, feeds, changes):
        await until(names, ["Almen"])


async def test_whoever_writes_to_redis_cannot_turn_a_gate_ready(committed: ServiceUnderTest) -> None:
    """Every wake-up, event and job that Redis could carry is forged; only what the owners' feeds say has an effect."""
    made = await committed.client.post(f"{BASE}/projects", json=CREATE, headers=committed.as_(LEADER))
    rollout, feeds = Rollout(committed, made.json()["id"]), Feeds()
    gate = await rollout.gate("m3")
    redis = Redis.from_url(committed.settings.redis_url.get_secret_value())
    told = {"type": "training.coverage.changed.v1", "tenant": str(committed.tenant), "data": coverage(50).to_data()}
    functions = {
        "pull": ["training"],
        "work": [],
        "training.coverage.changed.v1": [told],
        "on_coverage_changed": [told],
        "gate.pass": [gate["id"]],
        "run_job": [str(new_id())],
    }

    async def state() -> str:
        return str((await rollout.gate("m3"))["state"])

    async with running(committed, feeds, feed_of({None: [page(None, 1)]}, [])):
        for number, (function, arguments) in enumerate(functions.items()):
            forged = json.dumps({"t": None, "f": function, "a": arguments, "k": {}, "et": 1})
            await redis.set(f"arq:job:forged{number}", forged)
            await redis.zadd("arq:projects", {f"forged{number}": 1})
        for _ in range(20):
            assert await state() == "open"
            await asyncio.sleep(0.05)
        assert await redis.zcard("arq:projects") == 0, "the worker has read them all"
        feeds.tell("sync", committed.tenant, roster())
        feeds.tell("training", committed.tenant, coverage(50))
        await until(state, "ready")
    await redis.aclose()
