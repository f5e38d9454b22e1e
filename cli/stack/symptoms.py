"""The checks of `./startklar doctor`: each a topic, a fact, and the remedy where something is wrong."""

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from cli import lock
from cli.gateway import GatewayMisconfigured, envoy_argv
from cli.servers.binaries import find_redis, postgres_choices
from cli.servers.processes import ServerFailed
from cli.stack.places import ROOT, Places
from cli.stack.plan import read_plan
from cli.stack.ports import DEFAULT_GATEWAY_PORT, HOST, is_free
from cli.stack.record import running


@dataclass(frozen=True)
class Finding:
    """`remedy` is empty when there is nothing to do."""

    topic: str
    good: bool
    text: str
    remedy: str = ""


def examine(places: Places) -> list[Finding]:
    """Every check, in the order in which `up` would meet the trouble."""
    checks: list[Callable[[Places], Finding]] = [
        _python, _packages, _account, _postgres, _redis, _gateway, _port, _memory, _disk, _processes, _stack,
    ]  # fmt: skip
    return [check(places) for check in checks]


def _python(_: Places) -> Finding:
    good = sys.version_info >= (3, 11)
    return Finding("Python", good, platform.python_version(), "" if good else "install Python 3.11 or newer")


def _packages(_: Places) -> Finding:
    problems = lock.drift(ROOT)
    text = "; ".join(problems) if problems else "as locked"
    return Finding("packages", not problems, text, "make lock" if problems else "")


def _account(places: Places) -> Finding:
    owner = places.state.stat().st_uid if places.state.exists() else os.geteuid()
    if owner != os.geteuid():
        text = f"{places.state} belongs to user id {owner}"
        return Finding("account", False, text, "run as that user, or use a clone of your own")
    return Finding("account", True, "root" if os.geteuid() == 0 else f"user id {os.geteuid()}")


def _postgres(_: Places) -> Finding:
    if os.environ.get("DATABASE_URL"):
        return Finding("PostgreSQL", True, "from DATABASE_URL")
    found = [f"{choice.major} ({choice.source})" for choice in postgres_choices()]
    if not found:
        return Finding("PostgreSQL", False, "none", "install postgresql >= 15, or set DATABASE_URL")
    return Finding("PostgreSQL", True, ", ".join(found))


def _redis(_: Places) -> Finding:
    if os.environ.get("REDIS_URL"):
        return Finding("Redis", True, "from REDIS_URL")
    try:
        return Finding("Redis", True, str(find_redis()))
    except ServerFailed:
        return Finding("Redis", False, "none", "install redis or valkey, or set REDIS_URL")


def _gateway(_: Places) -> Finding:
    try:
        envoy_argv(ROOT)
    except GatewayMisconfigured as error:
        return Finding("gateway", False, str(error), "this platform needs an Envoy wheel")
    return Finding("gateway", True, f"Envoy of the wheel, {platform.machine()}")


def _port(places: Places) -> Finding:
    if running(places) is not None or is_free(DEFAULT_GATEWAY_PORT):
        return Finding("port", True, f"{HOST}:{DEFAULT_GATEWAY_PORT} is ours or free")
    return Finding("port", True, f"{DEFAULT_GATEWAY_PORT} is taken; `up` takes another one and says which")


def _memory(_: Places) -> Finding:
    available = psutil.virtual_memory().available
    good = available > 1_500_000_000
    return Finding("memory", good, f"{available / 1e9:.1f} GB available", "" if good else "1.5 GB are needed")


def _disk(places: Places) -> Finding:
    free = shutil.disk_usage(places.home if places.home.exists() else ROOT).free
    good = free > 2_000_000_000
    return Finding("disk", good, f"{free / 1e9:.0f} GB free", "" if good else "make room: 2 GB are needed")


def _processes(_: Places) -> Finding:
    absent = read_plan().absent()
    text = f"not there: {', '.join(absent)}" if absent else "all modules are there"
    return Finding("services", not absent, text, "see cli/stack/processes.toml" if absent else "")


def _stack(places: Places) -> Finding:
    record = running(places)
    if record is None:
        return Finding("stack", True, "stopped")
    down = [note.name for note in record.processes if note.state != "running"]
    text = f"{record.status} at {record.gateway}" + (f"; not running: {', '.join(down)}" if down else "")
    return Finding("stack", not down, text, f"./startklar logs {down[0]}" if down else "")
