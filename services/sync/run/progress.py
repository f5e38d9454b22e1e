"""How far the reading of a delivery has come, in words that name no person."""

import time
from collections.abc import AsyncIterator

from services.sync.reading.frames import Done, Frame, Rows
from shared.queue import JobContext

_EVERY = 2.0


async def told(ctx: JobContext, frames: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
    """The frames as they are; meanwhile the job tells what is being read, every other second at most."""
    read, last = 0, time.monotonic()
    async for frame in frames:
        yield frame
        if isinstance(frame, Rows):
            read += len(frame.csv)
            if time.monotonic() - last > _EVERY:
                last = time.monotonic()
                await ctx.progress(1, 3, f"reading {frame.entity} rows, {read >> 20} MB so far")
        elif isinstance(frame, Done):
            await ctx.progress(2, 3, "comparing with the roster")
