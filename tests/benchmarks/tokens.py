"""`identity.client_credentials`: what a token for a program costs; `identity.auth_us`: what checking one costs."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psutil

from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision
from cli.servers.redis import RedisServer
from services.identity.client.service_client import register_service_clients
from shared.auth.jws import SigningKey
from shared.auth.service_tokens import ASSERTION_TYPE
from shared.auth.testing import TokenMint
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.ids import new_id
from tests.benchmarks.load import get_many, send_all, written
from tests.benchmarks.measure import Figure, added, against, cpu_seconds, interleaved, to_aim
from tests.benchmarks.project_list import service_settings
from tests.benchmarks.servers import serving
from tests.support.databases import migrate

NAMES = ("identity.client_credentials", "identity.client_credentials_service", "identity.rss_mb", "identity.auth_us")
ROUNDS = 9
REQUESTS = 1000
CONNECTIONS = 8
AIM_US = 25.0
AIM_PER_SECOND = 1000.0
AIM_MB = 200.0
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class _Issuer:
    """identity as a process, over a database of its own, and a caller whose key it knows."""

    service: tuple[int, str]
    postgres: int
    owner_url: str
    environment: dict[str, str]
    issuer: str
    key: SigningKey

    def request(self, url: str) -> bytes:
        """A request with an assertion of its own."""
        now = int(clock.now().timestamp())
        name = {"iss": "service-sync", "sub": "service-sync", "aud": self.issuer}
        assertion = self.key.sign({**name, "jti": str(new_id()), "iat": now, "exp": now + 240}, "JWT")
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
            "audience": "urn:startklar:projects",
        }
        return written(url, {"Content-Type": _FORM}, method="POST", body=urlencode(form).encode())


async def run() -> list[Figure]:
    """Requests per CPU second of service and PostgreSQL against the bare parts, and of the service alone."""
    return [*await _tokens(), await _check()]


async def _tokens() -> list[Figure]:
    own: list[float] = []
    async with _identity() as made:
        environment = made.environment | {"BENCH_OWNER_URL": made.owner_url}
        environment["BENCH_CALLER"] = json.dumps(made.key.public_jwk())
        async with serving("tests.benchmarks.tokens_parts:parts", environment) as bare:
            pid, base = made.service
            found = await interleaved(
                {
                    "ours": ([pid, made.postgres], _asking(made, base, [pid], own)),
                    "bare": ([bare[0], made.postgres], _asking(made, bare[1], [], [])),
                },
                ROUNDS,
            )
            memory = psutil.Process(pid).memory_info().rss / 2**20
    rates = {name: [1e6 / each for each in rounds] for name, rounds in found.items()}
    note = "per CPU second of service and PostgreSQL; limit: verify, commit, sign on a bare route of ours; aim >= 0.6"
    alone = "per CPU second of the service alone"
    return [
        against("identity.client_credentials", rates["ours"], rates["bare"], unit="1/s", better="higher", note=note),
        to_aim("identity.client_credentials_service", own[1:], AIM_PER_SECOND, unit="1/s", better="higher", note=alone),
        to_aim("identity.rss_mb", [memory, memory], AIM_MB, unit="MB", note="one web process after the load"),
    ]


def _asking(made: _Issuer, base: str, alone: Sequence[int], rates: list[float]) -> Callable[[], Awaitable[int]]:
    url = f"{base}/oauth2/token"

    async def go() -> int:
        requests = [made.request(url) for _ in range(REQUESTS)]
        before = cpu_seconds(alone)
        await send_all(url, requests, connections=CONNECTIONS)
        if alone:
            rates.append(REQUESTS / (cpu_seconds(alone) - before))
        return REQUESTS

    return go


async def _check() -> Figure:
    mint = TokenMint()
    headers = mint.headers(tenant=new_id(), roles=["project_leader@*"], expires_in=3600)
    async with AsyncExitStack() as stack:
        keys = serving("tests.benchmarks.baselines:jwks", {"BENCH_JWKS": json.dumps(mint.jwks)})
        _, keys_url = await stack.enter_async_context(keys)
        settings = service_settings(dict.fromkeys(("app", "relay"), ""), "", mint, f"{keys_url}/oauth2/jwks")
        unopened = ("STARTKLAR_DATABASE_URL", "STARTKLAR_RELAY_DATABASE_URL", "STARTKLAR_REDIS_URL")
        environment = {name: value for name, value in settings.items() if name not in unopened}
        factory = "tests.benchmarks.tokens_parts:route"
        plain = await stack.enter_async_context(serving(factory, environment))
        guarded = await stack.enter_async_context(serving(factory, environment | {"BENCH_GUARDED": "1"}))

        def work(base: str) -> Callable[[], Awaitable[int]]:
            async def go() -> int:
                url = f"{base}/bench/v1/hello"
                await get_many(url, headers, requests=4 * REQUESTS, connections=CONNECTIONS)
                return 4 * REQUESTS

            return go

        variants = {"open": ([plain[0]], work(plain[1])), "guarded": ([guarded[0]], work(guarded[1]))}
        found = await interleaved(variants, ROUNDS)
    note = "the same route with token, scope and role, less without; the token was seen before"
    return added("identity.auth_us", found["guarded"], found["open"], AIM_US, unit="us/request", note=note)


@asynccontextmanager
async def _identity() -> AsyncIterator[_Issuer]:
    async with AsyncExitStack() as stack:
        server = PostgresServer.temporary()
        stack.callback(server.stop)
        admin = server.start()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="startklar-bench-")))
        redis = RedisServer(folder / "redis")
        stack.callback(redis.stop)
        urls = await provision(admin, "identity", secret=os.urandom(16).hex())
        await asyncio.to_thread(migrate, "identity", urls["owner"])
        key, mint = SigningKey.generate(), TokenMint()
        database = Database(urls["app"], pool_size=1)
        async with database.transaction(None) as session:
            await register_service_clients(session, {"sync": [key.public_jwk()]})
        await database.stop()
        settings = service_settings(urls, redis.start(), mint, "http://127.0.0.1:1/oauth2/jwks")
        service = await stack.enter_async_context(serving("services.identity.app:create_app", settings))
        assert server.pid is not None
        yield _Issuer(service, server.pid, urls["owner"], settings, mint.issuer, key)
