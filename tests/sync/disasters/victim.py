"""A worker to be killed: `python -m tests.sync.disasters.victim`, its settings as a line of JSON on standard input."""

import asyncio
import json
import sys

from services.sync import forgetting, models  # noqa: F401 - as in every process of the service
from services.sync.jobs import jobs
from services.sync.settings import Settings
from shared.kit.db import Database
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner


async def main() -> None:
    """Run what is due until there is nothing left."""
    settings = Settings(**json.loads(sys.stdin.readline()))
    database = Database(settings.database_url.get_secret_value())
    relay = Database(settings.relay_database_url.get_secret_value(), pool_size=2)
    runner = JobRunner(jobs(settings), database, relay, Metrics())
    while await runner.step() or runner._running:
        if runner._running:
            await asyncio.wait(runner._running)


if __name__ == "__main__":
    asyncio.run(main())
