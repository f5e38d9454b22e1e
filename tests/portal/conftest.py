"""The portal before services of our making: real sockets that answer as told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from services.portal.app import create_app
from services.portal.settings import Settings


@dataclass
class Neighbour:
    """A service: path -> (status, JSON). `asked` keeps the paths that came in."""

    answers: dict[str, tuple[int, Any]]
    delay: float = 0
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
            self.asked.append(path)
            await asyncio.sleep(self.delay)
            status, document = self.answers.get(path, (404, {}))
            body = json.dumps(document).encode() if status != 204 else b""
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(neighbour: Neighbour) -> AsyncIterator[Neighbour]:
    server = await asyncio.start_server(neighbour.serve, "127.0.0.1", neighbour.port)
    neighbour.port = server.sockets[0].getsockname()[1]
    try:
        yield neighbour
    finally:
        server.close()


def api(name: str, path: str = "/things", schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """A small API document of a service."""
    reference = {"$ref": "#/components/schemas/Thing"}
    operation = {"operationId": f"{name}_list", "responses": {"200": {"content": {"application/json": reference}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": name},
        "servers": [{"url": f"https://api.startklar.dev/{name}/v1"}],
        "paths": {path: {"get": operation}},
        "components": {"schemas": {"Thing": schema or {"type": "object"}, "Same": {"type": "string"}}},
    }


def neighbour(name: str, **more: Any) -> Neighbour:
    """A service that is ready and has an API."""
    document = f"/{name}/v1/openapi.json"
    return Neighbour(
        {
            "/readyz": (200, {"status": "ok"}),
            document: (200, api(name, **more)),
            f"{document}?part=protocols": (204, None),
        }
    )


@dataclass
class Portal:
    client: httpx.AsyncClient
    neighbours: dict[str, Neighbour]


@pytest.fixture
async def portal() -> AsyncIterator[Portal]:
    """The portal beside `projects` and `sync`, which are there, and `training`, which is not."""
    async with AsyncExitStack() as stack:
        found = {name: await stack.enter_async_context(serving(neighbour(name))) for name in ("projects", "sync")}
        urls = {name: one.url for name, one in found.items()} | {"training": "http://127.0.0.1:9"}
        settings = Settings(
            environment="test",
            public_url="http://gateway.test",
            issuer="http://gateway.test",
            jwks_url="http://127.0.0.1:9/jwks",
            service_urls=urls,
            probe_timeout=3,  # the neighbours live in this process, which may pause
        )
        app = create_app(settings)
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://portal.test"))
        yield Portal(client, found)
