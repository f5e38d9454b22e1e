"""`restore`: the order in which an installation comes back.

1. Its keys, where the disk took them too (`restore keys`).
2. The server's files as they were, under another name; nothing can serve from them.
3. The mark on every database, roles as this installation's secret wants them.
4. The erasures since that moment, again, in every service; each one's mark goes.
5. The files take their place, and `up` may start. Redis begins empty: it is never the truth.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.backup.archive import Archive, stamp
from cli.backup.following import forget_spool
from cli.backup.ledger import LedgerCopy
from cli.backup.recovery import (
    binaries_for,
    choose,
    extract,
    last_commit,
    move_in,
    recovered,
    set_password,
)
from cli.backup.replaying import Replayed, mark, replay
from cli.backup.sealing import BackupRefused
from cli.backup.server import connect, databases, row_counts
from cli.servers.accounts import passable_dir
from cli.servers.postgres import PostgresServer
from cli.servers.processes import ServerFailed
from cli.servers.provision import provision, role_urls
from cli.stack import keys
from cli.stack.places import Places
from cli.stack.record import running
from shared.kit import clock


@dataclass
class Report:
    """What came of a restore. `rows` per service; `pending` names services that must not serve yet, and why."""

    base: str
    restored_to: str | None
    archive_reached: str
    lost_seconds: float | None
    seconds: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)
    erased_again: list[Replayed] = field(default_factory=list)
    pending: str | None = None
    moved_away: str | None = None


@dataclass(frozen=True)
class Restore:
    """`target` is the data folder that comes back; `secret` that of the installation's roles, `password` the
    administrator's, where it does not lie beside the folder."""

    archive: Archive
    target: Path
    secret: str
    to: datetime | None
    say: Callable[[str], None] = print
    password: str | None = None

    async def run(self, *, force: bool = False) -> Report:
        """Errors: `ServerFailed`, among them `BackupRefused`; what lay in `target` is still there then."""
        begin = time.monotonic()
        before = self._make_room(force=force)
        choice = choose(self.archive, self.to)
        binaries_for(choice.note["major"])
        reached = self.archive.read_note(self.archive.reached)
        ledger = LedgerCopy.load(self.archive)
        ledger.demand(reached["erasures"])
        fresh = self.target.with_name(f"{self.target.name}.restoring")
        shutil.rmtree(fresh, ignore_errors=True)
        passable_dir(fresh.parent)
        self.say(f"restoring {choice.folder.name} and {len(choice.log)} segments of the log")
        extract(self.archive, choice, fresh)
        self.say(f"files are back after {time.monotonic() - begin:.1f} s")
        report = Report(choice.folder.name, None, reached["at"], None)
        with recovered(self.archive, choice, fresh, self.to, self.say) as server:
            await self._put_right(server, ledger, report)
        move_in(fresh, self.target, before)
        report.moved_away = str(before) if before is not None else None
        report.seconds = round(time.monotonic() - begin, 1)
        return report

    def _make_room(self, *, force: bool) -> Path | None:
        """Where what lies in `target` will go. Errors: `BackupRefused` unless that was wished."""
        if not self.target.exists() or not any(self.target.iterdir()):
            return None
        if not force:
            raise BackupRefused(f"{self.target} holds a server's data: --force moves it aside, nothing is deleted")
        return self.target.with_name(f"{self.target.name}.before-{stamp(clock.now())}")

    async def _put_right(self, server: PostgresServer, ledger: LedgerCopy, report: Report) -> None:
        url = server.admin_url
        at = await last_commit(url)
        moment = min(at or clock.now(), self.to or clock.now())
        report.restored_to = at.isoformat() if at else None
        aim = self.to or datetime.fromisoformat(report.archive_reached)
        report.lost_seconds = round((aim - at).total_seconds(), 1) if at and at < aim else 0.0
        await mark(url, moment)
        # What `up` will use lies beside the data folder.
        await set_password(url, self.password or PostgresServer(self.target).password())
        connection = await connect(url)
        try:
            services = await databases(connection)
        finally:
            await connection.close()
        for service in services:
            await provision(url, service, secret=self.secret)
        report.rows = {name: sum((await row_counts(url, base)).values()) for name, base in services.items()}
        try:
            report.erased_again = await replay(url, ledger, environments(url, services, self.secret))
        except ServerFailed as error:
            report.pending = str(error)


def environments(admin_url: str, services: dict[str, Any], secret: str) -> dict[str, dict[str, str]]:
    """What each service needs to erase: its own database, as its own role."""
    return {
        service: {f"{service.upper()}_DATABASE_URL": role_urls(admin_url, service, database, secret=secret)["app"]}
        for service, database in services.items()
    }


async def restore_embedded(
    places: Places, archive: Archive, to: datetime | None, *, force: bool, say: Callable[[str], None] = print
) -> Report:
    """Bring the installation of this checkout back. Errors: `ServerFailed`, also while it runs."""
    if running(places) is not None:
        raise ServerFailed("the stack runs: end it with ./startklar down")
    restore = Restore(archive, places.postgres, keys.install_secret(places), to, say)
    report = await restore.run(force=force)
    forget_spool(places.home / "log-spool")
    shutil.rmtree(places.redis, ignore_errors=True)
    return report


async def replay_pending(admin_url: str, archive: Archive, secret: str) -> list[Replayed]:
    """Erase again in every database that is marked: after a restore by somebody else, or one that failed half-way."""
    ledger = LedgerCopy.load(archive)
    ledger.demand(archive.read_note(archive.reached)["erasures"])
    connection = await connect(admin_url)
    try:
        services = await databases(connection)
    finally:
        await connection.close()
    return await replay(admin_url, ledger, environments(admin_url, services, secret))
