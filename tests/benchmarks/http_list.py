"""`http.list50`: CPU per request of a page of 50 activities, with token, row security and everything else we do."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx

from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision
from cli.servers.redis import RedisServer
from shared.auth.testing import TokenMint
from shared.kit.ids import new_id
from tests.benchmarks.load import get_many
from tests.benchmarks.measure import Figure, against, interleaved
from tests.benchmarks.servers import serving
from tests.support.databases import migrate
from tests.support.services import FILE_KEY

ROUNDS = 9
REQUESTS = 800
CONNECTIONS = 8


@dataclass(frozen=True)
class Bench:
    """The three servers over one database, and the processes whose CPU counts beside each."""

    ours: tuple[int, str]
    bare: tuple[int, str]
    orm: tuple[int, str]
    postgres: int
    project: UUID
    token: str


async def run() -> list[Figure]:
    """`http.list50` against bare Starlette and asyncpg, `http.list50_vs_orm` against the ORM with response_model."""
    async with _bench() as bench:
        path = f"/projects/v1/projects/{bench.project}/activities?limit=50"
        headers = {"Authorization": f"Bearer {bench.token}"}

        def work(url: str, sent: dict[str, str]) -> Callable[[], Awaitable[int]]:
            async def go() -> int:
                return len(await get_many(url, sent, requests=REQUESTS, connections=CONNECTIONS))

            return go

        found = await interleaved(
            {
                "ours": ([bench.ours[0], bench.postgres], work(bench.ours[1] + path, headers)),
                "bare": ([bench.bare[0], bench.postgres], work(bench.bare[1] + "/", {})),
                "orm": ([bench.orm[0], bench.postgres], work(bench.orm[1] + "/", {})),
            },
            ROUNDS,
        )
    note = "CPU of service and PostgreSQL, 50 rows"
    return [
        against("http.list50", found["ours"], found["bare"], unit="us/request", note=f"{note}; aim <= 1.8"),
        against("http.list50_vs_orm", found["ours"], found["orm"], unit="us/request", note=f"{note}; aim <= 0.3"),
    ]


@asynccontextmanager
async def _bench() -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        server = PostgresServer.temporary()
        stack.callback(server.stop)
        admin = server.start()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="startklar-bench-")))
        redis = RedisServer(folder)
        stack.callback(redis.stop)
        urls = await provision(admin, "projects", secret=os.urandom(16).hex())
        await asyncio.to_thread(migrate, "projects", urls["owner"])
        tenant = new_id()
        mint = TokenMint()
        common = {"BENCH_TENANT": str(tenant), "BENCH_OWNER_URL": urls["owner"], "BENCH_APP_URL": urls["app"]}
        _, keys = await stack.enter_async_context(
            serving("tests.benchmarks.baselines:jwks", {"BENCH_JWKS": json.dumps(mint.jwks)})
        )
        env = {
            "STARTKLAR_ENVIRONMENT": "test",
            "STARTKLAR_DATABASE_URL": urls["app"],
            "STARTKLAR_RELAY_DATABASE_URL": urls["relay"],
            "STARTKLAR_REDIS_URL": redis.start(),
            "STARTKLAR_PUBLIC_URL": "http://gateway.test",
            "STARTKLAR_ISSUER": mint.issuer,
            "STARTKLAR_JWKS_URL": f"{keys}/oauth2/jwks",
            "STARTKLAR_FILE_KEY": FILE_KEY,
        }
        ours = await stack.enter_async_context(serving("services.projects.app:create_app", env))
        token = mint.token(tenant=tenant, roles=["project_leader@*"], expires_in=3600)
        project = await _seed(ours[1], token, urls["owner"])
        common["BENCH_PROJECT"] = str(project)
        bare = await stack.enter_async_context(serving("tests.benchmarks.baselines:bare", common))
        orm = await stack.enter_async_context(serving("tests.benchmarks.baselines:orm", common))
        assert server.pid is not None
        yield Bench(ours, bare, orm, server.pid, project, token)


async def _seed(base: str, token: str, owner_url: str) -> UUID:
    """A project made through the API, with as many activities added as a page of 50 and one more needs."""
    async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token}"}) as client:
        body = {
            "templateKey": "sv-supplier-5-phase",
            "templateVersion": "1.0.0",
            "name": "Bench",
            "startMonth": "2027-03",
            "parties": [{"side": "customer", "name": "Kommun"}, {"side": "supplier", "name": "Leverantör"}],
        }
        answer = await client.post("/projects/v1/projects", json=body)
        answer.raise_for_status()
    project = UUID(answer.json()["id"])
    owner = await asyncpg.connect(owner_url)
    columns = [row[0] for row in await owner.fetch(_COLUMNS)]
    names = ", ".join(columns)
    taken = ", ".join(_FRESH.get(one, one) for one in columns)
    await owner.execute(f"INSERT INTO activity ({names}) SELECT {taken} FROM activity LIMIT 30")
    await owner.execute("ANALYZE")
    await owner.close()
    return project


_FRESH = {"id": "gen_random_uuid()", "position": "position + 1000", "source_ref": "'copy of ' || source_ref"}
_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = 'activity' AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
