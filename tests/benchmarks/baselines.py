"""The limits of `http.list50`: the same rows served by as little as possible, and by what everybody writes first."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Depends, FastAPI
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.projects.activity.models import Activity
from services.projects.activity.schemas import ActivityItem
from services.projects.activity.statements import list_statement
from shared.kit import clock
from shared.kit.db import Database
from shared.web import Page

_PARAMETERS = (-1, UUID(int=0), 51)
# The statement of our own list, so that both sides ask PostgreSQL for the same rows in the same shape.
_LIST = list_statement().replace("tenant.id", "$1")


def bare() -> Starlette:
    """Starlette and asyncpg: no token, no row security to speak of, no framework; PostgreSQL makes the JSON."""
    tenant, project = UUID(os.environ["BENCH_TENANT"]), UUID(os.environ["BENCH_PROJECT"])

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ["BENCH_OWNER_URL"], min_size=4, max_size=8) as pool:
            app.state.pool = pool
            yield

    async def answer(request: Request) -> Response:
        async with request.app.state.pool.acquire() as connection:
            rows = await connection.fetch(_LIST, tenant, project, *_PARAMETERS, clock.today())
        items = ",".join(row["shown"] for row in rows[:50])
        return Response(f'{{"items":[{items}]}}', media_type="application/json")

    return Starlette(routes=[Route("/", answer)], lifespan=lifespan)


def jwks() -> Starlette:
    """What identity publishes: the keys of the benchmark's token mint."""

    async def answer(request: Request) -> Response:
        return Response(os.environ["BENCH_JWKS"], media_type="application/json")

    return Starlette(routes=[Route("/oauth2/jwks", answer)])


def orm() -> FastAPI:
    """FastAPI, the ORM and a validated response model: how the route would look without a thought for its cost."""
    tenant, project = UUID(os.environ["BENCH_TENANT"]), UUID(os.environ["BENCH_PROJECT"])
    database = Database(os.environ["BENCH_APP_URL"])
    app = FastAPI()

    async def opened() -> AsyncIterator[AsyncSession]:
        async with database.transaction(tenant) as session:
            yield session

    @app.get("/")
    async def listed(session: Annotated[AsyncSession, Depends(opened, scope="function")]) -> Page[ActivityItem]:
        query = select(Activity).where(Activity.tenant_id == tenant, Activity.project_id == project)
        rows = (await session.exec(query.order_by(col(Activity.position), col(Activity.id)).limit(51))).all()
        return Page[ActivityItem].model_validate(
            {
                "items": [ActivityItem.model_validate(_flat(row)) for row in rows[:50]],
                "_links": {"self": {"href": "/", "rel": "self"}},
                "_meta": {"limit": 50},
            }
        )

    return app


def _flat(row: Activity) -> dict[str, object]:
    return {**row.model_dump(), "window": None, "is_overdue": False, "rollup": None}
