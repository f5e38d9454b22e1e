"""The worker's own small HTTP port: metrics and probes, never routed by the gateway."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

import structlog

from shared.queue.faults import describe

log = structlog.get_logger(__name__)

Answer = tuple[int, str, bytes]
Page = Callable[[], Awaitable[Answer]]

_REASONS = {200: "OK", 404: "Not Found", 500: "Internal Server Error", 503: "Service Unavailable"}


class Probes:
    """Serves `pages` by path over HTTP/1.0 GET, one answer per connection; the event loop itself answers, so that a
    loop that hangs fails the liveness probe."""

    def __init__(self, pages: Mapping[str, Page], host: str, port: int) -> None:
        self._pages = pages
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen; returns the port, which the system chose if it was 0."""
        self._server = await asyncio.start_server(self._serve, self._host, self._port)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(10):
                status, media_type, body = await self._answer(await reader.readline())
                head = f"HTTP/1.0 {status} {_REASONS[status]}\r\nContent-Type: {media_type}\r\n"
                writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
                await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def _answer(self, request_line: bytes) -> Answer:
        path = [*request_line.decode("latin-1").split(), "", ""][1].partition("?")[0]
        page = self._pages.get(path)
        if page is None:
            return 404, "text/plain", b"no such page\n"
        try:
            return await page()
        except Exception as error:
            log.warning("probe failed", path=path, fault=describe(error))
            return 503, "text/plain", b"not available\n"
