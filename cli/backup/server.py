"""What a backup must know of a server, asked with the administrator's connection."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from cli.servers.processes import ServerFailed

SLOT = "startklar_backup"
PREFIX = "startklar_"


@dataclass(frozen=True)
class Facts:
    """`databases` are those of our services, by service; `timeline` grows with every restore. `slot_is_lost`: the
    server has thrown log away that nobody had taken yet, since there was too much of it.
    """

    system: str
    major: int
    timeline: int
    databases: dict[str, str]
    slot_is_lost: bool = False


async def facts(admin_url: str) -> Facts:
    """Errors: `ServerFailed` when the server does not answer, or writes too little to its log."""
    connection = await connect(admin_url)
    try:
        if await connection.fetchval("SHOW wal_level") == "minimal":
            raise ServerFailed("the server's wal_level is minimal: set it to replica, or nothing can follow its log")
        row = await connection.fetchrow(
            "SELECT system_identifier::text AS system, timeline_id FROM pg_control_system(), pg_control_checkpoint()"
        )
        version = await connection.fetchval("SHOW server_version_num")
        lost = await connection.fetchval(
            "SELECT wal_status = 'lost' FROM pg_replication_slots WHERE slot_name = $1", SLOT
        )
        found = await databases(connection)
        return Facts(row["system"], int(version) // 10000, row["timeline_id"], found, bool(lost))
    finally:
        await connection.close()


async def databases(connection: asyncpg.Connection) -> dict[str, str]:
    """Our services' databases by service."""
    rows = await connection.fetch(
        "SELECT datname FROM pg_database WHERE starts_with(datname, $1) AND datallowconn ORDER BY datname", PREFIX
    )
    names = [row["datname"] for row in rows]
    return {name.removeprefix(PREFIX): name for name in names if "_before_" not in name}


async def connect(admin_url: str, database: str | None = None) -> asyncpg.Connection:
    """Errors: `ServerFailed`; the text holds no password."""
    try:
        return await asyncpg.connect(in_database(admin_url, database) if database else admin_url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ServerFailed(f"PostgreSQL does not answer the administrator: {type(error).__name__}: {error}") from error


async def drop_slot(admin_url: str) -> None:
    """Forget how far the log was taken, for a new beginning."""
    connection = await connect(admin_url)
    try:
        await connection.execute("SELECT pg_drop_replication_slot($1)", SLOT)
    finally:
        await connection.close()


async def log_place(admin_url: str) -> str:
    """How far the server has written its log."""
    connection = await connect(admin_url)
    try:
        return str(await connection.fetchval("SELECT pg_current_wal_lsn()::text"))
    finally:
        await connection.close()


def in_database(admin_url: str, database: str) -> str:
    """The administrator's URL for another database of the same server."""
    parts = urlsplit(admin_url)
    return urlunsplit((parts.scheme.partition("+")[0], parts.netloc, f"/{database}", parts.query, ""))


async def row_counts(admin_url: str, database: str) -> dict[str, int]:
    """Rows of each of a database's tables."""
    connection = await connect(admin_url, database)
    try:
        tables: Iterable[asyncpg.Record] = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        return {row["relname"]: await connection.fetchval(f'SELECT count(*) FROM "{row["relname"]}"') for row in tables}
    finally:
        await connection.close()
