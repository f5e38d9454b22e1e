"""A small closed-loop HTTP/1.1 client on raw sockets: cheap enough not to starve what it measures on two cores."""

import asyncio
import time
from collections.abc import Mapping
from urllib.parse import urlsplit


async def get_many(url: str, headers: Mapping[str, str], *, requests: int, connections: int) -> list[float]:
    """Seconds of each of `requests` GETs over kept-alive connections. ConnectionError for any answer but 200."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: {parts.netloc}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    raw = ("\r\n".join(lines) + "\r\n\r\n").encode()
    share = requests // connections
    work = (_one(parts.hostname or "", parts.port or 80, raw, share) for _ in range(connections))
    return [seconds for found in await asyncio.gather(*work) for seconds in found]


async def _one(host: str, port: int, raw: bytes, count: int) -> list[float]:
    reader, writer = await asyncio.open_connection(host, port)
    taken = []
    try:
        for _ in range(count):
            begin = time.perf_counter()
            writer.write(raw)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(head.split(b"\r\n", 1)[0].decode())
            await _body(reader, head.lower())
            taken.append(time.perf_counter() - begin)
    finally:
        writer.close()
    return taken


async def _body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"transfer-encoding: chunked" in head:
        while size := int((await reader.readline()).strip(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
        return
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    await reader.readexactly(length)
