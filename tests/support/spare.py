"""Child processes that need not import anything: forked from one that has, instead of started.

Production starts a fresh interpreter for every file that it reads, which takes longer than reading a small one. Where
the process is not the point, tests give the code under test another interpreter: a small program that hands its files,
arguments, environment and folder to a server, which forks. Limits, exit status and being killed are as before.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import shlex
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

_PROGRAM = """#!/bin/sh
exec {python} -IS {client} "$@"
"""
_CLIENT = """\
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
told = {{"argv": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd()}}
socket.send_fds(server, [json.dumps(told).encode() + b"\\n"], [0, 1, 2])
for file in (0, 1, 2):
    os.close(file)
status = int(server.recv(16) or b"1")
if status < 0:
    os.kill(os.getpid(), -status)
os._exit(status)
"""


@contextlib.contextmanager
def forking(folder: Path, modules: Sequence[str]) -> Iterator[str]:
    """The path of an interpreter whose `-m module` finds `modules` imported."""
    address, client, program = folder / "server", folder / "client.py", folder / "python"
    client.write_text(_CLIENT.format(address=str(address)))
    program.write_text(_PROGRAM.format(python=shlex.quote(sys.executable), client=shlex.quote(str(client))))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(address))
    listener.listen(64)
    server = subprocess.Popen(
        [sys.executable, "-m", __name__, str(listener.fileno()), *modules], cwd=ROOT, pass_fds=[listener.fileno()]
    )
    listener.close()
    try:
        yield str(program)
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="session")
def forked_children() -> Iterator[SimpleNamespace]:
    """Stands in for the module `sys` where code starts a child: to read deliveries, keys and plans, and to draw."""
    modules = (
        "services.sync.reading.child",
        "services.sync.fetching.private_key",
        "services.projects.interchange.reading",
        "shared.web.picture",
    )
    # Not in pytest's own folder, whose path may be longer than that of a socket can be.
    with (
        tempfile.TemporaryDirectory(prefix="startklar-spare-") as folder,
        forking(Path(folder), ("shared.kit.child_main", *modules)) as program,
    ):
        yield SimpleNamespace(executable=program)


class _Server:
    """Forks a child for each client, and kills it when its client is gone."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._clients: dict[int, socket.socket] = {}
        self._asked = selectors.DefaultSelector()
        self._asked.register(listener, selectors.EVENT_READ)
        self._woken, waking = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._asked.register(self._woken, selectors.EVENT_READ)
        signal.set_wakeup_fd(waking)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        while True:
            for key, _ in self._asked.select():
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj == self._woken:
                    os.read(self._woken, 4096)
                    self._reap()
                elif key.data in self._clients:
                    os.kill(key.data, signal.SIGKILL)
                    self._asked.unregister(key.fileobj)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        told, files, _, _ = socket.recv_fds(client, 1 << 20, 3)
        while told and not told.endswith(b"\n"):
            told += client.recv(1 << 20)
        if len(files) == 3 and told:
            pid = os.fork()
            if not pid:
                _become(json.loads(told), files)
            self._clients[pid] = client
            self._asked.register(client, selectors.EVENT_READ, pid)
        for file in files:
            os.close(file)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                client = self._clients.pop(pid)
                with contextlib.suppress(KeyError):
                    self._asked.unregister(client)
                with contextlib.suppress(OSError):
                    client.send(str(os.waitstatus_to_exitcode(status)).encode())
                client.close()


def _become(told: dict[str, Any], files: list[int]) -> None:
    """Run the module as a fresh interpreter would; never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for place, file in enumerate(files):
            os.dup2(file, place)
        os.closerange(3, 1024)
        sys.stdin, sys.stdout, sys.stderr = (open(fd, "r" if fd == 0 else "w", closefd=False) for fd in range(3))  # noqa: SIM115
        os.chdir(told["cwd"])
        os.environ.clear()
        os.environ.update(told["env"])
        module, *arguments = told["argv"][1:]  # after -m
        sys.argv = [module, *arguments]
        sys.modules.pop(module, None)
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if code and not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def main(descriptor: str, *modules: str) -> None:
    for name in modules:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    _Server(socket.socket(fileno=int(descriptor))).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
