"""The toy service on a real database, with and without rollback."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from shared.auth.testing import TokenMint
from shared.kit.db import Database
from shared.kit.ids import new_id
from shared.web import Runtime, build_app
from tests.shared.web.toy.app import SPEC, Settings
from tests.support.databases import DatabaseUrls
from tests.support.services import FILE_KEY, ServiceUnderTest


@pytest.fixture
async def toy(toy_database: DatabaseUrls, redis_url: str) -> AsyncIterator[ServiceUnderTest]:
    """The toy with real commits; every test is a tenant of its own."""
    async with AsyncExitStack() as stack:
        mint = TokenMint()
        settings = Settings(
            environment="test",
            database_url=toy_database.app,
            relay_database_url=toy_database.relay,
            redis_url=redis_url,
            public_url="http://gateway.test",
            issuer=mint.issuer,
            jwks_url="http://identity.test/jwks",
            file_key=FILE_KEY,
        )
        app = build_app(SPEC, settings)
        database, relay = Database(toy_database.app), Database(toy_database.relay)
        stack.push_async_callback(database.stop)
        stack.push_async_callback(relay.stop)
        app.state.runtime = Runtime(settings, database, relay, mint.verifier("toy"))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://toy.test"))
        yield ServiceUnderTest("toy", app, client, mint, database, relay, settings, toy_database, new_id())
