"""`sync.apply_rows`: how fast an approved plan becomes the roster, against COPY of the same rows."""

import asyncio
import io
import logging
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import asyncpg
import structlog

from cli.demo_roster import oneroster
from cli.demo_roster.municipality import build
from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision
from cli.servers.redis import RedisServer
from services.sync.plan.entities import ENTITIES
from shared.kit.ids import new_id
from tests.benchmarks.measure import Figure, against, cpu_seconds
from tests.support.databases import DatabaseUrls, migrate
from tests.support.services import ServiceUnderTest, start_service
from tests.sync import work

NAMES = ("sync.apply_rows",)
ROUNDS = 7
PUPILS = 12_000

_COLUMNS = """
SELECT column_name::text FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


class _Table(NamedTuple):
    """The rows of one table as COPY takes them."""

    name: str
    columns: list[str]
    rows: bytes


class _Round(NamedTuple):
    """Rows per second on the clock, and CPU microseconds per row of all processes involved."""

    rate: float
    cpu: float


@dataclass(frozen=True)
class SyncBench:
    """A sync service, the administrator's connection to its database, and the postmaster's process id."""

    service: ServiceUnderTest
    admin: asyncpg.Connection
    postgres: int

    async def timed(self, rows: int, work: Callable[[], Awaitable[None]]) -> _Round:
        """`work` writes `rows`. A checkpoint before it: none may fall due in the middle of one turn alone."""
        await self.admin.execute("CHECKPOINT")
        roots = [self.postgres, os.getpid()]
        used, begin = cpu_seconds(roots), time.perf_counter()
        await work()
        seconds = time.perf_counter() - begin
        return _Round(rows / seconds, (cpu_seconds(roots) - used) / rows * 1e6)


async def run() -> list[Figure]:
    """A fresh roster of a municipality for a new tenant each round, from its last approval to the applied version.

    The limit writes the rows of the round before for another tenant into the same tables, with all their indexes and
    foreign keys, by COPY in one transaction, as the administrator: row security refuses COPY to everybody else.
    """
    found: dict[str, list[_Round]] = {"apply": [], "copy": []}
    content = oneroster.write(build(pupils=PUPILS, seed=1), frozenset())
    async with sync_bench() as bench:
        rows, former = await _warm(bench, content)
        for number in range(ROUNDS):
            bench.service.tenant = new_id()
            await _approve(bench.service, content)
            tables = await rows_of(bench.admin, former, new_id())
            turns = {"apply": partial(work.work, bench.service), "copy": partial(copy_into, bench.admin, tables)}
            for name in turns if number % 2 else reversed(turns):
                found[name].append(await bench.timed(rows, turns[name]))
            former = bench.service.tenant
            if await _count(bench.admin, former) != rows:
                raise RuntimeError("a round did not apply the whole roster")
    apply, copy = (statistics.median(each.cpu for each in found[name]) for name in ("apply", "copy"))
    note = f"{rows} rows of {PUPILS} pupils, guardians and staff, fsync on; CPU {apply:.0f} and {copy:.0f} us/row"
    rates = {name: [each.rate for each in rounds] for name, rounds in found.items()}
    return [against("sync.apply_rows", rates["apply"], rates["copy"], unit="rows/s", better="higher", note=note)]


async def _warm(bench: SyncBench, content: bytes) -> tuple[int, UUID]:
    """Apply and copy once. How many rows there are, and the tenant that has them."""
    tenant = bench.service.tenant
    await _approve(bench.service, content)
    await work.work(bench.service)
    await copy_into(bench.admin, await rows_of(bench.admin, tenant, new_id()))
    return await _count(bench.admin, tenant), tenant


async def _approve(service: ServiceUnderTest, content: bytes) -> None:
    """Upload and plan, then give the plan every approval that it needs: it waits for the worker then."""
    planned = await work.plan(service, content)
    while True:
        answer = await work.approve(service, planned)
        if answer.status_code != 202:
            raise RuntimeError(answer.text)
        if answer.json()["given"] >= answer.json()["needed"]:
            return


async def copy_into(admin: asyncpg.Connection, tables: list[_Table]) -> None:
    async with admin.transaction():
        for table in tables:
            source = io.BytesIO(table.rows)
            await admin.copy_to_table(table.name, source=source, columns=table.columns, format="binary")


async def rows_of(admin: asyncpg.Connection, tenant: UUID, other: UUID) -> list[_Table]:
    """The roster of `tenant` as rows of `other`."""
    tables = []
    for entity in ENTITIES:
        columns = [row[0] for row in await admin.fetch(_COLUMNS, entity.table)]
        shown = ", ".join(f"'{other}'::uuid" if column == "tenant_id" else column for column in columns)
        query = f"SELECT {shown} FROM {entity.table} WHERE tenant_id = '{tenant}'"
        rows = io.BytesIO()
        await admin.copy_from_query(query, output=rows, format="binary")
        tables.append(_Table(entity.table, columns, rows.getvalue()))
    return tables


async def _count(admin: asyncpg.Connection, tenant: UUID) -> int:
    counts = " + ".join(f"(SELECT count(*) FROM {entity.table} WHERE tenant_id = $1)" for entity in ENTITIES)
    return int(await admin.fetchval(f"SELECT {counts}", tenant))


@asynccontextmanager
async def sync_bench() -> AsyncIterator[SyncBench]:
    """The sync service over a PostgreSQL with fsync; its jobs are done in this process."""
    async with AsyncExitStack() as stack:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        stack.callback(structlog.reset_defaults)
        server = PostgresServer.temporary()
        server.durable = True
        stack.callback(server.stop)
        admin_url = server.start()
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="startklar-bench-"))
        redis = RedisServer(Path(folder) / "redis")
        stack.callback(redis.stop)
        urls = DatabaseUrls("startklar_sync", **await provision(admin_url, "sync", secret=os.urandom(16).hex()))
        await asyncio.to_thread(migrate, "sync", urls.owner)
        service = await start_service("sync", urls, redis.start(), stack, rolls_back=False)
        admin = await asyncpg.connect(admin_url, database=urls.name)
        stack.push_async_callback(admin.close)
        assert server.pid is not None
        yield SyncBench(service, admin, server.pid)
