"""Declaring sources and fetching from them over the API, with the worker's jobs run by hand."""

import asyncio
import csv
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import TypeAdapter
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from services.sync.fetching import tasks as fetching
from services.sync.fetching.connector import Fetch, Fetched
from services.sync.fetching.package import PackageSink, package_sink
from services.sync.fetching.registry import CONNECTORS
from services.sync.run import tasks as runs
from services.sync.settings import Settings
from services.sync.source.connectors import AnyFetched, Credentials
from services.sync.upload import tasks as uploads
from shared.kit.egress import EgressClient
from shared.kit.ids import new_id
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner
from tests.support.registers import served
from tests.support.services import ServiceUnderTest
from tests.sync.work import LOADER, read

Answer = Callable[[Request], Awaitable[Response]]


async def work(service: ServiceUnderTest, **more: Any) -> None:
    """Run every job that is due, those of fetching among them; `more` replaces settings."""
    assert isinstance(service.settings, Settings)
    settings = service.settings.model_copy(update=more)
    handlers = {**runs.handlers(settings), **uploads.handlers(settings), **fetching.handlers(settings)}
    runner = JobRunner(handlers, service.database, service.relay, Metrics())
    while await runner.step() or runner._running:
        if runner._running:
            await asyncio.wait(runner._running)


async def declare(service: ServiceUnderTest, connector: dict[str, Any], **more: Any) -> str:
    body = {"key": "elevregister", "name": "Elevregistret", "kind": "oneroster_zip", "connector": connector} | more
    declared = await service.client.post("/sync/v1/sources", json=body, headers=service.as_(LOADER))
    assert declared.status_code == 201, declared.text
    return str(declared.json()["id"])


async def ask(service: ServiceUnderTest, source_id: str) -> httpx.Response:
    return await service.client.post(f"/sync/v1/sources/{source_id}/fetches", headers=service.as_(LOADER))


async def fetch(service: ServiceUnderTest, source_id: str, **more: Any) -> dict[str, Any]:
    """Ask for a fetch, let the worker do it; the fetch as the API shows it then."""
    asked = await ask(service, source_id)
    assert asked.status_code == 202, asked.text
    await work(service, **more)
    return await read(service, f"/sync/v1/sources/{source_id}/fetches/{asked.json()['id']}")


async def probe(service: ServiceUnderTest, source_id: str) -> dict[str, Any]:
    path = f"/sync/v1/sources/{source_id}/connection-tests"
    tested = await service.client.post(path, headers=service.as_(LOADER))
    assert tested.status_code == 200, tested.text
    body: dict[str, Any] = tested.json()
    return body


async def rows(service: ServiceUnderTest, query: str) -> list[Any]:
    async with service.database.transaction(service.tenant) as session:
        return list((await session.execute(text(query))).all())


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[str]:
    """A server of one function."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        response = await answer(Request(scope, receive))
        await response(scope, receive, send)

    async with served(app) as url:
        yield url


@dataclass
class Brought:
    """What a connector brought, without a service around it."""

    fetched: Fetched
    content: bytes

    def names(self) -> list[str]:
        with zipfile.ZipFile(io.BytesIO(self.content)) as pack:
            return pack.namelist()

    def file(self, name: str) -> bytes:
        with zipfile.ZipFile(io.BytesIO(self.content)) as pack:
            return pack.read(name)

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.file(name).decode())))


def fetch_of(settings: AnyFetched, credentials: dict[str, str], sink: PackageSink, **more: Any) -> Fetch:
    """A fetch for a connector alone."""

    async def quietly(done: int, total: int | None, message: str) -> None:
        return None

    told: dict[str, Any] = {"memory": {}, "egress": EgressClient(True, max_response_bytes=1 << 25), "previous": None}
    told["now"] = datetime.now(UTC)
    return Fetch(
        source_id=new_id(),
        settings=settings,
        credentials=Credentials.model_validate(credentials),
        sink=sink,
        progress=quietly,
        **(told | more),
    )


def declared(settings: dict[str, Any]) -> AnyFetched:
    """Settings as they are once a source is declared."""
    adapter: TypeAdapter[AnyFetched] = TypeAdapter(AnyFetched)
    return adapter.validate_python(settings)


async def bring(
    settings: dict[str, Any], credentials: dict[str, str], max_bytes: int = 1 << 26, **more: Any
) -> Brought:
    """Fetch once with the connector that the settings name."""
    connector = declared(settings)
    with package_sink(max_bytes) as sink:
        fetched = await CONNECTORS[connector.kind].fetch(fetch_of(connector, credentials, sink, **more))
        sink.finish()
        content = b"".join([piece async for piece in sink.pieces()])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (sink.size, sink.sha256)
    return Brought(fetched, content)


async def touch(settings: dict[str, Any], credentials: dict[str, str], **more: Any) -> dict[str, Any]:
    """Probe once with the connector that the settings name."""
    connector = declared(settings)
    with package_sink(0) as sink:
        return dict((await CONNECTORS[connector.kind].probe(fetch_of(connector, credentials, sink, **more))).seen)
