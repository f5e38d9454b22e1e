"""A copy of a running server's files, streamed by pg_basebackup straight into a sealed file: nothing plain is stored.

It holds no log: the segments from its first to its last come from the follower's archive, and a copy counts as a backup
only once they are there.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cli.backup import segments
from cli.backup.archive import FORMAT, Archive, folders, stamp, sync_folder
from cli.backup.programs import Connection, client_programs, streaming
from cli.backup.sealing import seal
from cli.backup.server import Facts, log_place
from cli.servers.processes import ServerFailed, tail, wait_until
from shared.kit import clock

TAR = "base.sealed"
_LOG_SECONDS = 120.0


def take_base(archive: Archive, admin_url: str, server: Facts, switch_log: Callable[[], None]) -> Path:
    """Copy the server's files into the archive; returns the backup's folder.

    Somebody must be following the server's log. `switch_log` makes the server end its present segment. Errors:
    `ServerFailed`; an unfinished copy is removed.
    """
    begun = clock.now()
    folder = archive.bases / stamp(begun)
    folder.mkdir(mode=0o700)
    try:
        note = _copy(archive, admin_url, server, folder)
        switch_log()
        _await_log(archive, note["first_segment"], note["last_segment"])
        note |= {"format": FORMAT, "begun": begun.isoformat(), "ended": clock.now().isoformat()}
        archive.write_note(folder / "manifest.json", note)
    except BaseException:
        shutil.rmtree(folder)
        raise
    sync_folder(folder)
    return folder


def _copy(archive: Archive, admin_url: str, server: Facts, folder: Path) -> dict[str, Any]:
    connection = Connection.of(admin_url)
    program = client_programs(server.major) / "pg_basebackup"
    command = [str(program), "-d", connection.shown, "-D", "-", "-Ft", "-X", "none", "--checkpoint=fast"]
    command += ["--no-password"]
    begin = time.monotonic()
    # The copy begins at a checkpoint after this, and ends before what is asked at its end.
    first = asyncio.run(log_place(admin_url))
    with tempfile.TemporaryDirectory(prefix="startklar-base-") as scratch:
        said = Path(scratch) / "said"
        process = streaming(command, connection, said)
        if process.stdout is None:
            raise ServerFailed("pg_basebackup gives no output")
        with process.stdout as tar:
            sealed = seal(archive.key, name_of(archive, folder), tar, folder / TAR)
        if process.wait() != 0:
            raise ServerFailed(f"pg_basebackup failed:\n{tail(said)}")
    return {
        "kind": "base",
        "system": server.system,
        "major": server.major,
        "timeline": server.timeline,
        "services": sorted(server.databases),
        "first_segment": segments.segment_of(server.timeline, first),
        "last_segment": segments.segment_of(server.timeline, asyncio.run(log_place(admin_url))),
        "seconds": round(time.monotonic() - begin, 1),
        "files": {TAR: asdict(sealed)},
    }


def _await_log(archive: Archive, first: str, last: str) -> None:
    def is_whole() -> bool:
        return not segments.missing((name for name in segments.kept(archive.wal)), first, last)

    if not wait_until(is_whole, seconds=_LOG_SECONDS, pause=0.1):
        raise ServerFailed("the log of the backup does not reach the archive: is anybody following the server?")


def name_of(archive: Archive, folder: Path) -> str:
    """The archive name under which a base backup's files are sealed."""
    return f"{folder.relative_to(archive.root)}/{TAR}"


def prune(archive: Archive, keep: int) -> list[str]:
    """Remove all but the newest `keep` base backups, and the log before the oldest of these; returns what went."""
    there = folders(archive.bases)
    gone = there[:-keep] if keep else []
    for folder in gone:
        shutil.rmtree(folder)
    rest = there[len(gone) :]
    if not gone or not rest:
        return []
    oldest = segments.number(archive.read_note(rest[0] / "manifest.json")["first_segment"])
    old_log = [name for name in segments.kept(archive.wal) if segments.number(name) < oldest]
    for name in old_log:
        (archive.wal / name).unlink(missing_ok=True)
    return [folder.name for folder in gone] + old_log
