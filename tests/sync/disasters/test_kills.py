"""kill -9 in the middle of applying: nothing of it is there, and the next worker does it once."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from tests.support.databases import ROOT
from tests.support.services import FILE_KEY, ServiceUnderTest, Start
from tests.sync.plan.test_planning import without
from tests.sync.town import oneroster_zip, town
from tests.sync.work import approve, load, plan, read, work

_ROWS = """
SELECT (SELECT count(*) FROM person WHERE ended_at IS NULL) AS persons,
       (SELECT count(*) FROM membership WHERE ended_at IS NULL) AS memberships,
       (SELECT version FROM roster_head) AS version, (SELECT count(*) FROM roster_version) AS versions
"""


@asynccontextmanager
async def stuck_at_memberships(service: ServiceUnderTest) -> AsyncIterator[asyncpg.Connection]:
    """Whoever applies a plan comes as far as the memberships and no further."""
    owner = await asyncpg.connect(service.urls.owner.replace("postgresql+asyncpg", "postgresql"))
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("LOCK TABLE membership IN SHARE MODE")
    try:
        yield owner
    finally:
        await transaction.rollback()
        await owner.close()


async def until_stuck(owner: asyncpg.Connection) -> None:
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'membership'::regclass"
    for _ in range(600):
        if await owner.fetchval(query):
            return
        await asyncio.sleep(0.05)
    pytest.fail("nobody came to the memberships")


async def rows_of(service: ServiceUnderTest) -> tuple[int, ...]:
    async with service.database.transaction(service.tenant) as session:
        return tuple((await session.execute(text(_ROWS))).one())


async def approved_change(service: ServiceUnderTest) -> tuple[dict[str, Any], tuple[int, ...]]:
    """A first load, and an approved plan in which a pupil has left; with the rows as they were."""
    small = town()
    await load(service, oneroster_zip(small))
    run = await plan(service, oneroster_zip(without(small, small.of_part("pupil")[0])))
    await approve(service, run)
    return run, await rows_of(service)


async def killed_worker(service: ServiceUnderTest) -> None:
    settings = {
        "environment": "test",
        "database_url": service.urls.app,
        "relay_database_url": service.urls.relay,
        "redis_url": str(service.settings.redis_url),
        "public_url": "http://gateway.test",
        "issuer": service.mint.issuer,
        "jwks_url": "http://identity.test/oauth2/jwks",
        "file_key": FILE_KEY,
    }
    async with stuck_at_memberships(service) as owner:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.sync.disasters.victim"), stdin=asyncio.subprocess.PIPE, cwd=ROOT
        )
        assert worker.stdin is not None
        worker.stdin.write(json.dumps(settings).encode() + b"\n")
        await worker.stdin.drain()
        await until_stuck(owner)
        worker.send_signal(signal.SIGKILL)
        await worker.wait()


async def lease_runs_out(service: ServiceUnderTest) -> None:
    async with service.relay.transaction(None) as session:
        await session.execute(text("UPDATE job SET lease_until = now() - interval '1 second' WHERE state = 'running'"))


@pytest.mark.slow
async def test_a_worker_killed_while_applying_leaves_nothing_and_the_next_one_applies_once(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    run, before = await approved_change(sync)
    await killed_worker(sync)
    assert await rows_of(sync) == before
    assert (await read(sync, f"/sync/v1/runs/{run['id']}"))["state"] == "applying"
    await lease_runs_out(sync)
    await work(sync)
    shown = await read(sync, f"/sync/v1/runs/{run['id']}")
    assert (shown["state"], shown["appliedVersion"]) == ("applied", 2)
    persons, memberships, version, versions = await rows_of(sync)
    assert (before[0] - persons, version, versions) == (run["counts"]["person"]["ended"], 2, 2)
    assert before[1] - memberships == run["counts"]["membership"]["ended"]


async def test_a_database_connection_cut_while_applying_leaves_nothing_and_the_job_is_tried_again(
    committed_service: Start, admin_url: str
) -> None:
    sync = await committed_service("sync")
    run, before = await approved_change(sync)
    async with stuck_at_memberships(sync) as owner:
        working = asyncio.create_task(work(sync))
        await until_stuck(owner)
        admin = await asyncpg.connect(admin_url)
        query = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = $1::oid"
        await admin.execute(query, await owner.fetchval("SELECT 'membership'::regclass::oid"))
        await admin.close()
        await asyncio.wait([working], timeout=5)
        assert await rows_of(sync) == before
    await working
    async with sync.relay.transaction(None) as session:
        await session.execute(text("UPDATE job SET run_after = now() WHERE state = 'queued' AND kind = 'roster-apply'"))
    await work(sync)
    shown = await read(sync, f"/sync/v1/runs/{run['id']}")
    assert (shown["state"], shown["appliedVersion"]) == ("applied", 2)
    assert (await rows_of(sync))[2:] == (2, 2)
