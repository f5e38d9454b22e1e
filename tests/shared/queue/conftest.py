"""Toy databases with real commits, one pair per test, cloned from a pair that is made once per worker."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import UUID

import pytest
import pytest_asyncio

from cli.servers.provision import provision
from shared.kit.db import Database
from shared.kit.ids import new_id
from shared.queue.feed import FeedPage, read_feed
from shared.queue.sequencer import sequence
from tests.shared.queue.toy.model import make_thing, migrate, rows_of
from tests.support.databases import SECRET, DatabaseUrls, cloned


@dataclass
class Toy:
    """One toy service's database as its roles use it."""

    urls: DatabaseUrls
    app: Database
    relay: Database

    async def rows(self, query: str, **values: object) -> list[tuple[object, ...]]:
        """Every tenant's rows."""
        return [tuple(row) for row in await rows_of(self.urls.backup, query, **values)]


@dataclass
class Pair:
    """The owner and its consumer."""

    toys: Toy
    shelf: Toy

    async def make(self, *tenants: UUID, serial: int = 0) -> None:
        """One committed change per tenant, in this order."""
        for offset, tenant in enumerate(tenants):
            async with self.toys.app.transaction(tenant) as session:
                await make_thing(session, serial + offset)

    async def sequence(self) -> int:
        """Give positions to everything that waits."""
        total = 0
        while True:
            async with self.toys.relay.transaction(None) as session:
                moved = await sequence(session)
            total += moved
            if not moved:
                return total

    async def page(self, owner: str, after: int, limit: int) -> FeedPage:
        """The owner's page without HTTP between."""
        async with self.toys.relay.transaction(None) as session:
            return await read_feed(session, after, limit)


@pytest_asyncio.fixture(scope="session")
async def toy_templates(admin_url: str, worker_number: int) -> dict[str, str]:
    """Names of migrated toy databases to clone."""
    names = {service: f"template_{service}_{worker_number}" for service in ("toys", "shelf")}
    for service, name in names.items():
        await migrate((await provision(admin_url, service, name, secret=SECRET))["owner"], service)
    return names


Open = Callable[[str], Awaitable[Toy]]


@pytest_asyncio.fixture
async def pair(admin_url: str, toy_templates: dict[str, str]) -> AsyncIterator[Pair]:
    """Fresh databases of both toys."""
    async with AsyncExitStack() as stack:

        async def toy(service: str) -> Toy:
            manager = cloned(admin_url, toy_templates[service], service, f"{service}_{new_id().hex}")
            urls = await stack.enter_async_context(manager)
            found = Toy(urls, Database(urls.app), Database(urls.relay))
            for database in (found.app, found.relay):
                stack.push_async_callback(database.stop)
                await database.start()
            return found

        yield Pair(await toy("toys"), await toy("shelf"))


@pytest.fixture
def tenant() -> UUID:
    return new_id()
