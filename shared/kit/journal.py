"""The journal: who changed what, when, from what to what and why. Append-only; references instead of personal data.

`create_journal_table()` belongs in a service's migration, `declare_journal_table(Model)` in its models; a mutation
calls `record` in its own transaction. `before` and `after` hold ids, states, dates and numbers, never a name.

`create_seals()` and `declare_sealed_journal(Model)` add the chain by which `shared.kit.seals` proves that nothing
was changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import new_class
from typing import Any
from uuid import UUID

import orjson
from alembic import op
from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, tenant_of, trace_id
from shared.kit.ids import new_id
from shared.kit.migrations import definer_function, protect, service_name

_TABLE = """
CREATE TABLE journal_entry (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_id uuid,
    side text,
    client_id text,
    action text NOT NULL,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    before jsonb,
    after jsonb,
    reason text,
    trace text,
    CONSTRAINT pk_journal_entry PRIMARY KEY (tenant_id, id)
)
"""
# `tx` is the transaction that wrote the entry: whatever began before the oldest one still running is complete, which
# no sequence can tell. `commitment` binds the entry to a row's image (`shared.kit.history`).
_SEALED_COLUMNS = """
ALTER TABLE journal_entry
    ADD COLUMN tx bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    ADD COLUMN commitment bytea
"""
_SEAL_TABLE = """
CREATE TABLE journal_seal (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    number integer NOT NULL,
    from_tx bigint NOT NULL,
    to_tx bigint NOT NULL,
    first_entry uuid NOT NULL,
    last_entry uuid NOT NULL,
    entries integer NOT NULL,
    digests bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT pk_journal_seal PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_journal_seal_tenant_id_number UNIQUE (tenant_id, number)
)
"""
# Tenants with entries, by skipping from one to the next: the table is too large to be read for that.
_TENANTS = """
CREATE FUNCTION journal_tenants() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE known AS (
        (SELECT e.tenant_id FROM journal_entry e ORDER BY e.tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT e.tenant_id FROM journal_entry e WHERE e.tenant_id > k.tenant_id ORDER BY e.tenant_id LIMIT 1)
        FROM known k WHERE k.tenant_id IS NOT NULL
    )
    SELECT tenant_id FROM known WHERE tenant_id IS NOT NULL
$$
"""
_INSERT = text(
    "INSERT INTO journal_entry (tenant_id, id, at, actor_id, side, client_id, action, entity, entity_id, before, after,"
    " reason, trace) VALUES (:tenant, :id, :at, :actor, :side, :client, :action, :entity, :entity_id,"
    " CAST(:before AS jsonb), CAST(:after AS jsonb), :reason, :trace)"
)


class _JournalEntry(TenantRow):
    """One change. `actor_id` is an account, or null where a service acted on an event."""

    at: datetime = Field(sa_type=TIMESTAMP)
    actor_id: UUID | None = None
    side: str | None = Field(default=None, sa_type=Text)
    client_id: str | None = Field(default=None, sa_type=Text)
    action: str = Field(sa_type=Text)
    entity: str = Field(sa_type=Text)
    entity_id: UUID
    before: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    reason: str | None = Field(default=None, sa_type=Text)
    trace: str | None = Field(default=None, sa_type=Text)


def create_journal_table() -> None:
    """Create the table; the app role may add and read, never change or remove."""
    op.execute(_TABLE)
    op.execute("CREATE INDEX ix_journal_entry_entity ON journal_entry (tenant_id, entity_id, id)")
    protect("journal_entry")
    op.execute(f"REVOKE UPDATE, DELETE ON journal_entry FROM {service_name()}_app")


def declare_journal_table(model: type[SQLModel]) -> None:
    """Declare the table on a service's registry, so that `alembic check` knows it."""

    _declare(model, "journal_entry", _JournalEntry)
    table = model.metadata.tables["journal_entry"]
    Index("ix_journal_entry_entity", table.c.tenant_id, table.c.entity_id, table.c.id)


class _SealedEntry(_JournalEntry):
    """An entry that the chain covers."""

    tx: int = Field(sa_type=BigInteger)
    commitment: bytes | None = None


class _JournalSeal(TenantRow):
    """One link of the chain over every entry with from_tx <= tx < to_tx; `digests` is the SHA-256 of each, in order.

    `hash` is the SHA-256 over the former link's hash and `digests`.
    """

    number: int
    from_tx: int = Field(sa_type=BigInteger)
    to_tx: int = Field(sa_type=BigInteger)
    first_entry: UUID
    last_entry: UUID
    entries: int
    digests: bytes
    hash: bytes
    sealed_at: datetime = Field(sa_type=TIMESTAMP)


