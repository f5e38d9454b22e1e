"""`./startklar restore ...`: bring an installation, a service or the keys back."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.backup.archive import Archive
from cli.backup.command import AdminUrl, ArchiveFolder, Passphrase
from cli.backup.dumps import restore_service
from cli.backup.installation import Installation
from cli.backup.keyring import load_keys
from cli.backup.mending import mend
from cli.backup.replaying import mark
from cli.backup.restoring import Report, Restore, replay_pending, restore_embedded
from cli.commands.output import Json, console, fail, places, print_json
from cli.servers.processes import ServerFailed

restore = typer.Typer(help="Bring an installation back; without a word: all of it, to the newest moment or --to.")

Force = Annotated[bool, typer.Option("--force", help="Over data: what is there is moved aside, never deleted")]
Moment = Annotated[
    datetime | None,
    typer.Option("--to", formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"], help="UTC unless it names a zone"),
]


@restore.callback(invoke_without_command=True)
def all_(
    context: typer.Context,
    archive: ArchiveFolder = None,
    to: Moment = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Into this folder, for a server that runs elsewhere; the default is our own")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """All services, at one moment."""
    if context.invoked_subcommand is not None:
        return
    here = Installation(places(), archive)
    moment = (to if to.tzinfo else to.replace(tzinfo=UTC)) if to else None
    say = (lambda _: None) if as_json else console.print
    try:
        report = asyncio.run(_restore(here, here.archive(), moment, data_dir, force=force, say=say))
    except (ServerFailed, OSError) as error:
        fail(str(error), as_json=as_json)
    if as_json:
        print_json(asdict(report))
    else:
        _show(report)
    if report.pending:
        raise typer.Exit(4)


async def _restore(  # type: ignore[no-untyped-def]
    here: Installation, archive: Archive, to: datetime | None, data_dir: Path | None, *, force: bool, say
) -> Report:
    if data_dir is None:
        return await restore_embedded(here.places, archive, to, force=force, say=say)
    return await Restore(archive, data_dir, here.secret(), to, say, here.admin_password()).run(force=force)


@restore.command("service")
def service_(
    service: Annotated[str, typer.Argument(help="The service whose database comes back")],
    dump: Annotated[str, typer.Option(help="Name of the dump, as in `backup list`")],
    archive: ArchiveFolder = None,
    admin_url: AdminUrl = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """One service from a dump; then erasures again, and the feeds between the services put right. Stop it first."""
    here = Installation(places(), archive, admin_url)
    try:
        there, url, secret = here.archive(), here.admin_url(), here.secret()
        told = asyncio.run(restore_service(there, there.dumps / dump, service, url, secret, force=force))
        again = asyncio.run(replay_pending(url, there, secret))
        mended = asyncio.run(mend(url))
    except (ServerFailed, OSError) as error:
        fail(str(error), as_json=as_json)
    print_json(told | {"erased_again": [asdict(one) for one in again], "mended": [asdict(one) for one in mended]})


@restore.command("keys")
def keys_(file: Path, passphrase: Passphrase) -> None:
    """Put the keys of `backup keys` back, before anything else on a new machine."""
    here = places()
    try:
        here.make_home()
        count = load_keys(file, here.keys, passphrase)
    except (ServerFailed, OSError) as error:
        fail(str(error))
    console.print(f"{count} keys are back", highlight=False)


@restore.command("mark")
def mark_(
    to: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%dT%H:%M:%S%z"], help="The moment, with its zone")],
    admin_url: AdminUrl = None,
) -> None:
    """Keep all services out after somebody else restored the server (CloudNativePG, a provider), until `replay`."""
    try:
        services = asyncio.run(mark(Installation(places(), None, admin_url).admin_url(), to))
    except (ServerFailed, OSError) as error:
        fail(str(error))
    console.print(f"{', '.join(services)} wait for ./startklar restore replay", highlight=False)


@restore.command("replay")
def replay_(archive: ArchiveFolder = None, admin_url: AdminUrl = None, as_json: Json = False) -> None:
    """Erase again who was erased after the restored moment, log everybody out; then services may serve."""
    here = Installation(places(), archive, admin_url)
    try:
        done = asyncio.run(replay_pending(here.admin_url(), here.archive(), here.secret()))
    except (ServerFailed, OSError) as error:
        fail(str(error), as_json=as_json)
    if as_json:
        print_json({"erased_again": [asdict(one) for one in done]})
        return
    for one in done:
        told = f"{one.service}: {one.asked} persons asked for, {one.erased} rows erased"
        console.print(told + (f", {one.logged_out} accounts logged out" if one.logged_out else ""), highlight=False)
    console.print("services may serve" if done else "nothing was pending", highlight=False)


def _show(report: Report) -> None:
    console.print(f"restored to {report.restored_to}, in {report.seconds} s", highlight=False)
    lost = f"{report.lost_seconds} s of idle time or lost writes before {report.archive_reached}"
    console.print(f"the archive reached to {report.archive_reached}; {lost}", highlight=False)
    for service, rows in report.rows.items():
        console.print(f"  {service:<10} {rows:>12,} rows", highlight=False)
    for one in report.erased_again:
        if one.asked:
            console.print(f"  {one.service}: {one.asked} persons erased again ({one.erased} rows)", highlight=False)
        if one.logged_out:
            console.print(f"  {one.logged_out} accounts were logged out", highlight=False)
    if report.moved_away:
        console.print(f"what was there lies in {report.moved_away}: delete it when all is well", highlight=False)
    if report.pending:
        console.print(report.pending, style="red", markup=False, highlight=False)
    else:
        console.print("start with ./startklar up", highlight=False)
