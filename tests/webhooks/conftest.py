"""A receiver on a real socket, and what it takes to send to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks import Webhook

from services.webhooks.delivery.dispatcher import Dispatcher, Pace
from services.webhooks.delivery.sender import Sender
from services.webhooks.delivery.service import DeliveryService
from services.webhooks.endpoint.secret import SecretBox
from services.webhooks.settings import Settings
from shared.contracts.base import Event, EventEnvelope, owner_of, version_of
from shared.contracts.projects import GateReady
from shared.kit import clock
from shared.kit.egress import EgressClient
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start

ADMIN = "tenant_admin@*"


@dataclass
class Received:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    def verify(self, secret: str) -> None:
        """By the foreign library; raises unless signed with `secret`."""
        Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """Answers each request with the next of `answers` (status line and headers), the last one for ever after."""

    answers: list[str] = field(default_factory=lambda: ["200 OK"])
    delay: float = 0
    received: list[Received] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.received.append(Received(first.split()[1], headers, body))
            await asyncio.sleep(self.delay)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 5\r\n\r\nhello".encode())
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


Receive = Callable[..., Awaitable[Receiver]]


@pytest.fixture
async def receiver() -> AsyncIterator[Receive]:
    """Starts receivers: `await receiver("503 Busy", "200 OK")`."""
    servers: list[asyncio.Server] = []

    async def start(*answers: str, delay: float = 0) -> Receiver:
        made = Receiver(list(answers) or ["200 OK"], delay)
        server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
        servers.append(server)
        made.port = server.sockets[0].getsockname()[1]
        return made

    yield start
    for server in servers:
        server.close()


@pytest.fixture
async def webhooks(committed_service: Start) -> ServiceUnderTest:
    """The service on a database of its own, since deliveries happen between commits."""
    return await committed_service("webhooks")


async def subscribe(webhooks: ServiceUnderTest, url: str, *types: str, tenant: UUID | None = None) -> dict[str, Any]:
    """Register an endpoint; with no types, for every type."""
    body = {"url": url, "eventTypes": list(types) or ["*"]}
    headers = webhooks.as_(ADMIN, tenant=tenant)
    response = await webhooks.client.post("/webhooks/v1/endpoints", json=body, headers=headers)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def enveloped(event: Event, tenant: UUID | None, position: int = 1) -> EventEnvelope:
    """`event` as its owner's feed gives it."""
    return EventEnvelope(
        id=new_id(),
        type=event.type,
        version=version_of(event.type),
        source=owner_of(event.type),
        tenant=tenant,
        subject=event.subject,
        occurred_at=clock.now(),
        position=position,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        data=event.to_data(),
    )


async def happen(webhooks: ServiceUnderTest, *, tenant: UUID | None = None) -> EventEnvelope:
    """Let a gate become ready in a tenant: the event arrives from the feed of projects."""
    tenant = tenant or webhooks.tenant
    envelope = enveloped(GateReady(project_id=new_id(), gate_id=new_id(), gate_key="start"), tenant)
    async with webhooks.database.transaction(tenant) as session:
        await DeliveryService(session).fan_out(envelope)
    return envelope


def dispatcher(
    webhooks: ServiceUnderTest, pace: Pace | None = None, timeout: float = 5, egress: EgressClient | None = None
) -> Dispatcher:
    settings = webhooks.settings
    assert isinstance(settings, Settings)
    box = SecretBox(settings.file_key_bytes())
    sender = Sender(egress or settings.egress(), timeout)
    return Dispatcher(webhooks.database, webhooks.relay, sender, box, pace or Pace(poll=0.02))


@asynccontextmanager
async def dispatching(webhooks: ServiceUnderTest, pace: Pace | None = None) -> AsyncIterator[None]:
    """The dispatcher runs inside the block, and finishes what it has begun."""
    stop = asyncio.Event()
    task = asyncio.create_task(dispatcher(webhooks, pace).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until(condition: Callable[[], Any], seconds: float = 5) -> None:
    """Wait until `condition()` holds; fails after `seconds`."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)


async def deliveries(webhooks: ServiceUnderTest, **query: Any) -> list[dict[str, Any]]:
    """The delivery log, the newest first."""
    response = await webhooks.client.get(
        "/webhooks/v1/deliveries", params={"limit": 200} | query, headers=webhooks.as_(ADMIN)
    )
    found: list[dict[str, Any]] = response.json()["items"]
    return found


def later(seconds: float) -> Any:
    """The clock held still `seconds` from now."""
    return clock.frozen(clock.now() + timedelta(seconds=seconds))
