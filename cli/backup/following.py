"""Follows a server's log: pg_receivewal takes it as it is written, and every few seconds what is new is sealed.

The segment that the server is still writing is sealed again and again as `<segment>.partial`, so that the archive is
never further behind than one round, however little is written. A small transaction of our own in each round gives
recovery a time to aim at.
"""

import asyncio
import contextlib
import hashlib
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from cli.backup import segments
from cli.backup.archive import FORMAT, Archive, folders, sync_folder
from cli.backup.base import prune, take_base
from cli.backup.ledger import LedgerCopy
from cli.backup.programs import Connection, attended, client_programs
from cli.backup.sealing import seal
from cli.backup.server import SLOT, Facts, connect, drop_slot, facts, in_database
from cli.servers.accounts import private_dir
from cli.servers.processes import ServerFailed, kill_tree, tail
from shared.kit import clock

EVERY = 10.0
"""Seconds between rounds; at most 30, so that a slow round still ends within the promised 60."""
BASE_EVERY = timedelta(days=1)
KEEP_BASES = 7
_MARK = "SELECT pg_logical_emit_message(true, 'startklar.backup', '')"
_RECEIVED = """
SELECT coalesce(bool_or(write_lsn >= $1::text::pg_lsn), false) FROM pg_stat_replication r
JOIN pg_replication_slots s ON s.active_pid = r.pid AND s.slot_name = $2
"""
_RECEIVE_SECONDS = 10.0


