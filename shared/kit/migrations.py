"""Alembic for a service: the environment, and the statements that every tenant table needs.

Migrations run as the service's `_owner` role. FORCE ROW LEVEL SECURITY binds that role too, hence its own policy:
without it a data migration would silently see no rows.
"""

import asyncio
import os

from alembic import context, op
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.pool import NullPool

from shared.kit.db import create_engine
from shared.kit.history_views import follow_tables

# One lock for all migrations of a database: replicas that start together wait for the first.
_LOCK = 7_262_014_991


def run_env(metadata: MetaData, service: str) -> None:
    """The whole of a service's `migrations/env.py`: migrate the database in `<SERVICE>_OWNER_DATABASE_URL`.

    Callers inside Python may pass the URL as `config.attributes["url"]` instead.
    """
    url = context.config.attributes.get("url") or os.environ.get(f"{service.upper()}_OWNER_DATABASE_URL")
    if not url:
        raise SystemExit(f"set {service.upper()}_OWNER_DATABASE_URL to the database URL of the role {service}_owner")
    asyncio.run(_migrate(url, metadata, service))


async def _migrate(url: str, metadata: MetaData, service: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run, metadata, service)
        await connection.commit()
    await engine.dispose()


def _run(connection: Connection, metadata: MetaData, service: str) -> None:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        transaction_per_migration=True,
        service=service,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
        follow_tables(connection, service)
        # Web processes and workers wait for their schema with their own role (`shared.kit.await_schema`).
        if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar():
            connection.execute(text(f"GRANT SELECT ON alembic_version TO {service}_app"))
        connection.commit()
    finally:
        connection.rollback() if connection.in_transaction() else None
        connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))


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
