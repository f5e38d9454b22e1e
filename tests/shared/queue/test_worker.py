"""The worker as a whole: woken in time, working without Redis, untouched by whatever is written there."""

import asyncio
import pickle
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from redis.asyncio import Redis

from shared.kit.db import DangerousRole
from shared.kit.ids import new_id
from shared.kit.settings import ServiceSettings
from shared.queue import JobContext, LeaseTiming, Schedule, WorkerSpec, nudge, start_job
from shared.queue.worker import ServiceWorker
from tests.shared.queue.conftest import Pair, Toy
from tests.shared.queue.toy.model import ThingBroken, ThingMade, keep_effect, make_thing
from tests.shared.queue.toy.settings import ShelfSettings, ToysSettings
from tests.support.services import FILE_KEY

NOWHERE = "redis://127.0.0.1:1/0"
EFFECTS = "SELECT serial FROM effect ORDER BY n"


def settings_of(kind: type[ServiceSettings], toy: Toy, redis_url: str, **more: Any) -> Any:
    values = {
        "environment": "test", "database_url": toy.urls.app, "relay_database_url": toy.urls.relay,
        "redis_url": redis_url, "public_url": "http://gateway.test", "issuer": "http://issuer.test",
        "jwks_url": "http://issuer.test/jwks", "file_key": FILE_KEY,
    }  # fmt: skip
    return kind(**(values | more))


class Tokens:
    def __init__(self, settings: ServiceSettings) -> None: ...

    async def token(self, service: str, /) -> str:
        return "secret"


SHELF = WorkerSpec("shelf", ShelfSettings, consumes={"toys": {ThingMade: keep_effect}}, tokens=Tokens)


@asynccontextmanager
async def running(worker: ServiceWorker) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


@asynccontextmanager
async def both(pair: Pair, redis_url: str) -> AsyncIterator[None]:
    """The owner's and the consumer's worker."""
    toys = ServiceWorker(WorkerSpec("toys", ToysSettings), settings_of(ToysSettings, pair.toys, redis_url))
    shelf = ServiceWorker(SHELF, settings_of(ShelfSettings, pair.shelf, redis_url), source=pair)
    async with running(toys), running(shelf):
        yield


async def until(toy: Toy, query: str, expected: list[tuple[Any, ...]], seconds: float = 10) -> float:
    """Wait for a query's answer; returns how long it took."""
    start = time.monotonic()
    found: list[tuple[Any, ...]] = []
    while time.monotonic() - start < seconds:
        found = await toy.rows(query)
        if found == expected:
            return time.monotonic() - start
        await asyncio.sleep(0.01)
    raise AssertionError(f"{found} is not {expected}")


async def test_a_wake_up_brings_an_event_to_its_effect_well_before_any_sweep(
    pair: Pair, tenant: UUID, clean_redis: str
) -> None:
    redis = Redis.from_url(clean_redis)
    pair.toys.app.after_publish = lambda: nudge(redis, "toys")
    async with both(pair, clean_redis):
        await pair.make(tenant)
        await until(pair.shelf, EFFECTS, [(0,)])
        took = []
        for serial in range(1, 9):
            await pair.make(tenant, serial=serial)
            took.append(await until(pair.shelf, EFFECTS, [(n,) for n in range(serial + 1)]))
        assert sorted(took)[4] < 0.5, took
    await redis.aclose()


@pytest.mark.slow
async def test_without_redis_the_sweeps_do_all_the_work(pair: Pair, tenant: UUID) -> None:
    async with both(pair, NOWHERE):
        await pair.make(tenant)
        await until(pair.shelf, EFFECTS, [(0,)])


@pytest.mark.slow
async def test_a_lost_wake_up_is_made_up_for_by_a_sweep(pair: Pair, tenant: UUID, clean_redis: str) -> None:
    async with both(pair, clean_redis):
        await asyncio.sleep(0.5)
        await pair.make(tenant)  # nobody is told
        await until(pair.shelf, EFFECTS, [(0,)])


