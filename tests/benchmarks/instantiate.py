"""`projects.instantiate_98x40_s`: 98 municipalities make a plan of 40 rows for each of their 40 units, by the queue.

Each asks over HTTP and is answered 202; one real worker process writes the plans: 98 x (40 + 1600) rows with their
history. Counted from the first request until the last job has succeeded.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from cli.servers.postgres import PostgresServer
from cli.servers.processes import spawn
from cli.servers.provision import provision
from cli.servers.redis import RedisServer
from shared.auth.testing import TokenMint
from shared.kit.ids import new_id
from tests.benchmarks.measure import Figure, cpu_seconds, to_aim
from tests.benchmarks.project_list import service_settings
from tests.benchmarks.servers import ROOT, end, serving
from tests.support.databases import migrate

NAMES = ("projects.instantiate_98x40_s",)
AIM = 60.0
ROUNDS = 3
MUNICIPALITIES = 98
UNITS = 40
ROWS = 40
LONGEST = 600.0  # seconds that a round may take

_UNITS = """
INSERT INTO unit (tenant_id, id, name, kind, school_forms, is_ended, roster_version)
SELECT t.id, gen_random_uuid(), 'Skola ' || n, 'school', '["compulsory"]', false, 1
FROM unnest($1::uuid[]) AS t (id), generate_series(1, $2) AS n
"""


@dataclass(frozen=True)
class _Bench:
    client: httpx.AsyncClient
    owner: asyncpg.Connection
    mint: TokenMint
    roots: list[int]


async def run() -> list[Figure]:
    """Seconds of each round; every round has municipalities of its own."""
    seconds, cpu = [], []
    async with _bench() as bench:
        for _ in range(ROUNDS):
            before = cpu_seconds(bench.roots)
            seconds.append(await _round(bench))
            cpu.append(cpu_seconds(bench.roots) - before)
    rows = MUNICIPALITIES * (ROWS + ROWS * UNITS)
    note = f"{rows} rows with history; CPU of web, worker and PostgreSQL {min(cpu):.0f} to {max(cpu):.0f} s a round"
    return [to_aim(NAMES[0], seconds, AIM, unit="s", note=note)]


async def _round(bench: _Bench) -> float:
    tenants = [new_id() for _ in range(MUNICIPALITIES)]
    await bench.owner.execute(_UNITS, tenants, UNITS)
    await bench.owner.execute("ANALYZE unit")
    headers = {
        tenant: {"Authorization": f"Bearer {bench.mint.token(tenant=tenant, roles=['project_leader@*'])}"}
        for tenant in tenants
    }
    for tenant in tenants:
        await _post(bench, "/projects/v1/templates", headers[tenant], {"content": json.dumps(_template())})
    begin = time.monotonic()
    for tenant in tenants:
        await _post(bench, "/projects/v1/instantiations", headers[tenant], _CREATE)
    while True:
        counted = "SELECT state, count(*) AS jobs FROM job WHERE tenant_id = ANY($1::uuid[]) GROUP BY state"
        states = {row["state"]: row["jobs"] for row in await bench.owner.fetch(counted, tenants)}
        if states.get("succeeded") == MUNICIPALITIES:
            break
        if "failed" in states or time.monotonic() - begin > LONGEST:
            raise RuntimeError(f"the jobs did not all succeed: {states}")
        await asyncio.sleep(0.05)
    spent = time.monotonic() - begin
    await _demand_rows(bench, tenants)
    return spent


async def _demand_rows(bench: _Bench, tenants: list[UUID]) -> None:
    found = await bench.owner.fetchval("SELECT count(*) FROM activity WHERE tenant_id = ANY($1::uuid[])", tenants)
    if found != MUNICIPALITIES * (ROWS + ROWS * UNITS):
        raise RuntimeError(f"{found} rows were written")


async def _post(bench: _Bench, path: str, headers: dict[str, str], body: dict[str, Any]) -> None:
    (await bench.client.post(path, headers=headers, json=body)).raise_for_status()


@asynccontextmanager
async def _bench() -> AsyncIterator[_Bench]:
    async with AsyncExitStack() as stack:
        server = PostgresServer.temporary()
        stack.callback(server.stop)
        admin = server.start()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="startklar-bench-")))
        redis = RedisServer(folder / "redis")
        stack.callback(redis.stop)
        urls = await provision(admin, "projects", secret=os.urandom(16).hex())
        await asyncio.to_thread(migrate, "projects", urls["owner"])
        mint = TokenMint()
        keys = serving("tests.benchmarks.baselines:jwks", {"BENCH_JWKS": json.dumps(mint.jwks)})
        _, keys_url = await stack.enter_async_context(keys)
        settings = service_settings(urls, redis.start(), mint, f"{keys_url}/oauth2/jwks")
        web, base = await stack.enter_async_context(serving("services.projects.app:create_app", settings))
        command = [sys.executable, "-m", "tests.benchmarks.instantiate_worker"]
        worker = spawn(command, log=folder / "worker.log", env={**os.environ, "PYTHONPATH": str(ROOT), **settings})
        stack.callback(end, worker)
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=base, trust_env=False, timeout=60))
        owner = await asyncpg.connect(urls["owner"])
        stack.push_async_callback(owner.close)
        assert server.pid is not None
        yield _Bench(client, owner, mint, [server.pid, web, worker.pid])


_CREATE = {
    "name": "Bench",
    "templateKey": "per-unit-bench",
    "templateVersion": "1.0.0",
    "anchors": {"go_live": "2027-08-16"},
    "parties": [{"side": "customer", "name": "Kommun"}],
}


def _words(text: str) -> dict[str, str]:
    return {"sv": text, "en": f"{text}."}


def _template() -> dict[str, Any]:
    """Forty rows, each repeated for every school."""
    return {
        "key": "per-unit-bench",
        "version": "1.0.0",
        "published": "2026-11-22",
        "title": _words("Per enhet"),
        "description": _words("Rader per enhet"),
        "anchors": {"go_live": {"type": "date", "title": _words("Start")}},
        "parties": [{"side": "customer", "variable": "customer", "required": True, "title": _words("Kommun")}],
        "school_forms": ["compulsory"],
        "phases": [{"key": "all", "basis": "startklar", "title": _words("Allt"), "purpose": _words("Klart")}],
        "activities": [
            {
                "source_ref": f"BENCH-A{number}",
                "phase": "all",
                "side": "customer",
                "title": _words(f"Steg {number}"),
                "window": {"first": f"go_live-{number}w", "last": "go_live", "precision": "week"},
                "fan_out": {},
            }
            for number in range(1, ROWS + 1)
        ],
    }
