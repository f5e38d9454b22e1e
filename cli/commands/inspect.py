"""`status`, `logs`, `doctor`: look without changing anything."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cli.commands.output import Json, console, fail, places, print_json
from cli.stack.record import Record, memory_of, read_record, running
from cli.stack.symptoms import examine


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(status)
    app.command()(logs)
    app.command()(doctor)


def status(as_json: Json = False) -> None:
    """What runs, where, and how much memory it takes. Exit status 3 when nothing runs."""
    here = places()
    record = running(here)
    if record is None:
        last = read_record(here)
        error = last.error if last is not None else None
        if as_json:
            print_json({"status": "stopped", "error": error})
        else:
            console.print("stopped" + (f"; the last start failed: {error}" if error else ""), highlight=False)
        raise typer.Exit(3)
    if as_json:
        print_json(asdict(record) | {"memory_bytes": memory_of(record)})
        return
    _show(record)


def _show(record: Record) -> None:
    since = datetime.fromtimestamp(record.started_at, tz=UTC).astimezone()
    megabytes = memory_of(record) / 1e6
    state = f"[bold]{record.status}[/], profile {record.profile}, since {since:%Y-%m-%d %H:%M}"
    console.print(f"{state}, {megabytes:.0f} MB, gateway {record.gateway}")
    table = Table(box=None, padding=(0, 2))
    for heading in ("process", "state", "pid", "restarts", "port"):
        table.add_column(heading)
    for note in record.processes:
        style = "" if note.state == "running" else "red"
        row = (note.name, note.state, str(note.pid or ""), str(note.restarts), str(note.port or ""))
        table.add_row(*row, style=style)
    console.print(table)


def logs(
    name: Annotated[str | None, typer.Argument(help="Process, as in `status`; all without")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C")] = False,
    lines: Annotated[int, typer.Option(min=0, help="Lines of each file at first")] = 20,
) -> None:
    """Show what the processes wrote."""
    here = places()
    files = sorted(here.logs.glob(f"{name or '*'}.log"))
    if name in (None, "postgres"):
        files += list(here.home.glob("postgres.log"))
    if name in (None, "redis"):
        files += list(here.redis.glob("redis.log"))
    if not files:
        known = sorted(path.stem for path in here.logs.glob("*.log"))
        fail(f"no log of {name or 'anything'}; there are: {', '.join(known) or 'none yet'}")
    readers = [(path.stem, _lines(path, lines)) for path in files]
    _print_new(readers)
    while follow:
        time.sleep(0.3)
        _print_new(readers)


def _print_new(readers: list[tuple[str, Iterator[str | None]]]) -> None:
    for stem, reader in readers:
        for line in iter(lambda reader=reader: next(reader), None):  # type: ignore[misc]
            console.print(f"[cyan]{stem:<18}[/] ", end="")
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _lines(path: Path, last: int) -> Iterator[str | None]:
    """The last lines of a file and all that come after; None where there is nothing more for now."""
    with path.open(errors="replace") as file:
        old = file.read().splitlines()
        yield from old[len(old) - min(last, len(old)) :]
        while True:
            line = file.readline()
            yield line.rstrip("\n") if line.endswith("\n") else None


def doctor(as_json: Json = False) -> None:
    """Say what this machine has, what is missing, and what to do about it."""
    findings = examine(places())
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            mark = "[green]✓[/]" if finding.good else "[red]✗[/]"
            console.print(f"{mark} {finding.topic:<14} {finding.text}", highlight=False)
            if finding.remedy:
                console.print(f"  {'':<14} [yellow]→ {finding.remedy}[/]", highlight=False)
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)
