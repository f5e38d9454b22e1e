"""The tables that every service has for its events, jobs and repeated requests, with their row security.

`create_kit_tables()` belongs in a service's first migration, `declare_kit_tables(Model)` in its models, and a test
holds the two together. `tenant_id` is never null here: what belongs to no tenant carries the nil UUID, so that keys
and policies have one form. No table here holds personal data except `idempotency`, which the relay role cannot read.
"""

from datetime import datetime
from types import new_class
from typing import Any
from uuid import UUID

from alembic import op
from sqlalchemy import BigInteger, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import TIMESTAMP, tenant_of
from shared.kit.migrations import service_name

NO_TENANT = UUID(int=0)
"""Stands in `tenant_id` where a row belongs to no tenant."""

_TABLES = {
    # `seq` is the order of insertion, which is not the order of commit: only the sequencer gives positions.
    "outbox": """
        CREATE TABLE outbox (
            seq bigserial CONSTRAINT pk_outbox PRIMARY KEY,
            id uuid NOT NULL,
            type text NOT NULL CONSTRAINT ck_outbox_owner CHECK (type LIKE '{service}.%'),
            tenant_id uuid NOT NULL,
            subject uuid NOT NULL,
            occurred_at timestamptz NOT NULL,
            traceparent text,
            data jsonb NOT NULL
        )""",
    "event_log": """
        CREATE TABLE event_log (
            position bigint CONSTRAINT pk_event_log PRIMARY KEY,
            id uuid NOT NULL,
            type text NOT NULL,
            tenant_id uuid NOT NULL,
            subject uuid NOT NULL,
            occurred_at timestamptz NOT NULL,
            traceparent text,
            data jsonb NOT NULL
        )""",
    "feed_head": """
        CREATE TABLE feed_head (
            id smallint CONSTRAINT pk_feed_head PRIMARY KEY CONSTRAINT ck_feed_head_single CHECK (id = 1),
            position bigint NOT NULL
        )""",
    "feed_position": """
        CREATE TABLE feed_position (
            owner text CONSTRAINT pk_feed_position PRIMARY KEY,
            position bigint NOT NULL,
            event_id uuid,
            updated_at timestamptz NOT NULL
        )""",
    "parked_event": """
        CREATE TABLE parked_event (
            tenant_id uuid NOT NULL,
            owner text NOT NULL,
            position bigint NOT NULL,
            state text NOT NULL CONSTRAINT ck_parked_event_state CHECK (state IN ('retrying', 'parked', 'held')),
            attempts integer NOT NULL,
            next_attempt_at timestamptz NOT NULL,
            error text,
            envelope jsonb NOT NULL,
            parked_at timestamptz NOT NULL,
            CONSTRAINT pk_parked_event PRIMARY KEY (tenant_id, owner, position)
        )""",
    "job": """
        CREATE TABLE job (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            kind text NOT NULL,
            slot text,
            params jsonb NOT NULL,
            state text NOT NULL CONSTRAINT ck_job_state
                CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
            progress_done integer NOT NULL DEFAULT 0,
            progress_total integer,
            message text,
            result jsonb,
            problem jsonb,
            attempts integer NOT NULL DEFAULT 0,
            max_attempts integer NOT NULL,
            cancel_requested boolean NOT NULL DEFAULT false,
            run_after timestamptz NOT NULL,
            lease_owner text,
            lease_until timestamptz,
            traceparent text,
            created_by uuid,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            finished_at timestamptz,
            CONSTRAINT pk_job PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_job_tenant_id_kind_slot UNIQUE (tenant_id, kind, slot)
        )""",
    "idempotency": """
        CREATE TABLE idempotency (
            tenant_id uuid NOT NULL,
            key_hash bytea NOT NULL,
            request_hash bytea NOT NULL,
            status integer NOT NULL,
            headers jsonb NOT NULL,
            body bytea NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT pk_idempotency PRIMARY KEY (tenant_id, key_hash)
        )""",
}

_MORE = (
    "INSERT INTO feed_head (id, position) VALUES (1, 0)",
    "CREATE INDEX ix_job_due ON job (run_after) WHERE state IN ('queued', 'running')",
    "CREATE INDEX ix_idempotency_created_at ON idempotency (created_at)",
)

# The app role publishes and never reads back; the relay role alone sees the feed across tenants.
_APP = {
    "outbox": "INSERT",
    "feed_position": "SELECT, INSERT, UPDATE",
    "parked_event": "SELECT, INSERT, UPDATE, DELETE",
    "job": "SELECT, INSERT, UPDATE",
    "idempotency": "SELECT, INSERT, UPDATE, DELETE",
}
_RELAY = {
    "outbox": "SELECT, DELETE",
    "event_log": "SELECT, INSERT",
    "feed_head": "SELECT, UPDATE",
    "feed_position": "SELECT, INSERT, UPDATE, DELETE",
    "parked_event": "SELECT, UPDATE, DELETE",
    "job": "SELECT, INSERT, UPDATE, DELETE",
    # Only what pruning by age needs: the stored answers themselves stay out of its sight.
    "idempotency": "SELECT (created_at), DELETE",
}
_WITHOUT_TENANT = {"feed_head", "feed_position"}
_MINE = f"tenant_id = coalesce(nullif(current_setting('app.tenant', true), '')::uuid, '{NO_TENANT}')"


