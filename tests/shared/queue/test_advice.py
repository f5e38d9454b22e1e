"""A Redis that forgets is told of, and stops nobody."""

from pathlib import Path

import pytest
from redis.asyncio import Redis

from cli.servers.redis import RedisServer
from shared.queue.advice import advice, advise


async def test_a_redis_that_forgets_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = RedisServer(tmp_path)
    redis: Redis = Redis.from_url(server.start())
    try:
        await redis.config_set("maxmemory-policy", "allkeys-lru")
        await redis.config_set("appendonly", "no")
        await advise(redis)
        told = "".join(capsys.readouterr())
        assert "(allkeys-lru): set maxmemory-policy to noeviction" in told
        assert "set appendonly to yes" in told
        await redis.config_set("maxmemory-policy", "noeviction")
        await redis.config_set("appendonly", "yes")
        assert advice({**await redis.info("memory"), **await redis.info("persistence")}) == []
    finally:
        await redis.aclose()
        server.stop()
    await advise(Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1))
