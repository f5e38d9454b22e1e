"""What the supervisor keeps alive: forked processes, programs and database servers, all with the same few verbs."""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from cli.servers.postgres import PostgresServer
from cli.servers.processes import kill_tree, spawn
from cli.servers.redis import RedisServer
from cli.stack import forking
from cli.stack.plan import ProcessSpec


class Child(Protocol):
    """`start` returns when the process exists, not when it is ready."""

    @property
    def name(self) -> str: ...

    @property
    def pid(self) -> int | None:
        """None when it does not run; asking reaps a child that has ended."""

    @property
    def log(self) -> Path: ...

    def start(self) -> None: ...

    def ask_to_stop(self) -> None: ...

    def kill(self) -> None: ...


class Forked:
    """A process of our own code, forked from the supervisor."""

    def __init__(
        self,
        name: str,
        run: Callable[[], object],
        *,
        env: Mapping[str, str],
        log: Path,
        keep: socket.socket | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self.exit_status: int | None = None
        self._run = run
        self._env = env
        self._keep = keep
        self._pid: int | None = None

    @property
    def pid(self) -> int | None:
        if self._pid is not None:
            try:
                ended, status = os.waitpid(self._pid, os.WNOHANG)
            except ChildProcessError:
                ended, status = self._pid, 1 << 8
            if ended:
                self.exit_status = os.waitstatus_to_exitcode(status)
                self._pid = None
        return self._pid

    def start(self) -> None:
        self.exit_status = None
        self._pid = forking.fork(self.name, self._run, env=self._env, log=self.log, keep=self._keep)

    def ask_to_stop(self) -> None:
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        if self._pid is not None:
            kill_tree(self._pid)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            self._pid = None


class Program:
    """A foreign program, such as the gateway."""

    def __init__(self, name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        self._process = spawn(self._command, log=self.log, env=self._env)

    def ask_to_stop(self) -> None:
        if self._process is not None and self.pid is not None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        if self._process is not None:
            kill_tree(self._process.pid)
            self._process.wait()


class Server:
    """PostgreSQL or Redis. `start` waits until it answers, since nothing else can go on without it."""

    def __init__(self, name: str, server: PostgresServer | RedisServer, *, log: Path) -> None:
        self.name = name
        self.log = log
        self._server = server

    @property
    def pid(self) -> int | None:
        return self._server.pid

    def start(self) -> None:
        self._server.kill()  # releases what a crashed one held
        self._server.start()

    def ask_to_stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        self._server.kill()


def forked_process(
    spec: ProcessSpec, *, env: Mapping[str, str], log: Path, bound: socket.socket | None = None
) -> Forked:
    """The child for an entry of the plan; a web app needs the socket that it serves."""

    def run() -> None:
        if spec.app is not None and bound is not None:
            forking.serve_app(spec.app, bound)
        else:
            forking.run_module(spec.target)

    return Forked(spec.name, run, env=env, log=log, keep=bound)