@dataclass
class Follower:
    """`spool` is a private folder beside the server's own data, where the log lies plain until it is sealed.

    `ledger_only`: somebody else keeps the log (CloudNativePG); only the ledger of erasures is followed, and reading it
    is all that `admin_url` must allow. `rounds` were good, the last one unless `failing`; it ended at `turned`, by the
    monotonic clock.
    """

    archive: Archive
    admin_url: str
    spool: Path
    say: Callable[[str], None] = print
    every: float = EVERY
    keep: int = KEEP_BASES
    ledger_only: bool = False
    rounds: int = 0
    turned: float = field(default_factory=time.monotonic)
    failing: bool = False
    _receiver: subprocess.Popen[bytes] | None = None
    _sealed: dict[str, bytes] = field(default_factory=dict)
    _ledger: LedgerCopy | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. A server that is away is waited for. Errors: `ServerFailed` when somebody follows already."""
        with self.archive.being_followed() as is_ours:
            if not is_ours:
                raise ServerFailed(f"another process follows a server into {self.archive.root} already")
            try:
                await self._rounds(stop)
            finally:
                self._end_receiver()
            await asyncio.to_thread(self._ship)

    async def _rounds(self, stop: asyncio.Event) -> None:
        base: asyncio.Task[None] | None = None
        while not stop.is_set():
            try:
                server = None if self.ledger_only else await self._receive()
                await self.round()
                if server is not None and (base is None or base.done()) and self._wants_base(server):
                    base = asyncio.create_task(self._base(server))
                self.rounds, self.failing = self.rounds + 1, False
            except (ServerFailed, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                self.failing = True
                self.say(f"nothing can be backed up now: {error}")
            self.turned = time.monotonic()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self.every)
        if base is not None and not base.done():
            base.cancel()
            await asyncio.gather(base, return_exceptions=True)

    async def _receive(self) -> Facts:
        server = await facts(self.admin_url)
        if server.slot_is_lost:
            self.say("the server threw log away that was not taken yet: a new base backup is needed")
            self._end_receiver()
            await drop_slot(self.admin_url)
            forget_spool(self.spool)
        self._start_receiver(server)
        return server

    async def round(self) -> None:
        """Bring the archive up to this moment."""
        at = clock.now()
        if not self.ledger_only:
            await self._mark()
        await self._export_ledger()
        await asyncio.to_thread(self._ship)
        self._note(at)

    def _wants_base(self, server: Facts) -> bool:
        there = folders(self.archive.bases)
        if not there:
            return True
        newest = self.archive.read_note(there[-1] / "manifest.json")
        gap = segments.missing(segments.kept(self.archive.wal), newest["first_segment"])
        other = (newest["system"], newest["timeline"]) != (server.system, server.timeline)
        return other or bool(gap) or clock.now() - datetime.fromisoformat(newest["begun"]) > BASE_EVERY

    async def _base(self, server: Facts) -> None:
        try:
            folder = await asyncio.to_thread(
                take_base, self.archive, self.admin_url, server, lambda: switch_log(self.admin_url)
            )
            gone = prune(self.archive, self.keep)
            self.say(f"backed up as {folder.name}" + (f"; {len(gone)} old files removed" if gone else ""))
        except (ServerFailed, OSError) as error:
            self.say(f"no backup could be made: {error}")

    async def _mark(self) -> None:
        """Commit something, and wait until the log has reached the spool so far. Errors: `ServerFailed`."""
        connection = await connect(self.admin_url)
        try:
            await connection.fetchval(_MARK)
            written = await connection.fetchval("SELECT pg_current_wal_flush_lsn()::text")
            until = time.monotonic() + _RECEIVE_SECONDS
            while not await connection.fetchval(_RECEIVED, written, SLOT):
                if time.monotonic() > until:
                    raise ServerFailed(f"the log does not arrive: {tail(self._log, 2) or 'nobody sends it'}")
                await asyncio.sleep(0.1)
        finally:
            await connection.close()

    @property
    def forgotten(self) -> int:
        """Erasures that the copy knows and the database, when it was last asked, did not."""
        return self._ledger.forgotten if self._ledger is not None else 0

    @property
    def _log(self) -> Path:
        return self.spool.with_name(f"{self.spool.name}.log")

    async def _export_ledger(self) -> None:
        if self._ledger is None:
            self._ledger = await asyncio.to_thread(LedgerCopy.load, self.archive)
        try:
            sync = await asyncpg.connect(in_database(self.admin_url, "startklar_sync"), timeout=10)
        except asyncpg.InvalidCatalogNameError:  # nothing is installed yet
            return
        try:
            with contextlib.suppress(asyncpg.UndefinedTableError):
                await self._ledger.follow(sync)
        finally:
            await sync.close()

    def _ship(self) -> None:
        """Seal what pg_receivewal has written since the last time; whole segments leave the spool."""
        for path in sorted(self.spool.iterdir()) if self.spool.is_dir() else ():
            if segments.is_segment(path.name) or segments.is_history(path.name):
                self._ship_file(path)
        sync_folder(self.archive.wal)

    def _ship_file(self, path: Path) -> None:
        name, target = path.name, self.archive.wal / path.name
        try:
            digest = hashlib.sha256(path.read_bytes()).digest()
            if self._sealed.get(name) != digest:
                with path.open("rb") as source:
                    seal(self.archive.key, f"wal/{name}", source, target)
        except FileNotFoundError:  # became whole meanwhile: the next round finds it under its new name
            return
        self._sealed[name] = digest
        if segments.is_segment(name) and not name.endswith(".partial"):
            (self.archive.wal / f"{name}.partial").unlink(missing_ok=True)
            self._sealed.pop(f"{name}.partial", None)
            self._sealed.pop(name)
            path.unlink()

    def _note(self, at: datetime) -> None:
        ledger = self._ledger or LedgerCopy(self.archive)
        note: dict[str, Any] = {"format": FORMAT, "at": at.isoformat(), "erasures": len(ledger.entries)}
        self.archive.write_note(self.archive.reached, note)

    def _start_receiver(self, server: Facts) -> None:
        if self._receiver is not None and self._receiver.poll() is None:
            return
        if is_of_another_history(self.spool, server.timeline):
            self.say("the server was restored or replaced: its log begins anew")
            self._ship()
            forget_spool(self.spool)
        private_dir(self.spool)
        log = self._log
        if self._receiver is not None:
            self.say(f"following again; it had ended: {tail(log, 2)}")
        connection = Connection.of(self.admin_url)
        program = str(client_programs(server.major) / "pg_receivewal")
        common = [program, "-d", connection.shown, "--no-password", "--slot", SLOT]
        made = attended([*common, "--create-slot", "--if-not-exists"], connection, log)
        if made.wait(30) != 0:
            raise ServerFailed(f"pg_receivewal could not make its slot:\n{tail(log, 4)}")
        command = [*common, "-D", str(self.spool), "--no-loop", "--status-interval=1"]
        self._receiver = attended(command, connection, log)

    def _end_receiver(self) -> None:
        if self._receiver is not None:
            self._receiver.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._receiver.wait(5)
            kill_tree(self._receiver.pid)


def is_of_another_history(spool: Path, timeline: int) -> bool:
    """Does the newest segment there belong to a timeline that the server has left? It could wait for ever for more."""
    there = [path.name for path in spool.iterdir() if segments.is_segment(path.name)] if spool.is_dir() else []
    return bool(there) and max(map(segments.timeline, there)) != timeline


def switch_log(admin_url: str) -> None:
    """Let the server end its present segment."""

    async def ask() -> None:
        connection = await connect(admin_url)
        try:
            await connection.execute("SELECT pg_switch_wal()")
        finally:
            await connection.close()

    asyncio.run(ask())


async def back_up_now(archive: Archive, admin_url: str, spool: Path, say: Callable[[str], None] = print) -> Path:
    """One base backup with all of its log. Follows the server meanwhile, unless somebody does already."""
    server = await facts(admin_url)
    stop = asyncio.Event()
    follower = Follower(archive, admin_url, spool, say, every=0.5)
    with archive.being_followed() as is_ours:
        if not is_ours:
            return await asyncio.to_thread(take_base, archive, admin_url, server, lambda: switch_log(admin_url))
        follower._start_receiver(server)
        rounds = asyncio.create_task(_keep_shipping(follower, stop))
        try:
            return await asyncio.to_thread(take_base, archive, admin_url, server, lambda: switch_log(admin_url))
        finally:
            stop.set()
            await rounds
            follower._end_receiver()


async def _keep_shipping(follower: Follower, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await follower.round()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), follower.every)
    await follower.round()


def forget_spool(spool: Path) -> None:
    """After a restore: what lies there belongs to a history that goes on no more."""
    shutil.rmtree(spool, ignore_errors=True)
