"""`./startklar backup ...`: take, follow, look at and check backups."""

import asyncio
import os
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.backup.archive import folders
from cli.backup.base import prune
from cli.backup.dumps import dump_all
from cli.backup.following import EVERY, KEEP_BASES, Follower, back_up_now
from cli.backup.installation import Installation
from cli.backup.keyring import save_keys
from cli.backup.telling import Telling
from cli.backup.verifying import verify
from cli.commands.output import Json, console, fail, places, print_json
from cli.servers.processes import ServerFailed

backup = typer.Typer(help="Take, follow and check backups; bring them back with `restore`.", no_args_is_help=True)

ArchiveFolder = Annotated[
    Path | None, typer.Option("--archive", help="Folder of the archive [default: STARTKLAR_BACKUP_DIR]")
]
AdminUrl = Annotated[
    str | None, typer.Option("--admin-url", help="Administrator's URL [default: DATABASE_URL, else this stack's own]")
]
Passphrase = Annotated[
    str, typer.Option(prompt=True, hide_input=True, envvar="STARTKLAR_KEYS_PASSPHRASE", help="Protects the keys")
]


@backup.command()
def now(
    archive: ArchiveFolder = None,
    admin_url: AdminUrl = None,
    keep: Annotated[int, typer.Option(min=1, help="Base backups that stay")] = KEEP_BASES,
    as_json: Json = False,
) -> None:
    """Copy the server's files with their log: the base of a restore to any moment after it."""
    here = Installation(places(), archive, admin_url)
    try:
        there = here.archive(make=True)
        folder = asyncio.run(back_up_now(there, here.admin_url(), here.spool, _say(quiet=as_json)))
        note = there.read_note(folder / "manifest.json")
        gone = prune(there, keep)
    except (ServerFailed, OSError) as error:
        fail(str(error), as_json=as_json)
    if as_json:
        print_json({"backup": folder.name, "removed": gone, **note})
        return
    size = note["files"]["base.sealed"]
    text = f"{size['plain_bytes'] / 1e6:.0f} MB in {size['bytes'] / 1e6:.0f} MB, {note['seconds']} s"
    console.print(f"backed up as {folder.name}: {text}", highlight=False)
    console.print("its keys are not in it: ./startklar backup keys FILE, kept elsewhere", highlight=False)


@backup.command()
def follow(
    archive: ArchiveFolder = None,
    admin_url: AdminUrl = None,
    every: Annotated[float, typer.Option(min=0.5, max=30, help="Seconds between rounds")] = EVERY,
    keep: Annotated[int, typer.Option(min=1, help="Base backups that stay")] = KEEP_BASES,
    ledger_only: Annotated[
        bool, typer.Option("--ledger-only", help="Only the ledger of erasures: somebody else keeps the log")
    ] = False,
    metrics_port: Annotated[
        int | None, typer.Option(envvar="STARTKLAR_METRICS_PORT", help="Tell of it there: /metrics, /livez, /readyz")
    ] = None,
) -> None:
    """Take the server's log as it is written, and a base backup a day, until Ctrl-C. `up` runs it by itself when
    STARTKLAR_BACKUP_DIR is set."""
    here = Installation(places(), archive, admin_url)
    try:
        there, url = here.archive(make=True), here.admin_url(starting=True)
        follower = Follower(there, url, here.spool, _say(quiet=False), every, keep, ledger_only)
        asyncio.run(_until_told(follower, metrics_port))
    except (ServerFailed, OSError) as error:
        fail(str(error))


@backup.command()
def dump(
    services: Annotated[list[str] | None, typer.Argument(help="Services; all without")] = None,
    archive: ArchiveFolder = None,
    admin_url: AdminUrl = None,
    as_json: Json = False,
) -> None:
    """Dump services one by one: for another PostgreSQL, another machine, or to bring one service back alone."""
    here = Installation(places(), archive, admin_url)
    try:
        folder = asyncio.run(dump_all(here.archive(make=True), here.admin_url(), services or (), _say(quiet=as_json)))
    except (ServerFailed, OSError) as error:
        fail(str(error), as_json=as_json)
    if as_json:
        print_json({"dump": folder.name})
    else:
        console.print(f"dumped as {folder.name}", highlight=False)


@backup.command("list")
def list_(archive: ArchiveFolder = None, as_json: Json = False) -> None:
    """What lies in the archive, and how far it reaches."""
    try:
        there = Installation(places(), archive).archive()
        notes = [
            {"name": folder.name, **there.read_note(folder / "manifest.json")}
            for folder in (*folders(there.bases), *folders(there.dumps))
        ]
        reached = there.read_note(there.reached) if there.reached.exists() else {}
    except (ServerFailed, OSError) as error:
        fail(str(error), as_json=as_json)
    if as_json:
        print_json({"backups": notes, "reached": reached.get("at"), "erasures": reached.get("erasures")})
        return
    for note in notes:
        size = sum(file["bytes"] for file in note["files"].values()) / 1e6
        console.print(f"{note['kind']:<5} {note['name']}  {size:8.0f} MB  PostgreSQL {note['major']}", highlight=False)
    console.print(f"the log reaches to {reached.get('at', 'nowhere yet')}", highlight=False)


@backup.command("verify")
def verify_(
    archive: ArchiveFolder = None,
    max_age: Annotated[float, typer.Option(min=1, help="Seconds that the archive may be behind")] = 60.0,
    as_json: Json = False,
) -> None:
    """Read everything, compare it with its manifest, look for gaps. Exit status 1 when anything is wrong."""
    try:
        verdicts = verify(Installation(places(), archive).archive(), max_age)
    except (ServerFailed, OSError) as error:
        fail(str(error), as_json=as_json)
    if as_json:
        print_json({"verdicts": [asdict(verdict) for verdict in verdicts]})
    else:
        for verdict in verdicts:
            mark = "[red]✗[/]" if verdict.fault else "[green]✓[/]"
            console.print(f"{mark} {verdict.what:<24} {verdict.fault or verdict.text}", highlight=False)
    if any(verdict.fault for verdict in verdicts):
        raise typer.Exit(1)


@backup.command("keys")
def keys_(file: Path, passphrase: Passphrase) -> None:
    """Write all keys of this installation to FILE, sealed with a passphrase; keep it where the backups are not."""
    try:
        count = save_keys(places().keys, file, passphrase)
    except (ServerFailed, OSError) as error:
        fail(str(error))
    console.print(f"{count} keys in {file}; without it and its passphrase no backup can be opened", highlight=False)


async def _until_told(follower: Follower, metrics_port: int | None) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    if metrics_port is None:
        await follower.run(stop)
        return
    probes = Telling(follower).probes(os.environ.get("STARTKLAR_METRICS_HOST", "127.0.0.1"), metrics_port)
    await probes.start()
    try:
        await follower.run(stop)
    finally:
        await probes.stop()


def _say(*, quiet: bool):  # type: ignore[no-untyped-def]
    def say(text: str) -> None:
        if not quiet:
            console.print(text, highlight=False, markup=False)

    return say
