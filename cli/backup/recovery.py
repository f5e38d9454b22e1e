"""A server's files as they were at a moment: the newest copy before it, and the log up to it, replayed by PostgreSQL.

The restored files lie under another name until their databases are marked (see `replaying`): nothing can start a
service on them before that.
"""

import os
import shutil
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.backup import segments
from cli.backup.archive import Archive, folders
from cli.backup.base import TAR, name_of
from cli.backup.sealing import BackupRefused, Unsealed, sha256_of, unseal
from cli.backup.server import connect
from cli.servers.accounts import private_dir, unprivileged_account
from cli.servers.binaries import postgres_choices
from cli.servers.postgres import PostgresServer
from cli.servers.processes import ServerFailed

_CONFIG = """
# Written by the restore; taken out when it has ended.
restore_command = 'cp "{log}/%f" "%p"'
recovery_target_timeline = 'latest'
{target}
hot_standby = off
hba_file = '{hba}'
"""
_HBA = "local all all trust\n"  # the socket's folder admits the server's own account alone


@dataclass(frozen=True)
class Choice:
    """A base backup and the log that goes with it, as far as it is whole."""

    folder: Path
    note: dict[str, Any]
    log: list[str]


def choose(archive: Archive, to: datetime | None) -> Choice:
    """The newest base backup that ended before `to`. Errors: `BackupRefused` when there is none, or a gap."""
    there = [(folder, archive.read_note(folder / "manifest.json")) for folder in folders(archive.bases)]
    fit = [(folder, note) for folder, note in there if to is None or datetime.fromisoformat(note["ended"]) <= to]
    if not fit:
        oldest = f"the oldest one ended {there[0][1]['ended']}" if there else "there is none yet"
        raise BackupRefused(f"no base backup in {archive.root} is old enough: {oldest}")
    folder, note = fit[-1]
    reached = archive.read_note(archive.reached)
    if to is not None and to > datetime.fromisoformat(reached["at"]):
        raise BackupRefused(f"the archive reaches to {reached['at']}: choose a time before it, or leave --to out")
    first = note["first_segment"]
    log = [name for name in segments.kept(archive.wal) if segments.number(name) >= segments.number(first)]
    if gaps := segments.missing(log, first):
        raise BackupRefused(
            f"{len(gaps)} segments of the log are missing after {first}: the archive is incomplete; "
            "bring the folder wal back from where it is copied to, or choose --to before them with an older backup"
        )
    return Choice(folder, note, log)


def binaries_for(major: int) -> None:
    """Errors: `ServerFailed` when no PostgreSQL of that major version is here: its files fit no other."""
    if not any(found.major == major for found in postgres_choices()):
        raise ServerFailed(
            f"the backup is of PostgreSQL {major}, which is not installed here: install it, or use a dump"
        )


def extract(archive: Archive, choice: Choice, target: Path) -> None:
    """Put the files into `target`, which must not exist; the server's account owns them.

    Errors: `BackupRefused`, before anything is started on them.
    """
    name = name_of(archive, choice.folder)
    sealed = choice.folder / TAR
    if sha256_of(sealed) != choice.note["files"][TAR]["sha256"]:
        raise BackupRefused(f"{name} is damaged: its checksum differs from the manifest's")
    account = unprivileged_account()
    private_dir(target, account)
    owner = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())

    with tarfile.open(fileobj=Unsealed(archive.key, name, sealed), mode="r|", bufsize=1 << 20) as tar:
        for member in tar:
            _place(tar, member, target, owner)


def _place(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path, owner: tuple[int, int]) -> None:
    """By hand, since `extractall` keeps inside its folder only from Python 3.11.4 on."""
    path = target / member.name
    if ".." in path.parts or not path.is_relative_to(target):
        raise BackupRefused(f"the backup holds a file outside of its folder: {member.name}")
    if member.isdir():
        path.mkdir(mode=0o700, exist_ok=True)
    elif member.isreg() and (content := tar.extractfile(member)) is not None:
        with open(path, "wb", opener=_private) as out:
            shutil.copyfileobj(content, out, 1 << 20)
    else:
        raise BackupRefused(f"{member.name} is neither a file nor a folder: tablespaces are not backed up")
    os.chown(path, *owner)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def recovered(
    archive: Archive, choice: Choice, target: Path, to: datetime | None, say: Callable[[str], None]
) -> Iterator[PostgresServer]:
    """A server on the files in `target`, recovered to `to` or to the end of the log, and writable; it ends."""
    account = unprivileged_account()
    log = private_dir(target.with_name(f"{target.name}.log.d"), account)
    try:
        begin = time.monotonic()
        _open_log(archive, choice, log)
        say(f"{len(choice.log)} segments of the log opened in {time.monotonic() - begin:.1f} s")
        server = _configured(target, log, to)
        try:
            begin = time.monotonic()
            server.start(seconds=3600)
            say(f"replayed in {time.monotonic() - begin:.1f} s")
            yield server
        finally:
            server.stop()
        _unconfigure(target)
    finally:
        shutil.rmtree(log, ignore_errors=True)


def _open_log(archive: Archive, choice: Choice, folder: Path) -> None:
    account = unprivileged_account()
    histories = [path.name for path in archive.wal.iterdir() if segments.is_history(path.name)]
    for name in (*choice.log, *histories):
        target = folder / name.removesuffix(".partial")
        size = unseal(archive.key, f"wal/{name}", archive.wal / name, target)
        if segments.is_segment(name) and size != segments.SEGMENT_BYTES:
            os.truncate(target, segments.SEGMENT_BYTES)
        if account is not None:
            os.chown(target, account.uid, account.gid)


def _configured(target: Path, log: Path, to: datetime | None) -> PostgresServer:
    hba = log / "pg_hba.conf"
    hba.write_text(_HBA)
    aim = f"recovery_target_time = '{to.isoformat()}'\nrecovery_target_action = 'promote'" if to else ""
    with (target / "postgresql.auto.conf").open("a") as settings:
        settings.write(_CONFIG.format(log=log, target=aim, hba=hba))
    (target / "recovery.signal").touch(mode=0o600)
    (target / "postmaster.pid").unlink(missing_ok=True)
    account = unprivileged_account()
    if account is not None:
        for path in (hba, target / "recovery.signal"):
            os.chown(path, account.uid, account.gid)
    return PostgresServer(target)


def _unconfigure(target: Path) -> None:
    path = target / "postgresql.auto.conf"
    head, _, _ = path.read_text().partition("\n# Written by the restore")
    path.write_text(head + "\n")


async def last_commit(admin_url: str) -> datetime | None:
    """When the last transaction that was replayed had committed."""
    connection = await connect(admin_url)
    try:
        found: datetime | None = await connection.fetchval("SELECT pg_last_xact_replay_timestamp()")
        return found
    finally:
        await connection.close()


async def set_password(admin_url: str, password: str) -> None:
    """Give the administrator the password of this installation: the one in the backup may be gone with the old disk."""
    connection = await connect(admin_url)
    try:
        quoted = await connection.fetchval("SELECT quote_literal($1)", password)
        await connection.execute(f"ALTER ROLE CURRENT_USER PASSWORD {quoted}")
    finally:
        await connection.close()


def move_in(fresh: Path, final: Path, before: Path | None) -> None:
    """Let the restored files take their place; what lay there goes to `before`, the traces of recovering go."""
    if before is not None and final.exists():
        final.rename(before)
    fresh.rename(final)
    for trace in fresh.parent.glob(f"{fresh.name}.*"):
        shutil.rmtree(trace) if trace.is_dir() else trace.unlink()
