"""The toys as real processes on servers of their own, which a test may kill."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from cli.servers.postgres import PostgresServer
from cli.servers.redis import RedisServer
from tests.support.databases import ROOT
from tests.support.services import FILE_KEY

FEED_TOKEN = secrets.token_hex(16)


@dataclass
class Child:
    """One process of ours: started, killed, started again with the same command."""

    command: list[str]
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.env, cwd=ROOT, stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL: no time to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> int | None:
        """SIGTERM; returns the exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, sign: signal.Signals) -> int | None:
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(sign)
        try:
            return self.process.wait(15)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process = None


@dataclass
class Stack:
    """The servers and the toys' processes; `urls` are those of the databases by service and role."""

    postgres: PostgresServer
    redis: RedisServer
    urls: dict[str, dict[str, str]]
    children: dict[str, Child]
    port: int

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def killable(self, name: str) -> "Child | PostgresServer | RedisServer":
        """The process of that name."""
        if name == "postgres":
            return self.postgres
        return self.redis if name == "redis" else self.children[name]

    def await_web(self) -> None:
        end = time.monotonic() + 180
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.web}/openapi.json", timeout=1).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError(f"the web process did not start:\n{self.children['web'].log.read_text()[-2000:]}")


def build_stack(
    postgres: PostgresServer, redis: RedisServer, urls: dict[str, dict[str, str]], folder: Path, ended: ExitStack
) -> Stack:
    """Start the owner's web process, its worker, and two replicas of the consumer's worker."""
    port = free_port()
    python = sys.executable
    web = [python, "-m", "uvicorn", "tests.shared.queue.toy.web:create_app", "--factory", "--port", str(port)]
    commands = {
        "web": [*web, "--log-level", "warning"],
        "owner": [python, "-m", "tests.shared.queue.toy.worker", "toys"],
        "consumer": [python, "-m", "tests.shared.queue.toy.worker", "shelf"],
        "replica": [python, "-m", "tests.shared.queue.toy.worker", "shelf"],
    }
    env = _environment(redis.url, urls, port)
    children = {name: Child(command, env, folder / f"{name}.log") for name, command in commands.items()}
    for child in children.values():
        child.start()
        ended.callback(child.kill)
    stack = Stack(postgres, redis, urls, children, port)
    stack.await_web()
    return stack


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(redis_url: str, urls: dict[str, dict[str, str]], port: int) -> dict[str, str]:
    env = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FEED_TOKEN": FEED_TOKEN,
        "STARTKLAR_ENVIRONMENT": "test", "STARTKLAR_REDIS_URL": redis_url, "STARTKLAR_FILE_KEY": FILE_KEY,
        "STARTKLAR_PUBLIC_URL": "http://gateway.test", "STARTKLAR_ISSUER": "http://issuer.test",
        "STARTKLAR_JWKS_URL": "http://issuer.test/jwks",
        "STARTKLAR_SERVICE_URLS": f'{{"toys": "http://127.0.0.1:{port}"}}',
    }  # fmt: skip
    for service, roles in urls.items():
        env[f"{service.upper()}_DATABASE_URL"] = roles["app"]
        env[f"{service.upper()}_RELAY_DATABASE_URL"] = roles["relay"]
    return env
