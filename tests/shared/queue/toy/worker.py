"""`python -m tests.shared.queue.toy.worker toys|shelf`: a toy's worker process."""

import asyncio
import os
import sys
from typing import Any

from sqlalchemy import text

from shared.kit.ids import new_id
from shared.kit.settings import ServiceSettings
from shared.queue import JobContext, LeaseTiming, WorkerSpec, run_worker
from tests.shared.queue.toy.model import ThingMade, keep_effect
from tests.shared.queue.toy.settings import ShelfSettings, ToysSettings


class FixedToken:
    """A token source that knows one token."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._token = os.environ["FEED_TOKEN"]

    async def token(self, service: str, /) -> str:
        return self._token


async def stack_things(ctx: JobContext) -> dict[str, Any]:
    """A job of many small transactions: continues where its predecessor was killed."""
    total = int(ctx.params["total"])
    while True:
        async with ctx.transaction() as session:
            done = (await session.execute(text("SELECT count(*) FROM effect"))).scalar_one()
            if done >= total:
                return {"done": done, "attempt": ctx.attempt}
            await session.execute(
                text("INSERT INTO effect (tenant_id, id, serial) VALUES (:tenant, :id, :serial)"),
                {"tenant": ctx.tenant, "id": new_id(), "serial": done},
            )
        await ctx.progress(done + 1, total)
        await asyncio.sleep(0.05)


async def die(ctx: JobContext) -> None:
    """A poisoned job: takes its worker with it."""
    os._exit(9)


TIMING = LeaseTiming(lease=1.5, heartbeat=0.4, drain=0.3)
TOYS = WorkerSpec("toys", ToysSettings)
SHELF = WorkerSpec(
    "shelf",
    ShelfSettings,
    consumes={"toys": {ThingMade: keep_effect}},
    jobs={"stack": stack_things, "die": die},
    tokens=FixedToken,
    timing=TIMING,
)

if __name__ == "__main__":
    run_worker({"toys": TOYS, "shelf": SHELF}[sys.argv[1]])