class Bomb:
    """Runs when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self._path,))


async def forge(redis: Redis, service: str, bomb: Path, tenant: UUID) -> None:
    """Everything that somebody with full access to Redis might write."""
    event = {
        "id": str(new_id()), "type": "toys.thing.made.v1", "version": 1, "source": "toys", "tenant": str(tenant),
        "subject": str(new_id()), "occurredAt": "2026-01-01T00:00:00Z", "position": 1,
        "data": {"thingId": str(new_id()), "serial": 99},
    }  # fmt: skip
    wakeup: dict[str, Any] = {"t": None, "k": {}, "et": 1}
    bodies: list[Any] = [
        wakeup | {"f": "pull", "a": ["toys", event]},
        wakeup | {"f": "pull", "a": ["evil"]},
        wakeup | {"f": "apply", "a": [event]},
        wakeup | {"f": "run_job", "a": [str(new_id())]},
        wakeup | {"f": ["pull"], "a": []},
        wakeup | {"f": "work", "a": "not a list"},
        "nothing like it",
    ]
    payloads = [httpx.Response(200, json=body).content for body in bodies]
    payloads += [pickle.dumps({"f": "pull", "a": (Bomb(bomb),), "k": {}, "t": 1, "et": 1}), pickle.dumps(Bomb(bomb))]
    for number, payload in enumerate(payloads):
        await redis.set(f"arq:job:forged{number}", payload)
        await redis.zadd(f"arq:{service}", {f"forged{number}": 1})
    await redis.zadd(f"arq:{service}", {b"\xff\xfe not text": 1, b"no such job": 1})
    await redis.zadd("startklar:listeners:toys", {"evil; FLUSHALL": 9e12, "\x00": 9e12})


async def test_whatever_is_written_to_redis_forges_no_effect_and_stops_no_worker(
    pair: Pair, tenant: UUID, clean_redis: str, tmp_path: Path
) -> None:
    redis = Redis.from_url(clean_redis)
    bomb = tmp_path / "unpickled"
    async with both(pair, clean_redis):
        for service in ("toys", "shelf"):
            await forge(redis, service, bomb, tenant)
        await asyncio.sleep(1.0)
        await redis.delete("arq:shelf")
        await redis.set("arq:shelf", "not even a queue")
        await asyncio.sleep(0.5)
        assert await pair.shelf.rows(EFFECTS) == []
        assert await pair.shelf.rows("SELECT position FROM feed_position") == [(0,)]
        assert not bomb.exists()
        assert await redis.zscore("arq:toys", b"\xff\xfe not text") is None, "a poisoned queue is thrown away"
        assert await redis.type("arq:shelf") != b"string"
        await pair.make(tenant, serial=7)
        await until(pair.shelf, EFFECTS, [(7,)])
    await redis.aclose()


async def test_jobs_and_schedules_run_and_what_they_publish_is_sequenced(
    pair: Pair, tenant: UUID, clean_redis: str
) -> None:
    async def work(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction(tenant) as session:
            await make_thing(session, 5)
        return {"attempt": ctx.attempt}

    spec = WorkerSpec(
        "toys",
        ToysSettings,
        jobs={"work": work, "nightly": work},
        schedule=[Schedule("nightly", timedelta(days=1))],
    )
    async with pair.toys.app.transaction(tenant) as session:
        await start_job(session, "work", {})
    async with running(ServiceWorker(spec, settings_of(ToysSettings, pair.toys, clean_redis))):
        await until(pair.toys, "SELECT position FROM event_log", [(1,), (2,)])
        await until(
            pair.toys, "SELECT kind, state FROM job ORDER BY kind", [("nightly", "succeeded"), ("work", "succeeded")]
        )


async def test_a_worker_that_is_stopped_puts_its_jobs_back(pair: Pair, tenant: UUID, clean_redis: str) -> None:
    started = asyncio.Event()

    async def endless(ctx: JobContext) -> None:
        started.set()
        await asyncio.Event().wait()

    spec = WorkerSpec("shelf", ShelfSettings, jobs={"work": endless}, timing=LeaseTiming(drain=0.1))
    async with pair.shelf.app.transaction(tenant) as session:
        await start_job(session, "work", {})
    async with running(ServiceWorker(spec, settings_of(ShelfSettings, pair.shelf, clean_redis))):
        await asyncio.wait_for(started.wait(), 10)
    assert await pair.shelf.rows("SELECT state, attempts FROM job") == [("queued", 0)]


async def test_metrics_and_probes_tell_how_it_stands(pair: Pair, tenant: UUID, clean_redis: str) -> None:
    port = _free_port()
    settings = settings_of(ShelfSettings, pair.shelf, clean_redis, metrics_port=port)
    async with pair.shelf.app.transaction(tenant) as session:
        await start_job(session, "later-release", {})
    await pair.make(tenant, tenant)
    await pair.sequence()
    async with running(ServiceWorker(SHELF, settings, source=pair)), httpx.AsyncClient() as client:
        base = f"http://127.0.0.1:{port}"
        await until(pair.shelf, EFFECTS, [(0,), (1,)])
        assert (await client.get(f"{base}/livez")).status_code == 200
        assert (await client.get(f"{base}/readyz")).status_code == 200
        assert (await client.get(f"{base}/secrets")).status_code == 404
        metrics = (await client.get(f"{base}/metrics")).text
    assert 'startklar_events_applied_total{owner="toys"} 2.0' in metrics
    assert 'startklar_feed_lag{owner="toys"} 0.0' in metrics
    assert "startklar_jobs_due 1.0" in metrics


async def test_a_worker_refuses_a_role_that_could_bypass_row_security(pair: Pair, clean_redis: str) -> None:
    settings = settings_of(ShelfSettings, pair.shelf, clean_redis, database_url=pair.shelf.urls.owner)
    with pytest.raises(DangerousRole):
        await ServiceWorker(SHELF, settings, source=pair).run(asyncio.Event())


def test_a_spec_that_cannot_work_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="nightly"):
        WorkerSpec("toys", ToysSettings, schedule=[Schedule("nightly", timedelta(days=1))])
    with pytest.raises(ValueError, match="does not own"):
        WorkerSpec("shelf", ShelfSettings, consumes={"projects": {ThingBroken: keep_effect}}, tokens=Tokens)
    with pytest.raises(ValueError, match="tokens"):
        WorkerSpec("shelf", ShelfSettings, consumes={"toys": {ThingMade: keep_effect}})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
