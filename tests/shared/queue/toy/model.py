"""The toys' tables, events and handlers."""

from typing import Any, ClassVar
from uuid import UUID

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.orm import registry
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.base import Event, EventEnvelope
from shared.kit.db import NAMING, create_engine
from shared.kit.ids import new_id
from shared.kit.kit_tables import create_kit_tables, declare_kit_tables
from shared.kit.migrations import protect
from shared.queue import publish


class Model(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """The toys' own registry."""


declare_kit_tables(Model)


class ThingMade(Event):
    type: ClassVar[str] = "toys.thing.made.v1"

    thing_id: UUID
    serial: int = 0


class ThingBroken(Event):
    """An event that nobody consumes."""

    type: ClassVar[str] = "toys.thing.broken.v1"

    thing_id: UUID


async def migrate(owner_url: str, service: str) -> None:
    """The kit tables, and one tenant table per toy; `effect` would show a second application as a second row."""
    engine = create_engine(owner_url)
    async with engine.begin() as connection:
        await connection.run_sync(_create, service)
    await engine.dispose()


def _create(connection: Connection, service: str) -> None:
    context = MigrationContext.configure(connection, opts={"service": service})
    with Operations.context(context) as op:
        create_kit_tables()
        table = "thing" if service == "toys" else "effect"
        op.execute(
            f"CREATE TABLE {table} (tenant_id uuid NOT NULL, id uuid NOT NULL, n bigserial, serial integer NOT NULL,"
            " thing_id uuid, position bigint, traceparent text, PRIMARY KEY (tenant_id, id))"
        )
        protect(table)
        op.execute(f"GRANT USAGE ON SEQUENCE {table}_n_seq TO {service}_app")


async def make_thing(session: AsyncSession, serial: int) -> UUID:
    """A change and its event in one transaction."""
    thing_id = new_id()
    await session.execute(
        text("INSERT INTO thing (tenant_id, id, serial) VALUES (:tenant, :id, :serial)"),
        {"tenant": session.info["tenant"], "id": thing_id, "serial": serial},
    )
    await publish(session, ThingMade(thing_id=thing_id, serial=serial))
    return thing_id


async def keep_effect(session: AsyncSession, envelope: EventEnvelope, event: ThingMade) -> None:
    """The consumer's effect: deliberately one that shows when it happens twice."""
    await session.execute(
        text(
            "INSERT INTO effect (tenant_id, id, serial, thing_id, position, traceparent)"
            " VALUES (:tenant, :id, :serial, :thing, :position, :traceparent)"
        ),
        {
            "tenant": session.info["tenant"],
            "id": new_id(),
            "serial": event.serial,
            "thing": event.thing_id,
            "position": envelope.position,
            "traceparent": session.info["traceparent"],
        },
    )


async def rows_of(url: str, query: str, **values: Any) -> list[Any]:
    """Read as the backup role does: every tenant's rows."""
    engine = create_engine(url)
    try:
        async with engine.connect() as connection:
            return list((await connection.execute(text(query), values)).all())
    finally:
        await engine.dispose()
