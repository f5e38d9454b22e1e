"""`./startklar up` as an operator meets it: ready soon, small, private, and hard to kill."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.servers.postgres import PostgresServer
from cli.servers.processes import kill_tree, lives, wait_until
from cli.servers.redis import RedisServer
from cli.stack.places import STATE_VARIABLE, Places
from cli.stack.readiness import answers
from tests.cli.stack.founding import found

ROOT = Path(__file__).parents[3]
pytestmark = [pytest.mark.stack, pytest.mark.slow]


class Installation:
    """A stack in a state folder of its own, used through the command line alone."""

    def __init__(self, state: Path, **environment: str) -> None:
        self.places = Places(state)
        self._environment = environment

    def __call__(self, *arguments: str) -> dict[str, Any]:
        """Run a command with `--json`; the answer has its exit status as `exit`."""
        environment = os.environ | {STATE_VARIABLE: str(self.places.state), "CI": "true"} | self._environment
        done = subprocess.run(
            [ROOT / "startklar", *arguments, "--json"],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=1200,
        )
        lines = done.stdout.strip().splitlines()
        answer: dict[str, Any] = json.loads(lines[-1]) if lines else {"error": done.stderr}
        return answer | {"exit": done.returncode}

    def pid(self, name: str) -> int | None:
        """The process id of one process now, None while it is down."""
        notes = self("status")["processes"]
        pid: int | None = next(note["pid"] for note in notes if note["name"] == name)
        return pid


@pytest.fixture(scope="module")
def startklar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("installation") / "state")
    yield installation
    installation("reset", "--yes")


@pytest.fixture
def up(startklar: Installation) -> dict[str, Any]:
    with socket.socket() as probe:  # never the port of a developer's own stack
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return startklar("up", "--detach", "--port", str(port))


def _get(url: str, path: str) -> int:
    host = url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_it_is_ready_soon_and_small_and_tells_who_may_log_in(startklar: Installation, up: dict[str, Any]) -> None:
    assert up["exit"] == 0, up
    assert up["status"] == "ready"
    assert up["ready_seconds"] < 120  # a machine that does much else; `make bench` measures it
    assert up["memory_bytes"] < 1_500_000_000
    demo = startklar.places.demo
    assert stat.S_IMODE(demo.stat().st_mode) == 0o600
    told = json.loads(demo.read_text())
    assert told["gateway"] == told["issuer"] == up["gateway"]
    assert told["users"]
    assert told["clients"]
    for service in ("identity", "projects", "sync", "training", "webhooks"):
        assert _get(up["gateway"], f"/{service}/v1/api-info") == 200
    assert _get(up["gateway"], "/projects/v1/projects") == 401


def test_a_second_up_finds_the_first(startklar: Installation, up: dict[str, Any]) -> None:
    assert up["exit"] == 0
    again = startklar("up", "--detach")
    assert again["exit"] == 0
    assert again["pid"] == startklar("status")["pid"]


def test_keys_logs_and_records_are_readable_by_their_owner_alone(startklar: Installation, up: dict[str, Any]) -> None:
    assert up["exit"] == 0
    for folder in (startklar.places.state, startklar.places.keys, startklar.places.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for path in folder.iterdir():
            if path.is_file() and path.name != "lock":
                assert not path.stat().st_mode & 0o077, path


@pytest.mark.parametrize("name", ["projects", "projects-worker", "gateway", "redis", "postgres"])
def test_whatever_is_killed_comes_back(startklar: Installation, up: dict[str, Any], name: str) -> None:
    assert up["exit"] == 0
    victim = startklar.pid(name)
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    assert wait_until(lambda: startklar.pid(name) not in (None, victim), seconds=30, pause=0.2)
    port = int(up["gateway"].rpartition(":")[2])
    assert wait_until(lambda: answers(port, "/projects/v1/api-info"), seconds=20, pause=0.2)
    internal = next(note["port"] for note in startklar("status")["processes"] if note["name"] == "projects")
    assert wait_until(lambda: answers(internal, "/readyz"), seconds=20, pause=0.2)


def test_a_killed_supervisor_leaves_nothing_behind_and_the_next_start_keeps_the_data(
    startklar: Installation, up: dict[str, Any]
) -> None:
    assert up["exit"] == 0
    supervisor = psutil.Process(up["pid"])
    family = supervisor.children(recursive=True)
    supervisor.kill()
    assert wait_until(lambda: not any(lives(process) for process in family), seconds=30)
    assert startklar("status")["exit"] == 3
    before = json.loads(startklar.places.demo.read_text())
    again = startklar("up", "--detach", "--port", up["gateway"].rpartition(":")[2])
    assert again["exit"] == 0, again
    after = json.loads(startklar.places.demo.read_text())
    assert after["gateway"] == before["gateway"]
    assert after["tenants"] == before["tenants"]


def test_beside_another_a_bare_one_takes_a_free_port_and_the_servers_that_it_is_told_and_gets_its_operator(
    startklar: Installation, up: dict[str, Any], tmp_path: Path
) -> None:
    assert up["exit"] == 0
    postgres, redis = PostgresServer.temporary(), RedisServer(tmp_path / "redis")
    other = Installation(tmp_path / "state", DATABASE_URL=postgres.start(), REDIS_URL=redis.start())
    port = up["gateway"].rpartition(":")[2]
    try:
        beside = other("up", "--detach", "--no-demo", "--port", port)
        assert beside["exit"] == 0, beside
        assert beside["gateway"] != up["gateway"]
        assert any(port in warning for warning in beside["warnings"])
        assert not {"postgres", "redis", "demo-idp"} & {note["name"] for note in beside["processes"]}
        assert _get(beside["gateway"], "/identity/v1/api-info") == 200
        assert _get(up["gateway"], "/identity/v1/api-info") == 200
        found(other, other.places, beside["gateway"])
    finally:
        other("reset", "--yes")
        redis.stop()
        postgres.stop()


def test_a_server_that_refuses_is_told_plainly_and_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://postgres:very-secret@/postgres?host={tmp_path}"
    lost = Installation(tmp_path / "state", DATABASE_URL=url)
    try:
        answer = lost("up", "--detach")
        assert answer["exit"] == 1
        assert "PostgreSQL (DATABASE_URL, or our own) refused" in answer["error"]
        assert "very-secret" not in answer["error"] + (lost.places.logs / "provision.log").read_text()
        assert lost("status")["exit"] == 3
    finally:
        lost("reset", "--yes")


def test_down_ends_every_process_and_frees_the_port(startklar: Installation, up: dict[str, Any]) -> None:
    assert up["exit"] == 0
    family = psutil.Process(up["pid"]).children(recursive=True)
    begin = time.monotonic()
    assert startklar("down") == {"status": "stopped", "was_running": True, "exit": 0}
    assert time.monotonic() - begin < 30
    assert not any(lives(process) for process in family)
    assert not answers(int(up["gateway"].rpartition(":")[2]), "/")


def test_ctrl_c_in_the_foreground_ends_everything(startklar: Installation) -> None:
    startklar("down")
    environment = os.environ | {STATE_VARIABLE: str(startklar.places.state)}
    process = subprocess.Popen(
        [ROOT / "startklar", "up", "--json"], env=environment, stdout=subprocess.PIPE, text=True, process_group=0
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        family = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
        assert ready["status"] == "ready"
        assert not any(lives(child) for child in family)
        process.stdout.close()
    finally:
        kill_tree(process.pid)
