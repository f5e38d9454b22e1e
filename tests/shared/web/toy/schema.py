"""The toy's schema through the same helpers that the services' migrations use."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from shared.kit.db import create_engine
from shared.kit.kit_tables import create_kit_tables
from shared.kit.migrations import protect


async def create(owner_url: str) -> None:
    """Create the tables as the owner role."""
    engine = create_engine(owner_url)
    async with engine.begin() as connection:
        await connection.run_sync(_create)
    await engine.dispose()


def _create(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"service": "toy"})
    with Operations.context(context):
        create_kit_tables()
        connection.execute(
            text(
                "CREATE TABLE note (tenant_id uuid NOT NULL, id uuid NOT NULL, body text NOT NULL,"
                " version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,"
                " PRIMARY KEY (tenant_id, id))"
            )
        )
        protect("note")
