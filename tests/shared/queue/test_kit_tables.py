"""The kit's tables as declared and as created are the same, and go as they came."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection

from shared.kit.db import create_engine
from shared.kit.kit_tables import drop_kit_tables
from tests.shared.queue.conftest import Pair
from tests.shared.queue.toy.model import Model

KIT = {"outbox", "event_log", "feed_head", "feed_position", "parked_event", "job", "idempotency"}


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection,
        opts={"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in KIT},
    )
    return list(compare_metadata(context, Model.metadata))


def _drop(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"service": "toys"})
    with Operations.context(context):
        drop_kit_tables()


async def test_the_declared_tables_are_the_created_ones(pair: Pair) -> None:
    engine = create_engine(pair.toys.urls.owner)
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engine.dispose()


async def test_they_can_be_dropped_again(pair: Pair) -> None:
    engine = create_engine(pair.toys.urls.owner)
    async with engine.begin() as connection:
        await connection.run_sync(_drop)
    await engine.dispose()
    assert await pair.toys.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(1,)]


async def test_every_kit_table_with_a_tenant_forces_row_security(pair: Pair) -> None:
    unforced = await pair.toys.rows(
        "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id'"
        " WHERE relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    assert unforced == []
