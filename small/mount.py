"""Several services' apps behind one port, told apart by the first part of the path.

A path that one of them has of its own (`/projects/v1`, `/oauth2`, `/scim`) goes to it, every other to the front. What
all of them have, `/internal` and the probes, is asked for below `/services/{name}`, which the gateway routes as little
as it routes `/internal`: an internal URL of a service is then the address of this process with that prefix.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

BELOW = "services"
# What every service has, and the page of the front.
_COMMON = {"", "internal", "livez", "readyz", "startupz", "openapi.json"}
_PROBES = ("/livez", "/readyz", "/startupz")


class PathClaimedTwice(ValueError):
    """Two services have paths that begin alike, so that one port cannot serve both."""


class Mounted:
    """An ASGI app over `apps` (name -> app); `front` is the name of the one that gets what nobody claims.

    `around` is entered before the apps start and left after they have ended.
    """

    def __init__(
        self, apps: Mapping[str, FastAPI], *, front: str, around: Callable[[AsyncExitStack], None] | None = None
    ) -> None:
        self._apps = dict(apps)
        self._front = front
        self._around = around
        self._owners = _owners(self._apps)
        self._frame = Starlette(routes=[Route(path, self._probe) for path in _PROBES], lifespan=self._lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _PROBES:
            await self._frame(scope, receive, send)
            return
        name, path = self.addressed(scope["path"])
        inner = scope if path == scope["path"] else {**scope, "path": path, "raw_path": quote(path).encode()}
        with structlog.contextvars.bound_contextvars(service=name):
            await self._apps[name](inner, receive, send)

    def addressed(self, path: str) -> tuple[str, str]:
        """Whom a path means, and what that service is to see of it."""
        _, first, *rest = path.split("/", 3)
        if first == BELOW and rest and rest[0] in self._apps:
            return rest[0], path.removeprefix(f"/{BELOW}/{rest[0]}") or "/"
        return self._owners.get(first, self._front), path

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if self._around is not None:
                self._around(stack)
            for name, app in self._apps.items():
                with structlog.contextvars.bound_contextvars(service=name):
                    await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    async def _probe(self, request: Request) -> JSONResponse:
        """What every service answers to the same probe; good when all are."""
        asked = [_status(app, request.url.path) for app in self._apps.values()]
        checks = dict(zip(self._apps, await asyncio.gather(*asked), strict=True))
        is_good = all(status == 200 for status in checks.values())
        said = {name: "ok" if status == 200 else "unavailable" for name, status in checks.items()}
        return JSONResponse({"status": "ok" if is_good else "unavailable", "checks": said}, 200 if is_good else 503)


def _owners(apps: Mapping[str, FastAPI]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for name, app in apps.items():
        for first in {_first_part(route) for route in iter_route_contexts(app.routes)} - _COMMON:
            if owners.setdefault(first, name) != name:
                raise PathClaimedTwice(f"/{first} belongs to both {owners[first]} and {name}")
    return owners


def _first_part(route: Any) -> str:
    path: str = getattr(route, "path", None) or "/"
    return path.split("/")[1]


async def _status(app: FastAPI, path: str) -> int:
    """The status that an app answers to GET `path`, asked past the network."""
    status = 500

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": [],
    }  # fmt: skip
    await app(scope, receive, send)
    return status
