"""What travels through Redis: requests to look, and nothing else.

A wake-up names no event, no job and no effect, only where to look; the truth is then read from PostgreSQL or pulled
from the owner. So losing Redis loses nothing, and writing to Redis forges nothing. Queues are bounded: a queue that
nobody reads keeps its newest entries only.
"""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from typing import Any, cast
from uuid import uuid4

import structlog
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from prometheus_client import Counter
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

LOST = Counter("startklar_wakeups_lost", "Calls to Redis that failed; the sweep does their work, later")

WORK = "work"
"""Look for unsequenced events and due jobs of your own."""
PULL = "pull"
"""Pull the feed of the owner that is named."""

_MAX_QUEUE = 256
_LIFETIME_MS = 60_000
_PATIENCE = 0.25
_FORGET_LISTENER_AFTER = 60.0
_SERVICE_NAME = re.compile(r"^[a-z]{1,30}$")
# arq starts only what lies in the past; hosts whose clocks differ by less than this still wake each other at once.
_CLOCK_TOLERANCE_MS = 1_000


def queue_name(service: str) -> str:
    """The arq queue of a service."""
    return f"arq:{service}"


def to_json(value: Any) -> bytes:
    """arq's serializer. JSON, since unpickling what anybody put into Redis would run it."""
    return json.dumps(value, separators=(",", ":")).encode()


def from_json(raw: bytes) -> dict[str, Any]:
    """arq's deserializer: a wake-up of the form that we write, or ValueError."""
    value = json.loads(raw)
    match value:
        case {"f": str(), "a": [] | [str()], "k": dict(options), "t": None, "et": int()} if not options:
            return cast(dict[str, Any], value)
    raise ValueError("not a wake-up")


async def nudge(redis: Redis, service: str) -> None:
    """Ask the worker of `service` to look for work at once; call after a commit that published or started a job.

    Best effort: returns within 0.25 s and never raises for Redis, since the worker's sweep finds the work anyway.
    """
    await _send(redis, [(service, WORK, ())])


async def wake_listeners(redis: Redis, owner: str) -> None:
    """Tell everybody who listens to `owner` that its feed has grown; best effort like `nudge`."""
    try:
        async with asyncio.timeout(_PATIENCE):
            since = time.time() - _FORGET_LISTENER_AFTER
            found = await redis.zrangebyscore(_listeners_key(owner), since, "+inf", start=0, num=20)
    except (RedisError, OSError, TimeoutError) as error:
        _lost("wake-up lost", error)
        return
    names = [name.decode(errors="replace") if isinstance(name, bytes) else str(name) for name in found]
    await _send(redis, [(name, PULL, (owner,)) for name in names if _SERVICE_NAME.match(name)])


async def listen_to(redis: Redis, owners: Sequence[str], service: str) -> None:
    """Register `service` for wake-ups of `owners` for the next minute; best effort, repeat it while you live."""
    now = time.time()
    try:
        async with asyncio.timeout(_PATIENCE):
            async with redis.pipeline(transaction=False) as pipe:
                for owner in owners:
                    pipe.zadd(_listeners_key(owner), {service: now})
                    pipe.zremrangebyscore(_listeners_key(owner), "-inf", now - _FORGET_LISTENER_AFTER)
                await pipe.execute()
    except (RedisError, OSError, TimeoutError) as error:
        _lost("listener not registered", error)


async def _send(redis: Redis, wakeups: Sequence[tuple[str, str, tuple[str, ...]]]) -> None:
    """Enqueue in one round trip; arq's own enqueue takes four, and reports a lost connection as a duplicate."""
    if not wakeups:
        return
    now = int(time.time() * 1000)
    try:
        async with asyncio.timeout(_PATIENCE):
            async with redis.pipeline(transaction=False) as pipe:
                for service, function, arguments in wakeups:
                    job_id = uuid4().hex
                    body = serialize_job(function, arguments, {}, None, now, serializer=to_json)
                    pipe.psetex(job_key_prefix + job_id, _LIFETIME_MS, body)
                    pipe.zadd(queue_name(service), {job_id: now - _CLOCK_TOLERANCE_MS})
                    pipe.zremrangebyrank(queue_name(service), 0, -_MAX_QUEUE - 1)
                await pipe.execute()
    except (RedisError, OSError, TimeoutError) as error:
        _lost("wake-up lost", error)


def _lost(what: str, error: Exception) -> None:
    LOST.inc()
    log.warning(what, error=type(error).__name__)


def _listeners_key(owner: str) -> str:
    return f"startklar:listeners:{owner}"
