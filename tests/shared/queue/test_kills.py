"""kill -9 of every process under load: no acknowledged event is lost, none is applied twice, none out of order."""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

import httpx
import pytest

from cli.servers.accounts import scratch_dir, unprivileged_account
from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision
from cli.servers.redis import RedisServer
from shared.kit.db import Database
from shared.kit.ids import new_id
from shared.queue import start_job
from tests.shared.queue.processes import Stack, build_stack
from tests.shared.queue.toy.model import migrate, rows_of
from tests.support.databases import SECRET

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kills")]

# A busy machine may take its time; nobody waits for longer than it takes.
PATIENCE = 180
LOAD_SECONDS = 0.6
TENANTS = [new_id() for _ in range(5)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("kills")
    with ExitStack() as ended:
        scratch = scratch_dir(unprivileged_account())
        ended.callback(shutil.rmtree, scratch, ignore_errors=True)
        postgres = PostgresServer(scratch / "postgres")
        ended.callback(postgres.stop)
        admin = postgres.start()
        redis = RedisServer(folder / "redis")
        ended.callback(redis.stop)
        redis.start()
        urls = asyncio.run(_databases(admin))
        yield build_stack(postgres, redis, urls, folder, ended)


async def _databases(admin: str) -> dict[str, dict[str, str]]:
    urls = {service: await provision(admin, service, secret=SECRET) for service in ("toys", "shelf")}
    for service, roles in urls.items():
        await migrate(roles["owner"], service)
    return urls


async def write(client: httpx.AsyncClient, web: str, enough: asyncio.Event, acked: list[UUID]) -> None:
    """Make things as fast as they are acknowledged; a failure is an unknown outcome and not counted."""
    serial = 0
    while not enough.is_set():
        serial += 1
        try:
            response = await client.post(f"{web}/things/{TENANTS[serial % len(TENANTS)]}/{serial}")
        except httpx.HTTPError:
            await asyncio.sleep(0.02)
            continue
        if response.status_code == 201:
            acked.append(UUID(response.json()))


async def acknowledged(acked: list[UUID], more: int) -> None:
    """Let the load run for a while, and until so many more were acknowledged."""
    wanted = len(acked) + more
    async with asyncio.timeout(PATIENCE):
        await asyncio.sleep(LOAD_SECONDS)
        while len(acked) < wanted:  # noqa: ASYNC110 - a slow machine needs longer
            await asyncio.sleep(0.05)


async def kill_and_revive(stack: Stack, victim: str, enough: asyncio.Event, acked: list[UUID]) -> None:
    """SIGKILL in the middle of the load, and half a second later a new start."""
    await acknowledged(acked, 30)
    server = stack.killable(victim)
    server.kill()
    await asyncio.sleep(0.5)
    server.start()
    await asyncio.to_thread(stack.await_web)
    await acknowledged(acked, 30)
    enough.set()


async def settled(stack: Stack, seconds: float = PATIENCE) -> list[tuple[object, ...]]:
    """Effects in the order of their application, once there is one for every thing."""
    end = time.monotonic() + seconds
    while True:
        things = await rows_of(stack.urls["toys"]["backup"], "SELECT count(*) FROM thing")
        effects = await rows_of(
            stack.urls["shelf"]["backup"],
            "SELECT thing_id, tenant_id, position FROM effect WHERE thing_id IS NOT NULL ORDER BY n",
        )
        if len(effects) >= things[0][0] or time.monotonic() > end:
            return [tuple(row) for row in effects]
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("victim", ["consumer", "owner", "web", "redis", "postgres"])
async def test_a_kill_under_load_loses_no_acknowledged_event_and_applies_none_twice(stack: Stack, victim: str) -> None:
    acked: list[UUID] = []
    enough = asyncio.Event()
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        writers = [write(client, stack.web, enough, acked) for _ in range(6)]
        await asyncio.gather(kill_and_revive(stack, victim, enough, acked), *writers)
    effects = await settled(stack)
    counted = Counter(row[0] for row in effects)
    assert [thing for thing in acked if counted[thing] != 1] == []
    assert [thing for thing, times in counted.items() if times > 1] == []
    things = await rows_of(stack.urls["toys"]["backup"], "SELECT id FROM thing")
    assert {row[0] for row in things} == set(counted)
    for tenant in TENANTS:
        positions = [row[2] for row in effects if row[1] == tenant]
        assert positions == sorted(positions)  # type: ignore[type-var]
    positions = [
        row[0] for row in await rows_of(stack.urls["toys"]["backup"], "SELECT position FROM event_log ORDER BY 1")
    ]
    assert positions == list(range(1, len(things) + 1))


async def _start(stack: Stack, kind: str, tenant: UUID, max_attempts: int = 3, **params: int) -> UUID:
    database = Database(stack.urls["shelf"]["app"])
    async with database.transaction(tenant) as session:
        job_id = await start_job(session, kind, params, max_attempts=max_attempts)
    await database.stop()
    return job_id


async def _job(stack: Stack, job_id: UUID, state: str, seconds: float = PATIENCE) -> tuple[object, ...]:
    end = time.monotonic() + seconds
    while True:
        query = "SELECT state, attempts, progress_done, lease_owner, problem ->> 'type' FROM job WHERE id = :id"
        row: tuple[object, ...] = tuple((await rows_of(stack.urls["shelf"]["backup"], query, id=job_id))[0])
        if row[0] == state or time.monotonic() > end:
            return row
        await asyncio.sleep(0.05)


async def test_a_job_whose_worker_is_killed_is_finished_by_another_without_repeating_itself(stack: Stack) -> None:
    tenant = new_id()
    job_id = await _start(stack, "stack", tenant, total=30)
    owner = (await _job(stack, job_id, "running"))[3]
    await asyncio.sleep(0.6)
    victim = next(c for c in stack.children.values() if c.process and f":{c.process.pid}:" in str(owner))
    victim.kill()
    row = await _job(stack, job_id, "succeeded")
    victim.start()
    assert row[:2] == ("succeeded", 2)
    serials = await rows_of(
        stack.urls["shelf"]["backup"], "SELECT serial FROM effect WHERE tenant_id = :t ORDER BY n", t=tenant
    )
    assert [row[0] for row in serials] == list(range(30))


async def test_a_worker_that_is_asked_to_stop_hands_its_job_over(stack: Stack) -> None:
    job_id = await _start(stack, "stack", new_id(), total=40)
    owner = (await _job(stack, job_id, "running"))[3]
    victim = next(c for c in stack.children.values() if c.process and f":{c.process.pid}:" in str(owner))
    assert await asyncio.to_thread(victim.stop) == 0
    row = await _job(stack, job_id, "succeeded")
    victim.start()
    assert row[:2] == ("succeeded", 1)


async def test_a_job_that_kills_its_worker_each_time_is_given_up(stack: Stack) -> None:
    job_id = await _start(stack, "die", new_id(), max_attempts=2)
    end = time.monotonic() + PATIENCE
    row: tuple[object, ...] = ()
    while time.monotonic() < end:
        row = await _job(stack, job_id, "failed", seconds=0.2)
        if row[0] == "failed":
            break
        for child in stack.children.values():
            if child.process is not None and child.process.poll() is not None:
                child.start()
    assert row[0] == "failed"
    assert str(row[4]).endswith("/job-lost")
