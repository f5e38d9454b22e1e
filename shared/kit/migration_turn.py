"""One migration of a database at a time; whoever has to wait says for whom."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_LOCK = 7_262_014_991
_PATIENCE = 900.0
_PAUSE = 1.0
_WATCH = 0.5

# A key of 64 bits stands in pg_locks as two halves.
_HOLDER = text(
    "SELECT a.pid, a.application_name, coalesce(a.client_addr::text, 'this host') AS place, a.backend_start AS since"
    " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted"
    f" AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    f" AND l.classid = {_LOCK >> 32} AND l.objid = {_LOCK & 0xFFFFFFFF}"
)
_BLOCKERS = text("SELECT pid, usename FROM pg_stat_activity WHERE pid = ANY(pg_blocking_pids(:pid)) ORDER BY pid")


@asynccontextmanager
async def migration_turn(connection: AsyncConnection, service: str) -> AsyncIterator[None]:
    """Hold the database's migration lock. SystemExit names the holder after 15 minutes.

    Asked for again and again rather than waited for: a statement that waits holds a snapshot, and an index that the
    other one builds CONCURRENTLY would wait for that, for ever.
    """
    until = time.monotonic() + _PATIENCE
    told = ""
    while not await _try(connection):
        holder = await _holder(connection)
        if time.monotonic() >= until:
            raise SystemExit(f"{service}: gave up: {holder}. If nothing runs there, end its connection and try again.")
        if holder != told:
            print(f"{service}: waiting, {holder}", flush=True)
            told = holder
        await asyncio.sleep(_PAUSE)
    try:
        yield
    finally:
        await connection.rollback()
        await connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
        await connection.commit()


async def _try(connection: AsyncConnection) -> bool:
    is_ours = (await connection.execute(text(f"SELECT pg_try_advisory_lock({_LOCK})"))).scalar_one()
    await connection.commit()
    return bool(is_ours)


async def _holder(connection: AsyncConnection) -> str:
    found = (await connection.execute(_HOLDER)).first()
    await connection.commit()
    if found is None:
        return "another migration has just ended"
    since = found.since.strftime("%Y-%m-%d %H:%M:%S UTC") if found.since else "an unknown time"
    return f"another migration runs since {since}: {found.application_name!r} from {found.place}, process {found.pid}"


@dataclass
class Blockers:
    """Who was last seen holding what the migration waited for."""

    seen: list[str] = field(default_factory=list)

    def told(self) -> str:
        """Words for an operator; forgets them."""
        seen, self.seen = self.seen, []
        return f"held by {', '.join(seen)}" if seen else "held by somebody who has ended since"


@asynccontextmanager
async def watched(engine: AsyncEngine, connection: AsyncConnection) -> AsyncIterator[Blockers]:
    """Look, on a connection of its own, for whom `connection` waits."""
    pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    await connection.commit()
    found = Blockers()
    watching = asyncio.create_task(_watch(engine, pid, found))
    try:
        yield found
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(engine: AsyncEngine, pid: int, found: Blockers) -> None:
    """A watcher that fails must not end the migration: it is only there to tell more."""
    with suppress(OSError, DBAPIError):
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            while True:
                rows = (await connection.execute(_BLOCKERS, {"pid": pid})).all()
                if rows:
                    found.seen = [f"process {row.pid} of {row.usename}" for row in rows]
                await asyncio.sleep(_WATCH)
