"""A service under test: its real app on a real database, called over ASGI with tokens of the test's own mint.

`service("projects")` rolls everything back after the test; `committed_service("projects")` has a database of its
own, for tests where commits, concurrency or a worker matter.
"""

import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from shared.auth.testing import TokenMint
from shared.kit.db import Database
from shared.kit.ids import new_id
from shared.kit.settings import ServiceSettings
from shared.web.runtime import Runtime
from tests.support.databases import Clone, DatabaseUrls, rolled_back

FILE_KEY = "bm90IGEgc2VjcmV0OiBhIGtleSBmb3IgdGVzdHMhISE="


@dataclass
class ServiceUnderTest:
    """`client` sends no token by itself: pass `headers=service.as_("project_leader@*")`."""

    name: str
    app: FastAPI
    client: httpx.AsyncClient
    mint: TokenMint
    database: Database
    relay: Database
    settings: ServiceSettings
    urls: DatabaseUrls
    tenant: UUID

    def as_(self, *roles: str, tenant: UUID | None = None, **claims: Any) -> dict[str, str]:
        """The Authorization header of a caller with `roles` in the test's tenant, or in `tenant`."""
        return self.mint.headers(tenant=tenant or self.tenant, roles=roles, **claims)


Start = Callable[[str], Awaitable[ServiceUnderTest]]


def settings_for(service: str, urls: DatabaseUrls, redis_url: str, mint: TokenMint, **more: Any) -> ServiceSettings:
    """Test settings of `service`, as its own settings class."""
    module = importlib.import_module(f"services.{service}.settings")
    values: dict[str, Any] = {
        "environment": "test",
        "database_url": urls.app,
        "relay_database_url": urls.relay,
        "redis_url": redis_url,
        "public_url": "http://gateway.test",
        "issuer": mint.issuer,
        "jwks_url": "http://identity.test/oauth2/jwks",
        "file_key": FILE_KEY,
    }
    settings: ServiceSettings = module.Settings(**(values | more))
    return settings


async def start_service(
    name: str, urls: DatabaseUrls, redis_url: str, stack: AsyncExitStack, *, rolls_back: bool, **more: Any
) -> ServiceUnderTest:
    """The app of service `name` with a runtime of the test's own instead of its lifespan."""
    mint = TokenMint()
    settings = settings_for(name, urls, redis_url, mint, **more)
    bound = await stack.enter_async_context(rolled_back(urls.app)) if rolls_back else None
    database = Database(urls.app, bound_to=bound)
    relay = Database(urls.relay, pool_size=2)
    stack.push_async_callback(relay.stop)
    stack.push_async_callback(database.stop)
    module = importlib.import_module(f"services.{name}.app")
    app: FastAPI = module.create_app(settings) if more else _idle_app(name, stack, module.create_app)
    held = Runtime(settings, database, relay, mint.verifier(name))
    for enter in getattr(module.SPEC, "startup", ()):
        await enter(held, stack)
    app.state.runtime = held
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://service.test"))
    return ServiceUnderTest(name, app, client, mint, database, relay, settings, urls, new_id())


# FastAPI builds a route when it first serves it, which costs more than most tests do; only the runtime differs.
_idle: dict[str, list[FastAPI]] = {}


def _idle_app(name: str, stack: AsyncExitStack, create: Callable[[], FastAPI]) -> FastAPI:
    """An app of this service, with ordinary settings, that no other test holds; given back when `stack` ends."""
    idle = _idle.setdefault(name, [])
    app = idle.pop() if idle else create()
    stack.callback(idle.append, app)
    return app


@pytest.fixture
async def service(worker_database: Clone, redis_url: str) -> AsyncIterator[Start]:
    """Starts services whose work is rolled back after the test."""
    async with AsyncExitStack() as stack:

        async def start(name: str) -> ServiceUnderTest:
            return await start_service(name, await worker_database(name), redis_url, stack, rolls_back=True)

        yield start


@pytest.fixture
async def committed_service(fresh_database: Clone, clean_redis: str) -> AsyncIterator[Start]:
    """Starts services on a database of their own, where commits are real."""
    async with AsyncExitStack() as stack:

        async def start(name: str) -> ServiceUnderTest:
            return await start_service(name, await fresh_database(name), clean_redis, stack, rolls_back=False)

        yield start
