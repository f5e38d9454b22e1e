"""The owner's web process: `POST /things/{tenant}/{serial}` acknowledges a change, `/internal/events` is the feed."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Header, Response
from redis.asyncio import Redis

from shared.kit.db import Database
from shared.queue import FeedPage, nudge, read_feed
from tests.shared.queue.toy.model import make_thing
from tests.shared.queue.toy.settings import ToysSettings


def create_app() -> FastAPI:
    """The app; FEED_TOKEN in the environment is what a consumer must show."""
    settings = ToysSettings()
    database = Database(settings.database_url.get_secret_value())
    relay = Database(settings.relay_database_url.get_secret_value(), pool_size=2)
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    database.after_publish = lambda: nudge(redis, "toys")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await database.start()
        yield
        await redis.aclose()
        await database.stop()
        await relay.stop()

    app = FastAPI(lifespan=lifespan)

    @app.post("/things/{tenant}/{serial}", status_code=201)
    async def make(tenant: UUID, serial: int) -> str:
        async with database.transaction(tenant) as session:
            thing_id = await make_thing(session, serial)
        return str(thing_id)

    @app.get("/internal/events", response_model=None)
    async def events(after: int, limit: int, authorization: Annotated[str, Header()]) -> FeedPage | Response:
        if authorization != f"Bearer {os.environ['FEED_TOKEN']}":
            return Response(status_code=401)
        async with relay.transaction(None) as session:
            page = await read_feed(session, after, limit)
        return Response(page.model_dump_json(by_alias=True), media_type="application/json")

    return app
