"""Web processes and workers of one tree, forked from one process that has imported what they share.

    python -m tests.upgrades.serve      (working directory and first of PYTHONPATH: the tree)

Reads a line of JSON for each thing to do, answers with a line: {"start": NAME, "env": {...}, "log": PATH} with "app"
and "port", or with "module"; {"stop": NAME} ends it as a cluster would (SIGTERM) and answers with its exit status;
{"run": ...} is a module that is waited for. Its children end with it.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from cli.stack.forking import fork, preload, run_module, serve_app

PRELOAD = [
    *("alembic.command", "arq.worker", "asyncpg", "fastapi", "httptools", "httpx", "jose.jwt", "orjson"),
    *("prometheus_client", "pydantic_settings", "redis.asyncio", "sqlalchemy.ext.asyncio", "sqlmodel", "structlog"),
    *("sqlalchemy.dialects.postgresql.asyncpg", "uvicorn.protocols.http.httptools_impl", "uvicorn.lifespan.on"),
    *("uvloop", "shared.auth", "shared.contracts.registry", "shared.kit.egress", "shared.queue", "shared.web"),
]


def main() -> None:
    preload(PRELOAD)
    children: dict[str, int] = {}
    tell({"ready": str(Path.cwd())})
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        if "stop" in order:
            tell({"status": end(children.pop(order["stop"]))})
        else:
            name = order.get("start") or order["run"]
            children[name] = begin(name, order)
            tell({"status": wait(children.pop(name))} if "run" in order else {"pid": children[name]})
    for pid in children.values():
        end(pid)


def begin(name: str, order: dict[str, Any]) -> int:
    bound = None
    if "app" in order:
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", order["port"]))
        run = partial(serve_app, order["app"], bound)
    else:
        run = partial(run_module, order["module"], order.get("arguments", []))
    pid = fork(name, run, env=order["env"], log=Path(order["log"]), keep=bound)
    if bound is not None:
        bound.close()
    return pid


def end(pid: int) -> int:
    """The exit status after SIGTERM; 137 for who had to be killed after 20 s."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return 137


def wait(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def tell(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
