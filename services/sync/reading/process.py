"""Starts the reading process and gives what it says. Nothing from outside is parsed in the worker itself."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from services.sync.reading.civic import CivicKeys
from services.sync.reading.findings import Fatal
from services.sync.reading.frames import HEADER, Done, Frame, Kind, Want, decode
from services.sync.reading.mapping import Mapping

_ROOT = Path(__file__).parents[3]
_AHEAD = 3
# So much of a delivery, in bytes, waits for a child that is still starting.
_WAITING = 64 * 1024 * 1024


@dataclass(frozen=True)
class FormerDelivery:
    """The delivery whose facts the roster has: its prints, where something was found in it, the size in bytes of the
    one that is read now, and how to get at its content."""

    prints: list[dict[str, Any]]
    found: list[tuple[str, int]]
    size: int
    content: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True)
class ReadTask:
    """What is read and within which limits: bytes of memory and of unpacked content, seconds of processor time.

    `prints` are those of a delivery whose facts the roster has: one that states the same is not read any further.
    `former` is that delivery, where it may be enough to read what differs from it.
    """

    mapping: Mapping
    keys: CivicKeys
    today: date
    prints: list[dict[str, Any]] | None = None
    former: "FormerDelivery | None" = None
    # Set aside by allocators; of 1.5 million persons 1.35 GB were in use at most.
    memory_bytes: int = 3 * 1024 * 1024 * 1024
    cpu_seconds: int = 600
    expanded_bytes: int = 1024 * 1024 * 1024

    def line(self) -> bytes:
        """The task as one line of JSON; the keys travel on the pipe, not in arguments or environment."""
        document = {
            "mapping": self.mapping.model_dump(mode="json", by_alias=True),
            "hashing": self.keys.hashing.hex(),
            "sealing": self.keys.sealing.hex(),
            "prints": self.prints,
            "former": self.former and {"prints": self.former.prints, "found": self.former.found},
            "size": self.former and self.former.size,
            "today": self.today.isoformat(),
            "memoryBytes": self.memory_bytes,
            "cpuSeconds": self.cpu_seconds,
            "expandedBytes": self.expanded_bytes,
        }
        return json.dumps(document).encode() + b"\n"


@asynccontextmanager
async def started() -> AsyncIterator[asyncio.subprocess.Process]:
    """A reading process that waits for its task. To start, and with a gigabyte in its hands to go, takes it a while:
    whoever has other things to do meanwhile opens this around them."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.sync.reading.child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback would show what it was reading
        cwd=_ROOT,
        env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "POLARS_MAX_THREADS": "2"},
        limit=1 << 20,
    )
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def read_in_child(task: ReadTask, content: AsyncIterator[bytes]) -> AsyncIterator[Frame]:
    """The frames of one delivery, read by a process of its own."""
    async with started() as child:
        async for frame in read_by(child, task, content):
            yield frame


async def read_by(
    child: asyncio.subprocess.Process, task: ReadTask, content: AsyncIterator[bytes]
) -> AsyncIterator[Frame]:  # fmt: skip
    """The frames of one delivery, `Done` last. Raises Fatal with the finding where it cannot be read.

    All of `content` is taken before the first frame comes, so that it may stream from the caller's own transaction.
    """
    await _feed(child, task.line(), content, ends=task.former is None)
    is_done = False
    async for frame in _ahead(_answered(child, task)):
        is_done = isinstance(frame, Done)
        yield frame
    if not is_done:
        raise Fatal("reader_died")


async def _answered(child: asyncio.subprocess.Process, task: ReadTask) -> AsyncIterator[Frame]:
    """The frames; the delivery before is given to a child that asks for it, before it says anything else."""
    async for frame in _frames(child):
        if not isinstance(frame, Want):
            yield frame
        elif task.former is not None:
            await _feed(child, b"", task.former.content(), ends=True)


async def _feed(
    child: asyncio.subprocess.Process, first: bytes, content: AsyncIterator[bytes], *, ends: bool
) -> None:  # fmt: skip
    pipe = child.stdin
    if pipe is None:
        raise RuntimeError("the reading process has no standard input")
    # A child that died already tells so by a missing last frame.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        pipe.transport.set_write_buffer_limits(_WAITING)
        pipe.write(first)
        async for piece in content:
            pipe.write(piece)
            await pipe.drain()
        if ends:
            pipe.close()
            await pipe.wait_closed()


async def _frames(child: asyncio.subprocess.Process) -> AsyncIterator[Frame | Want]:
    pipe = child.stdout
    if pipe is None:
        raise RuntimeError("the reading process has no standard output")
    while True:
        try:
            kind, length = HEADER.unpack(await pipe.readexactly(HEADER.size))
            body = await pipe.readexactly(length)
        except asyncio.IncompleteReadError:
            return
        frame = decode(Kind(kind), body)
        yield frame
        if isinstance(frame, Done):
            return


async def _ahead(frames: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
    """The frames, the next ones taken in while one is being worked on: the child reads on meanwhile."""
    waiting: asyncio.Queue[Frame | Exception | None] = asyncio.Queue(_AHEAD)

    async def take() -> None:
        try:
            async for frame in frames:
                await waiting.put(frame)
            await waiting.put(None)
        except Exception as error:  # handed on to whoever asks for the next frame
            await waiting.put(error)

    taking = asyncio.create_task(take())
    try:
        while (frame := await waiting.get()) is not None:
            if isinstance(frame, Exception):
                raise frame
            yield frame
    finally:
        taking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await taking
