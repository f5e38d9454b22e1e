"""A small HTTP/1.1 client on raw sockets: cheap enough not to starve what it measures on two cores."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit


def written(url: str, headers: Mapping[str, str], *, method: str = "GET", body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    sent = {"Host": parts.netloc, **headers} | ({"Content-Length": str(len(body))} if body else {})
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())])
    return head.encode() + b"\r\n\r\n" + body


async def get_many(url: str, headers: Mapping[str, str], *, requests: int, connections: int) -> list[float]:
    """A closed loop: seconds of each of `requests` GETs, each connection sending its next when it has its answer.

    Errors: ConnectionError for any answer but 200, and when a connection breaks.
    """
    raw = written(url, headers)
    return await _together(url, iter([(0.0, raw)] * requests), connections)


async def send_all(url: str, requests: Sequence[bytes], *, connections: int) -> list[float]:
    """The same with requests that are not alike, each sent once. Errors: as `get_many`."""
    return await _together(url, iter([(0.0, raw) for raw in requests]), connections)


async def paced(
    url: str, requests: Sequence[bytes], *, rate: float, connections: int, delay: float = 0.0
) -> list[float]:
    """An open loop: `rate` requests a second, the first after `delay` seconds; seconds of each, however slow.

    A request that finds every connection busy waits, and its waiting counts (no coordinated omission); how late the
    client's own timer is does not. `url` names host and port. Errors: as `get_many`, for any answer but 200 and 201.
    """
    begin = time.perf_counter() + 0.05 + delay
    due = ((begin + number / rate, raw) for number, raw in enumerate(requests))
    return await _together(url, due, connections)


async def _together(url: str, work: Iterator[tuple[float, bytes]], connections: int) -> list[float]:
    parts = urlsplit(url)
    taken: list[float] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_one(parts.hostname or "", parts.port or 80, work, taken))
    return taken


async def _one(host: str, port: int, work: Iterator[tuple[float, bytes]], taken: list[float]) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        for due, raw in work:
            begin = time.perf_counter()
            if begin < due:
                await asyncio.sleep(due - begin)
                begin = time.perf_counter()
            elif due:
                begin = due
            writer.write(raw)
            await _answer(reader)
            taken.append(time.perf_counter() - begin)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith((b"http/1.1 200", b"http/1.1 201")):
        raise ConnectionError(head.split(b"\r\n", 1)[0].decode())
    if b"transfer-encoding: chunked" in head:
        while size := int((await reader.readline()).strip(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
        return
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    await reader.readexactly(length)