def create_seals() -> None:
    """Add the chain to the journal; the app role may add links and read them, never change or remove."""
    for statement in (_SEALED_COLUMNS, _SEAL_TABLE, _TENANTS):
        op.execute(statement)
    op.execute("CREATE INDEX ix_journal_entry_tx ON journal_entry (tenant_id, tx, id)")
    op.execute("CREATE INDEX ix_journal_entry_acts ON journal_entry (tenant_id, id) WHERE action NOT LIKE 'row.%'")
    protect("journal_seal")
    op.execute(f"REVOKE UPDATE, DELETE ON journal_seal FROM {service_name()}_app")
    definer_function("journal_tenants()")


def drop_seals() -> None:
    """Undo `create_seals()`."""
    op.execute("DROP FUNCTION journal_tenants()")
    op.execute("DROP TABLE journal_seal")
    op.execute("ALTER TABLE journal_entry DROP COLUMN tx, DROP COLUMN commitment")


def declare_sealed_journal(model: type[SQLModel]) -> None:
    """Declare the journal with its chain, instead of `declare_journal_table`."""
    _declare(model, "journal_entry", _SealedEntry)
    entry = model.metadata.tables["journal_entry"]
    Index("ix_journal_entry_entity", entry.c.tenant_id, entry.c.entity_id, entry.c.id)
    Index("ix_journal_entry_tx", entry.c.tenant_id, entry.c.tx, entry.c.id)
    acts = entry.c.action.not_like("row.%")
    Index("ix_journal_entry_acts", entry.c.tenant_id, entry.c.id, postgresql_where=acts)
    _declare(model, "journal_seal", _JournalSeal)
    seal = model.metadata.tables["journal_seal"]
    seal.append_constraint(UniqueConstraint(seal.c.tenant_id, seal.c.number))


def _declare(model: type[SQLModel], name: str, fields: type[SQLModel]) -> None:
    def name_it(body: dict[str, Any]) -> None:
        body["__tablename__"] = name

    new_class(name, (fields, model), {"table": True}, name_it)


async def record(  # noqa: PLR0913 - the fields of an entry
    session: AsyncSession,
    action: str,
    entity: str,
    entity_id: UUID,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Add an entry to the caller's transaction; actor and trace are those of the session.

    `action` is `<entity>.<verb>` ("gate.pass"); `reason` is what the actor gave, and must not name a person.
    """
    await record_all(session, [Entry(action, entity, entity_id, before=before, after=after, reason=reason)])


LOG = "log"
"""The entity of entries that say who read a log. Lists leave them out unless asked, so that reading adds no noise."""


async def record_reading(session: AsyncSession, log: str, count: int, **wanted: Any) -> None:
    """Say that the caller read a log that tells what people did: which one, by which filter, how many rows.

    One entry for a request, however many rows it showed; `wanted` holds ids, dates and codes, what is None left out.
    """
    given = {name: value for name, value in wanted.items() if value is not None}
    await record(session, f"{log}.read", LOG, tenant_of(session), after={"count": count, **given})


@dataclass(frozen=True)
class Entry:
    """What `record` takes, for many at once. `principal` is who acted, where that is not whom the session acts for."""

    action: str
    entity: str
    entity_id: UUID
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str | None = None
    principal: Any = None


async def record_all(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """`record` for many entries in one round trip, in their order."""
    if not entries:
        return
    await session.flush()
    rows = entry_rows(session, entries)
    await session.execute(_INSERT, rows if len(rows) > 1 else rows[0])


def entry_rows(session: AsyncSession, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The values of `_INSERT` for each entry; `before` and `after` are JSON."""
    return [_row(session, entry) for entry in entries]


def _row(session: AsyncSession, entry: Entry) -> dict[str, Any]:
    principal = entry.principal or session.info.get("principal")
    return {
        "tenant": tenant_of(session),
        "id": new_id(),
        "at": clock.now(),
        "actor": principal.subject if principal else None,
        "side": principal.side.value if principal and principal.side else None,
        "client": principal.client_id if principal else None,
        "action": entry.action,
        "entity": entry.entity,
        "entity_id": entry.entity_id,
        "before": None if entry.before is None else orjson.dumps(dict(entry.before), default=str).decode(),
        "after": None if entry.after is None else orjson.dumps(dict(entry.after), default=str).decode(),
        "reason": entry.reason,
        "trace": trace_id(session.info.get("traceparent")),
    }
