"""Logins beside a refresh: looks an identity provider up, over and over, until standard input ends.

`python -m tests.benchmarks.aggregate_reader DATABASE_URL FEDERATION MEMBERS` says `ready`, then the milliseconds of
each lookup as JSON. Fails when one found nothing.
"""

import asyncio
import json
import random
import sys
import time
from uuid import UUID

from services.identity import models  # noqa: F401 - every table is known before the first query
from services.identity.federation.service import FederationService
from shared.kit.db import Database

_PAUSE = 0.002


async def main(url: str, federation: UUID, members: int) -> None:
    database = Database(url, pool_size=1)
    waits: list[float] = []
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print("ready", flush=True)
    while not ended.done():
        entity_id = f"https://idp.kommun{random.randrange(members)}.example/idp"
        begin = time.perf_counter()
        async with database.transaction(None) as session:
            found = await FederationService(session).entity(federation, entity_id)
        waits.append((time.perf_counter() - begin) * 1000)
        if found is None or found.entity_id != entity_id:
            raise RuntimeError(f"{entity_id} was not found")
        await asyncio.sleep(_PAUSE)
    await database.stop()
    print(json.dumps(waits))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], UUID(sys.argv[2]), int(sys.argv[3])))
