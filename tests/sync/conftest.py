"""Rosters in databases of this service."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from services.sync.reading import process
from shared.kit.db import Database
from shared.kit.ids import new_id
from shared.queue import child
from tests.support.databases import Clone, rolled_back
from tests.sync.town import Roster


@pytest.fixture(autouse=True)
def readers_are_forked(
    request: pytest.FixtureRequest, forked_children: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Except in the tests of reading itself, where the process is the point."""
    if "tests/sync/reading/" not in request.node.nodeid:
        for place in (process, child):
            monkeypatch.setattr(place, "sys", forked_children)


@pytest.fixture
async def roster(worker_database: Clone) -> AsyncIterator[Roster]:
    """An empty roster; everything is rolled back after the test."""
    urls = await worker_database("sync")
    async with rolled_back(urls.app) as connection:
        database = Database(urls.app, bound_to=connection)
        yield await Roster(database, new_id()).with_scope()
        await database.stop()


@pytest.fixture
async def committed_roster(fresh_database: Clone) -> AsyncIterator[Roster]:
    """An empty roster in a database of its own, where commits are real."""
    urls = await fresh_database("sync")
    database = Database(urls.app)
    yield await Roster(database, new_id()).with_scope()
    await database.stop()
