"""What a fetch could not prove joins what the reader finds out: kinds of which not all may be there end nothing."""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace

from services.sync.reading.frames import Done, Found, Frame

RULE = "incomplete_fetch"


async def with_unproved(frames: AsyncIterator[Frame], kinds: Collection[str]) -> AsyncIterator[Frame]:
    """The frames of a delivery whose fetch could not prove that all rows of `kinds` came along."""
    async for frame in frames:
        if kinds and isinstance(frame, Done):
            yield Found([(RULE, "", None, None)])
            yield replace(frame, incomplete=frame.incomplete | set(kinds), counts=frame.counts | {RULE: 1})
        else:
            yield frame
