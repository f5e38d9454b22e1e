"""`identity.saml_login`: what a login over SAML costs, from the provider's answer to the tokens.

The login leg is two requests: the answer at the assertion consumer service (verified, used up, a session, a code) and
the code at the token endpoint. A whole login is four: before them come the client's authorization request and the
signed AuthnRequest to the provider.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision
from cli.servers.redis import RedisServer
from services.identity.seed.__main__ import seed
from services.identity.settings import Settings
from shared.auth.testing import TokenMint
from tests.benchmarks.measure import Figure, against, cpu_seconds, to_aim
from tests.benchmarks.project_list import service_settings
from tests.benchmarks.saml_logins import IDP, Player, Waiting
from tests.benchmarks.servers import serving
from tests.support.databases import migrate

NAMES = ("identity.saml_login", "identity.saml_login_service", "identity.saml_login_whole")
ROUNDS = 7
LOGINS = 200
CONNECTIONS = 6
AIM_PER_SECOND = 300.0
T = TypeVar("T")


@dataclass(frozen=True)
class _Made:
    """identity and the bare parts as processes, over one PostgreSQL."""

    service: tuple[int, str]
    bare: tuple[int, str]
    postgres: int
    player: Player


@dataclass
class _Rounds:
    """Logins per CPU second, one value for each round."""

    ours: list[float]
    ours_alone: list[float]
    bare: list[float]
    whole_alone: list[float]


async def run() -> list[Figure]:
    """Login legs per CPU second of service and PostgreSQL against the sum of the parts, and of the service alone."""
    found = _Rounds([], [], [], [])
    async with _made() as made:
        for number in range(ROUNDS + 1):
            await _round(made, found if number else _Rounds([], [], [], []), is_ours_first=bool(number % 2))
    note = (
        "login leg per CPU second of service and PostgreSQL;"
        " limit: verify, three commits, two signatures on bare routes of ours; aim >= 0.6"
    )
    alone = "login leg per CPU second of the service alone"
    whole = "the same with the way to the provider before it, whose request is signed with RSA of 3072 bits"
    return [
        against(NAMES[0], found.ours, found.bare, unit="1/s", better="higher", note=note),
        to_aim(NAMES[1], found.ours_alone, AIM_PER_SECOND, unit="1/s", better="higher", note=alone),
        to_aim(NAMES[2], found.whole_alone, AIM_PER_SECOND, unit="1/s", better="higher", note=whole),
    ]


async def _round(made: _Made, found: _Rounds, *, is_ours_first: bool) -> None:
    """Each answer is posted to the service once and to the bare parts once."""
    service, bare = made.service[0], made.bare[0]
    before = cpu_seconds([service])
    waiting = await _together([made.player.begin for _ in range(LOGINS)])
    beginning = cpu_seconds([service]) - before

    async def ours() -> None:
        start, start_alone = cpu_seconds([service, made.postgres]), cpu_seconds([service])
        await _each(made.player.arrive, waiting)
        alone = cpu_seconds([service]) - start_alone
        found.ours.append(LOGINS / (cpu_seconds([service, made.postgres]) - start))
        found.ours_alone.append(LOGINS / alone)
        found.whole_alone.append(LOGINS / (alone + beginning))

    async def parts() -> None:
        async def arrive(one: Waiting) -> None:
            await made.player.arrive_at_parts(made.bare[1], one)

        start = cpu_seconds([bare, made.postgres])
        await _each(arrive, waiting)
        found.bare.append(LOGINS / (cpu_seconds([bare, made.postgres]) - start))

    for part in (ours, parts) if is_ours_first else (parts, ours):
        await part()


async def _each(act: Callable[[Waiting], Awaitable[None]], waiting: Sequence[Waiting]) -> None:
    await _together([lambda one=one: act(one) for one in waiting])  # type: ignore[misc]


async def _together(work: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """At most `CONNECTIONS` at a time."""
    gate = asyncio.Semaphore(CONNECTIONS)

    async def one(act: Callable[[], Awaitable[T]]) -> T:
        async with gate:
            return await act()

    return list(await asyncio.gather(*(one(act) for act in work)))


@asynccontextmanager
async def _made() -> AsyncIterator[_Made]:
    async with AsyncExitStack() as stack:
        server = PostgresServer.temporary()
        stack.callback(server.stop)
        admin = server.start()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="startklar-bench-")))
        redis = RedisServer(folder / "redis")
        stack.callback(redis.stop)
        urls = await provision(admin, "identity", secret=os.urandom(16).hex())
        await asyncio.to_thread(migrate, "identity", urls["owner"])
        environment = service_settings(urls, redis.start(), TokenMint(), "http://127.0.0.1:1/oauth2/jwks")
        settings = Settings.model_validate(
            {name.removeprefix("STARTKLAR_").lower(): value for name, value in environment.items()}
        )
        facts, directory = await seed(settings, IDP)
        service = await stack.enter_async_context(serving("services.identity.app:create_app", environment))
        certificate = directory["saml"]["certificate"]
        pem = f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
        told = environment | {"BENCH_OWNER_URL": urls["owner"], "BENCH_CERTIFICATE": pem}
        bare = await stack.enter_async_context(serving("tests.benchmarks.saml_login_parts:parts", told))
        player = Player(service[1], settings.issuer, facts, directory)
        stack.push_async_callback(player.close)
        assert server.pid is not None
        yield _Made(service, bare, server.pid, player)
