"""`build_app`: what the services' `create_app` differ by is a list."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client import start_http_server
from redis.asyncio import Redis

from shared.auth.verifier import build_verifier
from shared.kit.db import Database
from shared.kit.logging import configure_logging
from shared.kit.persondata import PersonData
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.kit.tracing import start_tracing
from shared.kit.vitals import POOLS, watch_loop
from shared.queue import nudge
from shared.web import openapi, problems
from shared.web.feed import feed_router
from shared.web.info import add_probes, info_router
from shared.web.jobs import jobs_router
from shared.web.middleware import Edge
from shared.web.persondata import person_data_router
from shared.web.runtime import Runtime
from shared.web.service_levels import x_sla

# Enters a service's own resource (a client, a cache) and puts it into `runtime.resources`.
Startup = Callable[[Runtime, AsyncExitStack], Awaitable[None]]


@dataclass(frozen=True)
class ServiceSpec:
    """What makes one service's app. Routers get the prefix `/{name}/v1`, `root_routers` none (protocol paths),
    `internal_routers` `/internal`, which the gateway never routes. `large_bodies`: path pattern -> limit in bytes."""

    name: str
    title: str
    version: str
    released: date
    description: Text
    settings: type[ServiceSettings]
    routers: Sequence[APIRouter] = ()
    root_routers: Sequence[APIRouter] = ()
    internal_routers: Sequence[APIRouter] = ()
    startup: Sequence[Startup] = ()
    person_data: PersonData | None = None
    large_bodies: Mapping[str, int] = field(default_factory=dict)
    has_data: bool = True
    """False for a service without a database: no feed, no jobs, and nothing is connected to."""

    @property
    def prefix(self) -> str:
        return f"/{self.name}/v1"


def build_app(spec: ServiceSpec, settings: ServiceSettings | None = None, *, alone: bool = True) -> FastAPI:
    """The app of one service. Needs no environment until it starts; tests give `settings`. An app that shares its
    process with others (`alone` is False) leaves logging and the port of the metrics to it."""
    app = FastAPI(
        title=spec.title,
        version=spec.version,
        description=f"{spec.description.sv}\n\n{spec.description.en}",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan(spec, settings, alone=alone),
    )
    problems.install(app)
    # First, since routes are tried in turn and the protocols' are the ones that programs ask for all the time.
    for router in spec.root_routers:
        app.include_router(router)
    common = [info_router(spec.name, spec.version, spec.released), *([jobs_router(spec.name)] if spec.has_data else [])]
    for router in (*common, *spec.routers):
        app.include_router(router, prefix=spec.prefix)
    internal = [*([feed_router(spec.name)] if spec.has_data else []), *spec.internal_routers]
    if spec.person_data is not None:
        internal.append(person_data_router(spec.name, spec.person_data))
    for router in internal:
        app.include_router(router, prefix="/internal", include_in_schema=False)
    add_probes(app, has_data=spec.has_data)
    app.add_middleware(Edge, service=spec.name, large_bodies=spec.large_bodies)

    def document() -> dict[str, Any]:
        return openapi.document(app, spec.prefix, x_sla())

    app.openapi = document  # type: ignore[method-assign]
    app.state.protocols = lambda: openapi.protocols(app, spec.prefix, x_sla())
    return app


def _lifespan(spec: ServiceSpec, given: ServiceSettings | None, *, alone: bool) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings = given or spec.settings()
        if alone:
            configure_logging(spec.name)
        # FastAPI makes ready what a router holds when first asked for it: up to a second in which nobody is answered.
        deque(iter_route_contexts(app.routes), maxlen=0)
        async with AsyncExitStack() as stack:
            held = await start_runtime(spec, settings, stack)
            if alone and settings.metrics_port:
                server, _ = start_http_server(settings.metrics_port, addr=settings.metrics_host)
                stack.callback(server.shutdown)
            app.state.runtime = held
            yield
            app.state.runtime = None

    return lifespan


async def start_runtime(spec: ServiceSpec, settings: ServiceSettings, stack: AsyncExitStack) -> Runtime:
    """Connect to everything that serving needs; `stack` undoes it."""
    database = Database(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size)
    relay = Database(settings.relay_database_url.get_secret_value(), pool_size=2)
    for each in (database, relay):
        stack.push_async_callback(each.stop)
        if spec.has_data:
            await each.start()
    redis = Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=2, socket_connect_timeout=2)
    stack.push_async_callback(redis.aclose)

    async def wake_own_worker() -> None:
        await nudge(redis, spec.name)

    database.after_publish = wake_own_worker
    held = Runtime(settings, database, relay, build_verifier(settings), start_tracing(settings, "web"))
    POOLS.watch(spec.name, app=database, relay=relay)
    watching = asyncio.create_task(watch_loop())
    stack.callback(watching.cancel)
    if held.tracing is not None:
        stack.push_async_callback(asyncio.to_thread, held.tracing.stop)
    for enter in spec.startup:
        await enter(held, stack)
    return held
