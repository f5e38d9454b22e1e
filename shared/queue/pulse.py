"""A step that is repeated for ever: at once when woken, at the latest after a while, and whatever goes wrong."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from shared.queue.faults import describe

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = 2.0


class Pulse:
    """Repeats `step` until `stop`. `step` returns True when it left work behind and should go on at once.

    `every` is the sweep, seconds: how long a lost wake-up can delay the work. After an error the pulse pauses, longer
    each time up to two seconds, so that a database or an owner that is down is not hammered.
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[bool]], *, every: float) -> None:
        self.name = name
        self.wake = asyncio.Event()
        self.failures = 0
        self._beat_at = time.monotonic()
        self._is_busy = False
        self._step = step
        self._every = every

    def is_stuck(self, seconds: float) -> bool:
        """Whether one step has been running for longer than `seconds`."""
        return self._is_busy and time.monotonic() - self._beat_at > seconds

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self.wake.clear()
            self._beat_at = time.monotonic()
            self._is_busy = True
            try:
                more = await self._step()
                self.failures = 0
            except Exception as error:
                more = False
                self.failures += 1
                log.error("step failed", step=self.name, fault=describe(error), failures=self.failures)
                await _first(stop, seconds=min(_LONGEST_PAUSE, 0.1 * 2**self.failures))
            self._is_busy = False
            if not more and not self.failures:
                await _first(stop, self.wake, seconds=self._every)


async def _first(*events: asyncio.Event, seconds: float) -> None:
    """Return when one of `events` is set or `seconds` have passed."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