def create_kit_tables() -> None:
    """Create the tables with their policies and grants; call in a migration."""
    service = service_name()
    for ddl in _TABLES.values():
        op.execute(ddl.format(service=service))
    for statement in _MORE:
        op.execute(statement)
    for table in _TABLES:
        for statement in _security(table, service):
            op.execute(statement)
    op.execute(f"GRANT USAGE ON SEQUENCE outbox_seq_seq TO {service}_app")


async def forget_answers(session: AsyncSession) -> None:
    """Drop the stored answers of the session's tenant: one of them may hold a name that must no longer be shown."""
    await session.execute(text("DELETE FROM idempotency WHERE tenant_id = :tenant"), {"tenant": tenant_of(session)})


def drop_kit_tables() -> None:
    """Undo `create_kit_tables()`."""
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")


def _security(table: str, service: str) -> list[str]:
    statements = [f"GRANT SELECT ON {table} TO {service}_backup"]
    if table in _APP:
        statements.append(f"GRANT {_APP[table]} ON {table} TO {service}_app")
    statements.append(f"GRANT {_RELAY[table]} ON {table} TO {service}_relay")
    if table in _WITHOUT_TENANT:
        return statements
    statements += [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_owner ON {table} TO {service}_owner USING (true) WITH CHECK (true)",
        f"CREATE POLICY {table}_relay ON {table} TO {service}_relay USING (true) WITH CHECK (true)",
    ]
    if table in _APP:
        statements.append(
            f"CREATE POLICY {table}_tenant ON {table} TO {service}_app USING ({_MINE}) WITH CHECK ({_MINE})"
        )
    return statements


class _Message(SQLModel):
    id: UUID
    type: str = Field(sa_type=Text)
    tenant_id: UUID
    subject: UUID
    occurred_at: datetime = Field(sa_type=TIMESTAMP)
    traceparent: str | None = Field(default=None, sa_type=Text)
    data: dict[str, Any] = Field(sa_type=JSONB)


class _Outbox(_Message):
    """An event that was published and has no position yet."""

    seq: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)


class _EventLog(_Message):
    """An event of this service's feed, for ever."""

    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


class _FeedHead(SQLModel):
    """The one row that holds the last position given."""

    id: int = Field(primary_key=True, sa_type=SmallInteger, sa_column_kwargs={"autoincrement": False})
    position: int = Field(sa_type=BigInteger)


class _FeedPosition(SQLModel):
    """How far this service has applied an owner's feed, and the id of the event that stands there."""

    owner: str = Field(primary_key=True, sa_type=Text)
    position: int = Field(sa_type=BigInteger)
    event_id: UUID | None = None
    updated_at: datetime = Field(sa_type=TIMESTAMP)


class _ParkedEvent(SQLModel):
    """An event that could not be applied, or that waits behind one of its tenant."""

    tenant_id: UUID = Field(primary_key=True)
    owner: str = Field(primary_key=True, sa_type=Text)
    position: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    state: str = Field(sa_type=Text)
    attempts: int
    next_attempt_at: datetime = Field(sa_type=TIMESTAMP)
    error: str | None = Field(default=None, sa_type=Text)
    envelope: dict[str, Any] = Field(sa_type=JSONB)
    parked_at: datetime = Field(sa_type=TIMESTAMP)


class _Job(SQLModel):
    """Long work: what is asked, who runs it until when, and what came of it. Ids only, no personal data."""

    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    slot: str | None = Field(default=None, sa_type=Text)
    params: dict[str, Any] = Field(sa_type=JSONB)
    state: str = Field(sa_type=Text)
    progress_done: int
    progress_total: int | None = None
    message: str | None = Field(default=None, sa_type=Text)
    result: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    problem: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    attempts: int
    max_attempts: int
    cancel_requested: bool
    run_after: datetime = Field(sa_type=TIMESTAMP)
    lease_owner: str | None = Field(default=None, sa_type=Text)
    lease_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    traceparent: str | None = Field(default=None, sa_type=Text)
    created_by: UUID | None = None
    version: int
    created_at: datetime = Field(sa_type=TIMESTAMP)
    updated_at: datetime = Field(sa_type=TIMESTAMP)
    finished_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class _Idempotency(SQLModel):
    """The answer that was given to a request with an Idempotency-Key."""

    tenant_id: UUID = Field(primary_key=True)
    key_hash: bytes = Field(primary_key=True)
    request_hash: bytes
    status: int
    headers: dict[str, Any] = Field(sa_type=JSONB)
    body: bytes
    created_at: datetime = Field(sa_type=TIMESTAMP)


_DECLARED: dict[str, type[SQLModel]] = {
    "outbox": _Outbox,
    "event_log": _EventLog,
    "feed_head": _FeedHead,
    "feed_position": _FeedPosition,
    "parked_event": _ParkedEvent,
    "job": _Job,
    "idempotency": _Idempotency,
}


def declare_kit_tables(model: type[SQLModel]) -> None:
    """Declare the tables on a service's own registry, so that `alembic check` knows them."""
    for name, fields in _DECLARED.items():
        new_class(name, (fields, model), {"table": True})  # SQLModel names the table after the class
    tables = model.metadata.tables
    job = tables["job"]
    job.append_constraint(UniqueConstraint(job.c.tenant_id, job.c.kind, job.c.slot))
    Index("ix_job_due", job.c.run_after, postgresql_where=job.c.state.in_(("queued", "running")))
    Index("ix_idempotency_created_at", tables["idempotency"].c.created_at)
