"""A federation's web server that answers what the test tells it to, and the reading of a document without a network."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from services.identity.federation.acceptance import Read
from services.identity.federation.document import read_document
from services.identity.federation.faults import FeedFault
from services.identity.federation.fetch import Fetched
from services.identity.federation.schemas import FederationCreate
from services.identity.federation.service import FederationAdministration, Feed, FeedService
from services.identity.federation.service.refresh import Outcome
from shared.kit import clock
from tests.identity.federation.metadata import NOW, Aggregate, signer
from tests.support.services import ServiceUnderTest

MEGABYTE = 1024 * 1024


async def federation_of(
    service: ServiceUnderTest, url: str = "https://md.example/all.xml", kind: str = "aggregate"
) -> UUID:
    """A federation whose signer is the test's operator."""
    body = FederationCreate.model_validate(
        {"name": "Federation", "kind": kind, "url": url, "signers": [signer().fingerprint], "loaMap": "skolfederation"}
    )
    with clock.frozen(NOW):
        async with service.database.transaction(service.tenant) as session:
            return (await FederationAdministration(session).create(body)).id


async def deliver(
    service: ServiceUnderTest, federation: UUID, document: Aggregate | bytes, folder: Path, at: datetime = NOW
) -> Outcome | FeedFault:
    """What becomes of a document that the feed answers with at `at`; what was wrong with it, if anything."""
    content = document if isinstance(document, bytes) else document.signed()
    path, entities = folder / "document.xml", folder / "entities.ndjson"
    path.write_bytes(content)
    with clock.frozen(at):
        async with service.database.transaction(service.tenant) as session:
            feeds = FeedService(session)
            feed: Feed = await feeds.feed(federation)
            found = read_document(str(path), str(entities), feed.signers, at.isoformat(), feed.max_bytes)
            if "fault" in found:
                await feeds.failed(feed, found["fault"])
                return FeedFault(found["fault"])
            found |= {name: found[name] and found[name].isoformat() for name in ("valid_until", "published_at")}
            return await feeds.arrived(feed, Fetched(content, '"tag"', None), Read.parse(found), entities)


@dataclass
class FeedServer:
    """Answers GET for each path; `asked` holds the request heads in order. A body of None is a 404."""

    url: str = ""
    bodies: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    endless: bool = False

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        try:
            await self._send(head, writer)
            await writer.drain()
        except ConnectionError:
            pass  # the client has seen enough
        writer.close()

    async def _send(self, head: str, writer: asyncio.StreamWriter) -> None:
        if self.endless:
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            for _ in range(10):
                writer.write(b"<md/>" * (MEGABYTE // 5))
                await writer.drain()
            return
        body = self.bodies.get(head.split(" ")[1])
        tag = f'"{hashlib.sha256(body or b"").hexdigest()}"'
        if body is None:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        elif f"If-None-Match: {tag}" in head:
            writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        else:
            writer.write(f"HTTP/1.1 200 OK\r\nETag: {tag}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


@asynccontextmanager
async def serving_feed() -> AsyncIterator[FeedServer]:
    feed = FeedServer()
    server = await asyncio.start_server(feed.answer, "127.0.0.1", 0)
    feed.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield feed
