"""Small processes that the supervisor's tests run instead of services."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]


def create_app() -> Callable[..., Awaitable[None]]:
    """An ASGI app that tells its process id; `/slow` takes a second and a half."""

    async def app(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        if scope["path"] == "/slow":
            await asyncio.sleep(1.5)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})

    return app


def work_until_asked() -> None:
    """Ends well on SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("working for", os.environ.get("TOY", "nobody"), flush=True)
    while True:
        time.sleep(0.02)


def ignore_everything() -> None:
    """Does not end on SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(0.02)


def crash() -> None:
    """Ends at once with an error."""
    raise RuntimeError("the toy is broken")
