"""Start, watch and end child processes, so that none outlives the process that asked for it."""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class ServerFailed(RuntimeError):
    """A server could not be started or stopped; the text says what an operator can do."""


@dataclass(frozen=True)
class Account:
    """An operating system account that a server runs as."""

    name: str
    uid: int
    gid: int


def die_with_parent(sign: signal.Signals) -> Callable[[], None]:
    """A function for the child, between fork and exec: receive `sign` when the parent ends, however it ends."""

    def ask_kernel() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(sign))

    return ask_kernel


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    account: Account | None = None,
    orphan_signal: signal.Signals = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in its own process group, output appended to `log` (mode 0600).

    The group keeps Ctrl-C in a terminal from reaching a database before its clients have drained.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    identity: dict[str, object] = {}
    if account is not None:
        identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
    try:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd="/",
            env=dict(env) if env is not None else None,
            start_new_session=True,
            preexec_fn=die_with_parent(orphan_signal),  # noqa: PLW1509 one call into the C library, no locks
            **identity,
        )
    finally:
        os.close(descriptor)


def wait_until(ready: Callable[[], bool], *, seconds: float, pause: float = 0.02) -> bool:
    """Poll `ready`; False when `seconds` have passed without it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(pause)
    return ready()


def kill_tree(pid: int) -> None:
    """SIGKILL a process and all its descendants, the parent first so that it cannot replace or reap them."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    wait_until(lambda: not any(lives(process) for process in family), seconds=10, pause=0.005)


def lives(process: psutil.Process) -> bool:
    """Does it still run? A zombie does not: it only waits for its parent, which in a container may take its time."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def tail(path: Path, lines: int = 12) -> str:
    """The end of a log, for an error text."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


class DirectoryLock:
    """One process at a time may run a server on a data folder; the kernel frees the lock if we are killed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self, *, seconds: float = 10) -> None:
        """Errors: `ServerFailed` when another process keeps the lock for longer than `seconds`."""
        handle = self._path.open("w")
        if not wait_until(lambda: _try_lock(handle), seconds=seconds, pause=0.1):
            handle.close()
            raise ServerFailed(f"another process uses {self._path.parent}; run ./startklar status")
        self._file = handle

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _try_lock(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
