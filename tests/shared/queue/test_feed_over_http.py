"""The owner's internal route and the consumer's client fit, and only a service with the right token hears."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from shared.auth import Scope
from shared.auth.testing import TokenMint
from shared.queue.consumer import Consumer
from shared.queue.metrics import Metrics
from shared.queue.source import FeedUnavailable, HttpFeed
from shared.web import problems
from shared.web.feed import feed_router
from shared.web.runtime import Runtime
from tests.shared.queue.conftest import Pair
from tests.shared.queue.test_worker import settings_of
from tests.shared.queue.toy.model import ThingMade, keep_effect
from tests.shared.queue.toy.settings import ToysSettings


class Tokens:
    """What the mint gives for one audience and these scopes."""

    def __init__(self, mint: TokenMint, audience: str, *scopes: Scope) -> None:
        self._mint = mint
        self._audience = audience
        self._scopes = scopes

    async def token(self, service: str, /) -> str:
        return self._mint.service_token(self._audience, self._scopes)


@pytest_asyncio.fixture
async def owner(pair: Pair, redis_url: str) -> AsyncIterator[tuple[httpx.AsyncClient, TokenMint]]:
    """A client of the owner's app with the real route."""
    mint = TokenMint()
    app = FastAPI()
    problems.install(app)
    app.include_router(feed_router("toys"), prefix="/internal")
    settings = settings_of(ToysSettings, pair.toys, redis_url)
    app.state.runtime = Runtime(settings, pair.toys.app, pair.toys.relay, mint.verifier("toys"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
        yield client, mint


async def test_a_consumer_applies_what_the_real_route_serves(
    pair: Pair, tenant: UUID, owner: tuple[httpx.AsyncClient, TokenMint]
) -> None:
    client, mint = owner
    await pair.make(tenant, tenant, tenant)
    await pair.sequence()
    feed = HttpFeed({"toys": "http://toys.test/"}, Tokens(mint, "toys", Scope.events_read), client)
    consumer = Consumer("toys", {ThingMade: keep_effect}, pair.shelf.app, feed, Metrics())
    consumer.page_size = 2
    while await consumer.step():
        pass
    assert await pair.shelf.rows("SELECT serial, tenant_id FROM effect ORDER BY n") == [(n, tenant) for n in range(3)]


@pytest.mark.parametrize(
    ("audience", "scopes"), [("shelf", (Scope.events_read,)), ("toys", (Scope.jobs_read,))], ids=["audience", "scope"]
)
async def test_a_token_for_something_else_gets_no_page(
    pair: Pair, owner: tuple[httpx.AsyncClient, TokenMint], audience: str, scopes: tuple[Scope, ...]
) -> None:
    client, mint = owner
    feed = HttpFeed({"toys": "http://toys.test"}, Tokens(mint, audience, *scopes), client)
    with pytest.raises(FeedUnavailable, match=r"401|403"):
        await feed.page("toys", 0, 10)
