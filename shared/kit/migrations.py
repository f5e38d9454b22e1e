"""Alembic for a service: the environment, and the statements that every tenant table needs.

Migrations run as the service's `_owner` role. FORCE ROW LEVEL SECURITY binds that role too, hence its own policy:
without it a data migration would silently see no rows.
"""

import asyncio
import os
import socket
import time

from alembic import context, op
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only

from shared.kit.db import create_engine
from shared.kit.history_views import follow_tables
from shared.kit.migration_turn import Blockers, migration_turn, watched
from shared.kit.refusals import NEEDS, Refused, check_server

_LOCK_NOT_AVAILABLE = "55P03"
_SERVER = """SELECT current_user AS name, rolsuper AS superuser, rolbypassrls AS bypass,
    current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
    extract(epoch FROM clock_timestamp())::float8 AS clock FROM pg_roles WHERE rolname = current_user"""
_LOCK_TIMEOUT = "3s"
_ATTEMPTS = 10
_PAUSE = 1.0


def run_env(metadata: MetaData, service: str) -> None:
    """The whole of a service's `migrations/env.py`: migrate the database in `<SERVICE>_OWNER_DATABASE_URL`.

    Callers inside Python may pass the URL as `config.attributes["url"]` instead. One migration runs at a time. One that
    waits for a lock gives up soon, since all who come after it wait too; it leaves nothing and tries again.
    """
    url = context.config.attributes.get("url") or os.environ.get(f"{service.upper()}_OWNER_DATABASE_URL")
    if not url:
        raise SystemExit(f"set {service.upper()}_OWNER_DATABASE_URL to the database URL of the role {service}_owner")
    asyncio.run(_migrate(url, metadata, service))


async def _migrate(url: str, metadata: MetaData, service: str) -> None:
    named = {"server_settings": {"application_name": f"startklar migration {service} on {socket.gethostname()}"}}
    engine = create_engine(url, poolclass=NullPool, connect_args=named)
    try:
        async with engine.connect() as connection:
            await _check(connection, service)
        async with engine.connect() as connection, migration_turn(connection, service):
            async with watched(engine, connection) as blockers:
                await connection.run_sync(_run_patiently, metadata, service, blockers)
            await connection.commit()
    finally:
        await engine.dispose()


async def _check(connection: AsyncConnection, service: str) -> None:
    """Refuse a server that nothing would serve from, and a role whose tables the service's own could not use."""
    asked = time.time()
    row = (await connection.execute(text(_SERVER))).one()
    try:
        check_server(row.version, row.encoding, row.clock, asked=asked, answered=time.time())
    except Refused as refusal:
        raise SystemExit(f"{service}: {refusal}") from None
    if row.superuser or row.bypass:
        raise SystemExit(
            f"{service}: migrations run as {service}_owner, not as {row.name}, who would own what the service cannot"
            " use and see past row security: set the owner's URL (python -m cli.compose provision makes the role)"
        )


def _run_patiently(connection: Connection, metadata: MetaData, service: str, blockers: Blockers) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _run(connection, metadata, service)
        except DBAPIError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            waited = f"{service}: the migration got no lock within {_LOCK_TIMEOUT}, {blockers.told()}"
            if attempt == _ATTEMPTS:
                raise SystemExit(
                    f"{waited}. It gave up after {attempt} attempts; the revision it was at has left nothing behind."
                    " End that transaction, or wait until it ends, and migrate again."
                ) from None
            print(f"{waited}; attempt {attempt} of {_ATTEMPTS}", flush=True)
            await_only(asyncio.sleep(_PAUSE * attempt))
        else:
            break


def _run(connection: Connection, metadata: MetaData, service: str) -> None:
    connection.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        transaction_per_migration=True,
        service=service,
    )
    if further := set(context.get_context().get_current_heads()) - {
        one.revision for one in context.script.walk_revisions()
    }:
        print(
            f"{service}: the schema is at {', '.join(further)}, further than this release knows; nothing to do",
            flush=True,
        )
        return
    with context.begin_transaction():
        context.run_migrations()
    follow_tables(connection, service)
    # Web processes and workers wait for their schema with their own role (`shared.kit.await_schema`).
    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar():
        connection.execute(text(f"GRANT SELECT ON alembic_version TO {service}_app"))
    connection.commit()


def service_name() -> str:
    """The service whose migration is running; roles are named after it."""
    return str(op.get_context().opts["service"])


def protect(table: str) -> None:
    """Put a tenant table behind row security: the app role sees one tenant, the owner all, the backup role reads."""
    service = service_name()
    mine = "tenant_id = nullif(current_setting('app.tenant', true), '')::uuid"
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_tenant ON {table} TO {service}_app USING ({mine}) WITH CHECK ({mine})",
        f"CREATE POLICY {table}_owner ON {table} TO {service}_owner USING (true) WITH CHECK (true)",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {service}_app",
        f"GRANT SELECT ON {table} TO {service}_backup",
    ):
        op.execute(statement)


def relay_access(table: str) -> None:
    """Let the relay role work on `table` across tenants. Only for tables that hold no personal data."""
    service = service_name()
    op.execute(f"CREATE POLICY {table}_relay ON {table} TO {service}_relay USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {service}_relay")


def open_to_app(table: str, privileges: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """A table without tenants (reference data, keys): grants only. Each one stands on the architecture test's list."""
    service = service_name()
    op.execute(f"GRANT {privileges} ON {table} TO {service}_app")
    op.execute(f"GRANT SELECT ON {table} TO {service}_backup")


def definer_function(signature: str) -> None:
    """Let only the app role call a SECURITY DEFINER function: what must be read before a tenant is known."""
    service = service_name()
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {service}_app")


def add_index(name: str, table: str, columns: str, *, unique: bool = False, where: str = "") -> None:
    """An index on a table that is in use, while it is written to. What a broken attempt left is dropped first."""
    condition = f" WHERE {where}" if where else ""
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        kind = "UNIQUE INDEX" if unique else "INDEX"
        op.execute(f"CREATE {kind} CONCURRENTLY {name} ON {table} ({columns}){condition}")


def add_constraint(table: str, name: str, definition: str) -> None:
    """A CHECK or FOREIGN KEY on a table that is in use: it binds new rows at once, and old ones are read unlocked.

    A constraint of that name is replaced: what it forbids beside the new one is allowed from here on.
    """
    with op.get_context().autocommit_block():
        op.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}, ADD CONSTRAINT {name} {definition} NOT VALID"
        )
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def narrow(since: str) -> None:
    """Say that this migration takes away what older code needs: code that does not know revision `since` is refused.

    `since` is the head of the first recorded release (`deploy/releases`) that did without it.
    """
    op.execute(f"COMMENT ON TABLE alembic_version IS '{NEEDS}{since}'")
