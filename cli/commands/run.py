"""`up`, `down`, `reset`: start and end the stack."""

import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer

from cli.commands.output import Json, console, fail, places, print_json
from cli.servers.processes import ServerFailed, kill_tree, lives, tail, wait_until
from cli.stack.places import ROOT, Places, write_private
from cli.stack.progress import Progress, show_step
from cli.stack.record import Record, memory_of, read_record, running

_STOP_SECONDS = 60.0
_DETACHED_SECONDS = 180.0

Port = Annotated[int | None, typer.Option(min=1, max=65535, envvar="PORT", help="Port of the gateway [default: 8080]")]


class Profile(StrEnum):
    """How the services are spread over processes."""

    large = "large"
    small = "small"


InProfile = Annotated[
    Profile, typer.Option(envvar="STARTKLAR_PROFILE", help="large: a process per service; small: two for all")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(up)
    app.command()(down)
    app.command()(reset)


def up(
    detach: Annotated[bool, typer.Option("--detach", help="Return when everything is ready")] = False,
    port: Port = None,
    demo: Annotated[bool, typer.Option(help="With the demo municipality; without, see bootstrap")] = True,
    profile: InProfile = Profile.large,
    as_json: Json = False,
) -> None:
    """Start everything, print URLs and demo logins, run until Ctrl-C."""
    here = places()
    found = running(here)
    if found is not None:
        _already(here, found, as_json=as_json)
    elif detach:
        options = [*(["--port", str(port)] if port else []), *([] if demo else ["--no-demo"])]
        _detached(here, [*options, "--profile", profile], as_json=as_json)
    else:
        _foreground(here, port, profile, demo=demo, as_json=as_json)


def _already(here: Places, found: Record, *, as_json: bool) -> None:
    if found.status == "starting":
        _follow(here, found.supervisor(), as_json=as_json)
        return
    if not as_json:
        console.print("Startklar runs already; end it with ./startklar down", highlight=False)
    _show_ready(here, found, as_json=as_json)


def _foreground(here: Places, port: int | None, profile: Profile, *, demo: bool, as_json: bool) -> None:
    # Imported here: the other commands need none of it.
    from cli.stack.plan import read_plan  # noqa: PLC0415
    from cli.stack.stack import Stack  # noqa: PLC0415

    stack = None
    try:
        here.prepare()
        progress = Progress(Record.of_this_process(profile.value), here, console, quiet=as_json)
        stack = Stack(here, read_plan().of_profile(profile.value), progress, port=port, demo=demo)
        stack.start()
    except (ServerFailed, OSError) as error:
        if stack is not None:
            stack.progress.record.error = str(error)
            stack.stop()
            stack.progress.record.status = "failed"
            stack.progress.record.save(here)
        fail(f"Startklar could not start: {error}", as_json=as_json)
    _show_ready(here, stack.progress.record, as_json=as_json)
    stack.supervisor.run()
    if not as_json:
        console.print("\nstopping ...")
    stack.stop()


def _detached(here: Places, options: list[str], *, as_json: bool) -> None:
    try:
        here.prepare()
    except ServerFailed as error:
        fail(str(error), as_json=as_json)
    command = [sys.executable, "-P", "-m", "cli", "up", "--json", *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    # As JSON, which names no passwords: this goes to a log.
    log_file = here.logs / "stack.log"
    write_private(log_file, "")
    with log_file.open("a") as log:
        child = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    _follow(here, psutil.Process(child.pid), as_json=as_json)


def _follow(here: Places, supervisor: psutil.Process | None, *, as_json: bool) -> None:
    """Show another process's start until it is ready or has failed."""
    shown = 0
    end = time.monotonic() + _DETACHED_SECONDS
    while supervisor is not None and time.monotonic() < end:
        record = read_record(here)
        if record is not None and record.pid == supervisor.pid:
            done = [step for step in record.steps if step.seconds is not None]
            if not as_json:
                for step in done[shown:]:
                    show_step(console, step)
            shown = len(done)
            if record.status == "ready":
                _show_ready(here, record, as_json=as_json)
                return
            if record.status == "failed":
                fail(f"Startklar could not start: {record.error}", as_json=as_json)
        if not supervisor.is_running() or supervisor.status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.05)
    fail(f"Startklar could not start:\n{tail(here.logs / 'stack.log', 30)}", as_json=as_json)


def _show_ready(here: Places, record: Record, *, as_json: bool) -> None:
    demo = _read_demo(here)
    if as_json:
        print_json(asdict(record) | {"demo": str(here.demo), "memory_bytes": memory_of(record)})
        return
    for warning in record.warnings:
        console.print(f"[yellow]![/] {warning}", highlight=False)
    memory = memory_of(record) / 1e6
    console.print(f"\n[bold]Startklar is ready[/] after {record.ready_seconds} s, {memory:.0f} MB", highlight=False)
    console.print(f"  [bold]{record.gateway}[/]       gateway, with API documentation at /docs", highlight=False)
    if users := demo.get("users"):
        console.print("  demo logins (user, password):")
        for user in users:
            _show_login(user)
        console.print(f"  the same for scripts, with clients and secrets: {_short(here.demo)}", highlight=False)


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _show_login(user: dict[str, Any]) -> None:
    roles = ", ".join(user.get("roles", []))
    line = f"    [cyan]{user['username']:<14}[/] {user['password']:<26} [dim]{user.get('name', '')}: {roles}[/]"
    console.print(line, highlight=False, soft_wrap=True)


def _read_demo(here: Places) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(here.demo.read_text())
    except (OSError, ValueError):
        return {}
    return facts


def down(as_json: Json = False) -> None:
    """Stop everything in order; the data stays."""
    stopped = _end(places())
    if as_json:
        print_json({"status": "stopped", "was_running": stopped})
    else:
        console.print("stopped" if stopped else "nothing was running")


def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    as_json: Json = False,
) -> None:
    """Stop everything and forget all local data, keys and logs."""
    here = places()
    if not yes:
        typer.confirm("Delete all local databases, keys and logs of this checkout?", abort=True)
    _end(here)
    here.erase()
    if as_json:
        print_json({"status": "reset"})
    else:
        console.print("all local data is gone; ./startklar up begins anew", highlight=False)


def _end(here: Places) -> bool:
    """True when something ran. Kills what does not end in time."""
    record = running(here)
    supervisor = record.supervisor() if record else None
    if supervisor is None:
        return False
    with contextlib.suppress(psutil.NoSuchProcess):
        supervisor.terminate()
    if not wait_until(lambda: not lives(supervisor), seconds=_STOP_SECONDS):
        kill_tree(supervisor.pid)
    return True
