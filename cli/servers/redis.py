"""A Redis (or Valkey) server as a child process: loopback, password, append-only file synced each second."""

import contextlib
import os
import secrets
import socket
import subprocess
from pathlib import Path

from cli.servers.accounts import private_dir
from cli.servers.binaries import Source, find_redis
from cli.servers.processes import DirectoryLock, ServerFailed, kill_tree, spawn, tail, wait_until

_CONFIG = """bind 127.0.0.1
port {port}
dir {folder}
requirepass {password}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""


class RedisServer:
    """A server with its files in `folder`. Without `port` it takes a free one and keeps it over restarts."""

    def __init__(self, folder: Path, port: int | None = None, *, binaries: Source | None = None) -> None:
        self.folder = Path(os.path.abspath(folder))
        self.port = port
        self._source = binaries
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = DirectoryLock(self.folder / "lock")

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def url(self) -> str:
        """`redis://:password@127.0.0.1:port/0`; other databases by their number."""
        return f"redis://:{self._password()}@127.0.0.1:{self.port}/0"

    def start(self, *, seconds: float = 20) -> str:
        """Start and wait until the server has loaded its file. Returns the URL. Errors: `ServerFailed`."""
        if self.pid is not None:
            return self.url
        program = find_redis(self._source)
        private_dir(self.folder)
        self._lock.acquire()
        self.port = self.port or _free_port()
        config = self.folder / "redis.conf"
        config.touch(mode=0o600)
        # In a file rather than in arguments: every user of the machine can list those.
        config.write_text(_CONFIG.format(port=self.port, folder=self.folder, password=self._password()))
        log = self.folder / "redis.log"
        process = self._process = spawn([str(program), str(config)], log=log)
        wait_until(lambda: process.poll() is not None or self._answers(), seconds=seconds)
        if process.poll() is not None or not self._answers():
            self.kill()
            raise ServerFailed(f"Redis did not start on port {self.port}:\n{tail(log)}")
        return self.url

    def stop(self, *, seconds: float = 10) -> None:
        """Write the file and end; killed after `seconds`."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """SIGKILL, as a crash would; at most about a second of writes is lost, and `start` loads the rest."""
        if self._process is not None:
            kill_tree(self._process.pid)
            self._process.wait()
            self._process = None
        self._lock.release()

    def _password(self) -> str:
        path = self.folder / "password"
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(descriptor, secrets.token_urlsafe(32).encode())
            os.close(descriptor)
        return path.read_text()

    def _answers(self) -> bool:
        """PONG to our own password: another server on the port would not know it."""
        try:
            with socket.create_connection(("127.0.0.1", self.port or 0), timeout=1) as connection:
                connection.sendall(f"AUTH {self._password()}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (more := connection.recv(256)):
                    answer += more
        except OSError:
            return False
        return answer.startswith(b"+OK\r\n+PONG")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
