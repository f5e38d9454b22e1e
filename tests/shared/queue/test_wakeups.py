"""What travels through Redis: small, bounded, best effort, and never more than a request to look."""

import json
import time
from typing import Any

import pytest
from redis.asyncio import Redis

from shared.queue.wakeups import PULL, from_json, listen_to, nudge, queue_name, wake_listeners


async def waiting(redis: Redis, service: str) -> list[dict[str, Any]]:
    """The wake-ups on a service's queue."""
    found = []
    for job_id in await redis.zrange(queue_name(service), 0, -1):
        raw = await redis.get(b"arq:job:" + job_id)
        assert raw is not None
        found.append(json.loads(raw))
    return found


@pytest.fixture
def client(clean_redis: str) -> Redis:
    found: Redis = Redis.from_url(clean_redis)
    return found


async def test_a_nudge_asks_the_own_worker_to_look_and_says_nothing_else(client: Redis) -> None:
    await nudge(client, "toys")
    (wakeup,) = await waiting(client, "toys")
    assert (wakeup["f"], wakeup["a"], wakeup["k"]) == ("work", [], {})
    await client.aclose()


async def test_only_those_who_listen_are_woken(client: Redis) -> None:
    await listen_to(client, ["toys"], "shelf")
    await client.zadd("startklar:listeners:toys", {"gone": time.time() - 90, "ev;il": time.time()})
    await wake_listeners(client, "toys")
    assert [w["a"] for w in await waiting(client, "shelf")] == [["toys"]]
    queues = [key for key in await client.keys("arq:*") if not key.startswith(b"arq:job:")]
    assert queues == [b"arq:shelf"]
    await client.aclose()


async def test_a_queue_that_nobody_reads_stays_short(client: Redis) -> None:
    for _ in range(300):
        await nudge(client, "toys")
    assert await client.zcard("arq:toys") == 256
    await client.aclose()


async def test_without_redis_a_nudge_is_quick_and_silent() -> None:
    client = Redis.from_url("redis://127.0.0.1:1/0")
    before = time.monotonic()
    await nudge(client, "toys")
    await listen_to(client, ["toys"], "shelf")
    await wake_listeners(client, "toys")
    assert time.monotonic() - before < 1
    await client.aclose()


@pytest.mark.parametrize(
    "raw",
    [
        b"\x80\x04N.",
        b"[]",
        b'{"f": "pull"}',
        b'{"f": ["pull"], "a": [], "k": {}, "t": null, "et": 1}',
        b'{"f": "pull", "a": ["toys", {"position": 1}], "k": {}, "t": null, "et": 1}',
        b'{"f": "pull", "a": [], "k": {"event": 1}, "t": null, "et": 1}',
        b'{"f": "pull", "a": [], "k": {}, "t": null, "et": "late"}',
    ],
)
def test_anything_but_a_wake_up_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(raw)


def test_a_wake_up_is_read_as_written() -> None:
    raw = b'{"t":null,"f":"pull","a":["toys"],"k":{},"et":1}'
    assert from_json(raw)["f"] == PULL
