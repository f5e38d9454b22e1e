"""Fork children that share the memory of what was imported before. The parent stays free of threads and connections.

A fork copies only the calling thread: a lock that another thread holds would stay locked in the child for ever.
"""

import contextlib
import gc
import importlib
import logging
import os
import runpy
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cli.servers.processes import die_with_parent

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE)


def preload(modules: Sequence[str]) -> None:
    """Import, then exempt everything from the collector, whose marks would unshare the pages."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads on import
    for name in modules:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def fork(
    name: str, run: Callable[[], object], *, env: Mapping[str, str], log: Path, keep: socket.socket | None = None
) -> int:
    """Start `run` in a child with exactly `env`; output goes to `log`. Returns the process id.

    Of the open files the child gets `keep` alone: not the sockets of the others, nor the locks. It gets SIGTERM when
    this process ends. Its exit status is that of a program: 1 after an exception.
    """
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _settle(name, parent, env)
        _settle_files(log, keep)
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # a forked child must never return into the code of its parent
        traceback.print_exc()
    finally:
        _leave(code)
    return 0


def _settle(name: str, parent: int, env: Mapping[str, str]) -> None:
    signal.set_wakeup_fd(-1)
    for sign in _SIGNALS:
        signal.signal(sign, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    os.setsid()  # Ctrl-C in the terminal reaches the supervisor alone, which then stops us in order
    die_with_parent(signal.SIGTERM)()
    if os.getppid() != parent:
        raise SystemExit("the supervisor ended during the start")
    os.environ.clear()
    os.environ.update(env)
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(f"sk-{name}"[:15])


def _settle_files(log: Path, keep: socket.socket | None) -> None:
    kept = {0, 1, 2, keep.fileno() if keep is not None else 2}
    for descriptor in [
        int(entry) for entry in os.listdir("/dev/fd")
    ]:  # the limit may be a billion: no counting up to it
        if descriptor not in kept:
            with contextlib.suppress(OSError):
                os.close(descriptor)
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    for descriptor in (nothing, output):
        os.close(descriptor)
    sys.stdout, sys.stderr = (open(fd, "w", buffering=1, encoding="utf-8", closefd=False) for fd in (1, 2))  # noqa: SIM115


def _leave(code: int) -> None:
    with contextlib.suppress(Exception):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def serve_app(target: str, bound: socket.socket) -> None:
    """Serve an app factory on an inherited socket until SIGTERM; requests in flight may end."""
    uvicorn = importlib.import_module("uvicorn")
    config = uvicorn.Config(
        target,
        factory=True,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=75,  # longer than the gateway's, which must be the one that closes
    )
    server = uvicorn.Server(config)
    server.run(sockets=[bound])
    if not server.started:
        raise SystemExit(3)


def run_module(name: str, arguments: Sequence[str] = ()) -> None:
    """What `python -m name arguments` does."""
    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)
