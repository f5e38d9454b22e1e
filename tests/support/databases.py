"""Databases for tests: a service is migrated once per run, each worker gets a clone, some tests one of their own."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cli.servers.provision import drop, provision, role_urls
from shared.kit.db import create_engine

ROOT = Path(__file__).parents[2]
SECRET = "the roles of a test run"
_CLONE_LOCK = 0x7E57


@dataclass(frozen=True)
class DatabaseUrls:
    """One database as its four roles see it."""

    name: str
    owner: str
    app: str
    relay: str
    backup: str


Clone = Callable[[str], Awaitable[DatabaseUrls]]


@pytest.fixture(scope="session")
def template_of(admin_url: str) -> Callable[[str], Awaitable[str]]:
    """Gives the name of a migrated, empty database of a service; whoever asks first migrates it."""
    known: set[str] = set()

    async def template(service: str) -> str:
        name = f"template_{service}"
        if service in known:
            return name
        admin = await asyncpg.connect(admin_url)
        try:
            await admin.execute("SELECT pg_advisory_lock($1, hashtext($2))", _CLONE_LOCK, service)
            ready = await admin.fetchval("SELECT datistemplate FROM pg_database WHERE datname = $1", name)
            if not ready:
                urls = await provision(admin_url, service, name, secret=SECRET)
                await asyncio.to_thread(migrate, service, urls["owner"])
                await admin.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
        finally:
            await admin.close()
        known.add(service)
        return name

    return template


def migrate(service: str, owner_url: str, revision: str = "head", locations: str = "") -> None:
    """Run a service's migrations, from a thread without an event loop. `locations`: other folders of revisions."""
    config = Config(str(ROOT / "services" / service / "alembic.ini"))
    if locations:
        config.set_main_option("version_locations", locations)
        config.set_main_option("path_separator", "space")
    config.attributes["url"] = owner_url
    command.upgrade(config, revision)


# What CREATE DATABASE leaves behind of what `provision` gave the template: who may connect, and their search path.
_ACCESS = """
UPDATE pg_database SET datacl = (SELECT datacl FROM pg_database WHERE datname = '{template}') WHERE datname = '{name}';
INSERT INTO pg_db_role_setting
SELECT new.oid, held.setrole, held.setconfig FROM pg_db_role_setting held
JOIN pg_database old ON old.oid = held.setdatabase AND old.datname = '{template}'
JOIN pg_database new ON new.datname = '{name}'
"""


@asynccontextmanager
async def cloned(admin_url: str, template: str, service: str, name: str) -> AsyncIterator[DatabaseUrls]:
    """A copy of `template` that is dropped at the end.

    Copying files costs half of what logging them does, in a cluster that never syncs anything.
    """
    admin = await asyncpg.connect(admin_url)
    await admin.execute("SELECT pg_advisory_lock($1, hashtext($2))", _CLONE_LOCK, service)
    options = f'TEMPLATE "{template}" OWNER "{service}_owner" STRATEGY FILE_COPY'
    await admin.execute(f'CREATE DATABASE "{name}" {options}')
    await admin.execute(_ACCESS.format(template=template, name=name))
    await admin.close()
    try:
        yield DatabaseUrls(name, **role_urls(admin_url, service, name, secret=SECRET))
    finally:
        await drop(admin_url, name)


@pytest.fixture(scope="session")
async def worker_database(
    admin_url: str, worker_number: int, template_of: Callable[[str], Awaitable[str]]
) -> AsyncIterator[Clone]:
    """Gives a service's database of this worker; tests roll their work back (see `rolled_back`)."""
    known: dict[str, DatabaseUrls] = {}
    async with AsyncExitStack() as stack:

        async def clone(service: str) -> DatabaseUrls:
            if service not in known:
                manager = cloned(admin_url, await template_of(service), service, f"w{worker_number}_{service}")
                known[service] = await stack.enter_async_context(manager)
            return known[service]

        yield clone
        while _engines:
            await _engines.popitem()[1].dispose()


@pytest.fixture
async def fresh_database(admin_url: str, template_of: Callable[[str], Awaitable[str]]) -> AsyncIterator[Clone]:
    """Gives a database of the test's own, where commits are real: for concurrency, isolation, workers."""
    async with AsyncExitStack() as stack:

        async def clone(service: str) -> DatabaseUrls:
            name = f"t_{service}_{secrets.token_hex(4)}"
            manager = cloned(admin_url, await template_of(service), service, name)
            return await stack.enter_async_context(manager)

        yield clone


# A connection costs more than most tests do: its handshake, a process of the server's, and all that both learn anew.
_engines: dict[str, AsyncEngine] = {}


@asynccontextmanager
async def rolled_back(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction that never commits; sessions on it work in savepoints.

    Connections to a worker's databases are kept for its next tests, as new: without locks, cursors or settings.
    """
    engine = _engines.get(url) or _engines.setdefault(url, create_engine(url, pool_size=4, max_overflow=0))
    async with engine.connect() as connection:
        transaction = await connection.begin()
        try:
            yield connection
        finally:
            await transaction.rollback()
            await _as_new(connection)


async def _as_new(connection: AsyncConnection) -> None:
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    await driver.reset()
