"""What a worker says of a Redis that is set up badly. It starts all the same: Redis is never the truth, and what it
forgets the sweeps find again, seconds later.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def advice(info: Mapping[str, Any]) -> list[str]:
    """A sentence for each thing to mend in what INFO tells."""
    found = []
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        found.append(f"Redis may forget keys to save memory ({policy}): set maxmemory-policy to noeviction")
    if not info.get("aof_enabled", 0):
        found.append("Redis keeps no log and forgets its queues when it restarts: set appendonly to yes")
    return found


async def advise(redis: Redis) -> None:
    """Log what should be mended; says nothing of a Redis that does not answer or tells nothing."""
    with suppress(RedisError, OSError, TimeoutError):
        async with asyncio.timeout(5):
            info = {**await redis.info("memory"), **await redis.info("persistence")}
        for sentence in advice(info):
            log.warning("redis should be set up better", reason=sentence)
