"""Portable dumps: one per service, for another PostgreSQL major, another machine, or a single service.

A dump is consistent in itself; the dumps of two services are seconds apart. `mending` puts right what that does to the
feeds between them. For a whole installation at one moment there is PITR (`base`, `recovery`).
"""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.backup.archive import FORMAT, Archive, stamp, sync_folder
from cli.backup.programs import Connection, client_programs, run
from cli.backup.replaying import mark
from cli.backup.sealing import BackupRefused, seal, sha256_of, unseal
from cli.backup.server import Facts, connect, facts, in_database, row_counts
from cli.servers.processes import ServerFailed
from cli.servers.provision import drop, provision
from shared.kit import clock

_JOBS = "2"


async def dump_all(
    archive: Archive, admin_url: str, services: Sequence[str] = (), say: Callable[[str], None] = print
) -> Path:
    """Dump these services (all without names); returns the backup's folder. Errors: `ServerFailed`."""
    server = await facts(admin_url)
    wanted = list(services) or sorted(server.databases)
    if unknown := set(wanted) - set(server.databases):
        raise ServerFailed(f"no database of {', '.join(sorted(unknown))} on this server")
    begun = clock.now()
    folder = archive.dumps / stamp(begun)
    folder.mkdir(mode=0o700)
    try:
        files: dict[str, Any] = {}
        times = {}
        for service in wanted:
            times[service] = clock.now().isoformat()
            files |= await asyncio.to_thread(_dump, archive, admin_url, server, service, folder)
            say(f"{service} dumped")
        note = {"format": FORMAT, "kind": "dump", "major": server.major, "begun": begun.isoformat()}
        archive.write_note(folder / "manifest.json", note | {"times": times, "files": files})
    except BaseException:
        shutil.rmtree(folder)
        raise
    sync_folder(folder)
    return folder


def _dump(archive: Archive, admin_url: str, server: Facts, service: str, folder: Path) -> dict[str, Any]:
    url = in_database(admin_url, server.databases[service])
    connection = Connection.of(url)
    target = folder / service
    target.mkdir(mode=0o700)
    with tempfile.TemporaryDirectory(prefix="startklar-dump-") as scratch:
        plain = Path(scratch) / "dump"
        program = str(client_programs(server.major) / "pg_dump")
        command = [program, "-Fd", "-j", _JOBS, "-Z0", "-d", connection.shown, "-f", str(plain), "--no-password"]
        run(command, connection, what=f"the dump of {service}")
        files = {}
        for path in sorted(plain.iterdir()):
            name = f"{service}/{path.name}"
            with path.open("rb") as source:
                files[name] = asdict(seal(archive.key, _name(archive, folder, name), source, folder / name))
            path.unlink()
    return files


async def restore_service(
    archive: Archive, folder: Path, service: str, admin_url: str, secret: str, *, force: bool = False
) -> dict[str, Any]:
    """Bring one service back from a dump. Its database is marked: `replay_pending` comes next, then `mending`.

    A database that holds tables is kept as `<name>_before_<stamp>` when `force` is given, else refused. Errors:
    `ServerFailed`, among them `BackupRefused` before anything is changed.
    """
    begin = time.monotonic()
    note = archive.read_note(folder / "manifest.json")
    if service not in note["times"]:
        raise BackupRefused(f"{folder.name} holds no dump of {service}: {', '.join(note['times'])}")
    moment = datetime.fromisoformat(note["times"][service])
    server = await facts(admin_url)
    with tempfile.TemporaryDirectory(prefix="startklar-restore-") as scratch:
        plain = Path(scratch) / "dump"
        plain.mkdir(mode=0o700)
        await asyncio.to_thread(_open, archive, folder, note, service, plain)
        kept = await _make_room(admin_url, service, force=force)
        await provision(admin_url, service, secret=secret)
        # Marked while it is empty: no service may find it whole and unmarked.
        await mark(admin_url, moment, [service])
        database = f"startklar_{service}"
        connection = Connection.of(in_database(admin_url, database))
        program = str(client_programs(max(server.major, note["major"])) / "pg_restore")
        command = [program, "-j", _JOBS, "-d", connection.shown, "--no-password", "--exit-on-error", str(plain)]
        await asyncio.to_thread(run, command, connection, what=f"the restore of {service}")
    await provision(admin_url, service, secret=secret)
    rows = sum((await row_counts(admin_url, database)).values())
    seconds = round(time.monotonic() - begin, 1)
    return {"service": service, "restored_to": moment.isoformat(), "rows": rows, "seconds": seconds, "kept": kept}


def _open(archive: Archive, folder: Path, note: dict[str, Any], service: str, plain: Path) -> None:
    check(archive, folder, note, service)
    for name in note["files"]:
        if name.startswith(f"{service}/"):
            unseal(archive.key, _name(archive, folder, name), folder / name, plain / os.path.basename(name))


def check(archive: Archive, folder: Path, note: dict[str, Any], service: str | None = None) -> int:
    """How many files are as the manifest says. Errors: `BackupRefused` for the first that is not."""
    checked = 0
    for name, facts_ in note["files"].items():
        if service is not None and not name.startswith(f"{service}/"):
            continue
        path = folder / name
        place = path.relative_to(archive.root)
        if not path.exists():
            raise BackupRefused(f"{place} is missing: the backup is incomplete")
        if path.stat().st_size != facts_["bytes"] or sha256_of(path) != facts_["sha256"]:
            raise BackupRefused(f"{place} is damaged: its checksum differs from the manifest's")
        checked += 1
    return checked


async def _make_room(admin_url: str, service: str, *, force: bool) -> str | None:
    name = f"startklar_{service}"
    connection = await connect(admin_url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            return None
        if not await row_counts(admin_url, name):
            await drop(admin_url, name)
            return None
        if not force:
            raise BackupRefused(f"{name} holds tables: --force keeps them as another database and restores beside")
        kept = f"{name}_before_{stamp(clock.now()).lower()}"
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
            name,
        )
        await connection.execute(f'ALTER DATABASE "{name}" RENAME TO "{kept}"')
        await connection.execute(f'ALTER DATABASE "{kept}" ALLOW_CONNECTIONS false')
        return kept
    finally:
        await connection.close()


def _name(archive: Archive, folder: Path, name: str) -> str:
    return f"{folder.relative_to(archive.root)}/{name}"
