"""The real projects service over a database with a project of more than 50 activities, for the benches of its list."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
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
from tests.benchmarks.servers import serving
from tests.support.databases import migrate
from tests.support.services import FILE_KEY


@dataclass(frozen=True)
class ProjectList:
    """`service` is (process id, base URL), `settings` its environment, for another one beside it. `path` asks for a
    page of 50; `headers` carry a token for an hour.

    `baseline` is the environment of the servers in `baselines.py`, over the same rows. `jwks` is a file.
    """

    service: tuple[int, str]
    postgres: int
    path: str
    headers: dict[str, str]
    baseline: dict[str, str]
    jwks: Path
    issuer: str
    settings: dict[str, str]


@asynccontextmanager
async def project_list() -> AsyncIterator[ProjectList]:
    """A PostgreSQL, a Redis, the keys of a token mint and one web process of projects, for as long as the block."""
    async with AsyncExitStack() as stack:
        server = PostgresServer.temporary()
        stack.callback(server.stop)
        admin = server.start()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="startklar-bench-")))
        redis = RedisServer(folder / "redis")
        stack.callback(redis.stop)
        urls = await provision(admin, "projects", secret=os.urandom(16).hex())
        await asyncio.to_thread(migrate, "projects", urls["owner"])
        tenant = new_id()
        mint = TokenMint()
        jwks = folder / "jwks.json"
        jwks.write_text(json.dumps(mint.jwks))
        keys = serving("tests.benchmarks.baselines:jwks", {"BENCH_JWKS": jwks.read_text()})
        _, keys_url = await stack.enter_async_context(keys)
        settings = service_settings(urls, redis.start(), mint, f"{keys_url}/oauth2/jwks")
        service = await stack.enter_async_context(serving("services.projects.app:create_app", settings))
        token = mint.token(tenant=tenant, roles=["project_leader@*"], expires_in=3600)
        headers = {"Authorization": f"Bearer {token}"}
        project = await _seed(service[1], headers, urls["owner"])
        baseline = {"BENCH_OWNER_URL": urls["owner"], "BENCH_APP_URL": urls["app"]}
        baseline |= {"BENCH_TENANT": str(tenant), "BENCH_PROJECT": str(project)}
        assert server.pid is not None
        path = f"/projects/v1/projects/{project}/activities?limit=50"
        yield ProjectList(service, server.pid, path, headers, baseline, jwks, mint.issuer, settings)


def service_settings(urls: dict[str, str], redis_url: str, mint: TokenMint, jwks_url: str) -> dict[str, str]:
    """The environment of a service of the bench: one tenant may ask as often as it likes."""
    return {
        "STARTKLAR_ENVIRONMENT": "test",
        "STARTKLAR_DATABASE_URL": urls["app"],
        "STARTKLAR_RELAY_DATABASE_URL": urls["relay"],
        "STARTKLAR_REDIS_URL": redis_url,
        "STARTKLAR_PUBLIC_URL": "http://gateway.test",
        "STARTKLAR_ISSUER": mint.issuer,
        "STARTKLAR_JWKS_URL": jwks_url,
        "STARTKLAR_FILE_KEY": FILE_KEY,
        "STARTKLAR_REQUESTS_PER_MINUTE": "1000000000",  # one caller asks as fast as it can
    }


async def _seed(base: str, headers: dict[str, str], owner_url: str) -> UUID:
    """A project made through the API, with as many activities added as a page of 50 and one more needs."""
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False) as client:
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
    await copy_activities(owner, 30)
    await owner.execute("ANALYZE")
    await owner.close()
    return project


async def copy_activities(owner: asyncpg.Connection, count: int) -> None:
    """Add `count` activities like those that stand in the database."""
    columns = [row[0] for row in await owner.fetch(_COLUMNS)]
    taken = ", ".join(_FRESH.get(one, one) for one in columns)
    repeated = f"(SELECT a.*, n FROM activity a CROSS JOIN generate_series(1, 100) n ORDER BY n LIMIT {count}) activity"
    await owner.execute(f"INSERT INTO activity ({', '.join(columns)}) SELECT {taken} FROM {repeated}")


_FRESH = {
    "id": "gen_random_uuid()",
    "position": "position + 1000 * n",
    "source_ref": "'copy ' || gen_random_uuid()",
}
_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = 'activity' AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
