"""Ending tasks for sure."""

import asyncio
from collections.abc import Collection
from typing import Any

_AGAIN = 0.2


async def end_tasks(tasks: Collection["asyncio.Future[Any]"]) -> None:
    """Cancel `tasks` and return when all have ended, however they end.

    Cancelled again and again: `asyncio.wait_for` before Python 3.12 swallows a cancellation that arrives together
    with its result (cpython issue 86296), and redis-py sends through it.
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)
