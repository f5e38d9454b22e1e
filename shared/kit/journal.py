"""The journal: who changed what, when, from what to what and why. Append-only; references instead of personal data.

`create_journal_table()` belongs in a service's migration, `declare_journal_table(Model)` in its models; a mutation
calls `record` in its own transaction. `before` and `after` hold ids, states, dates and numbers, never a name.
"""

from collections.abc import Mapping
from datetime import datetime
from types import new_class
from typing import Any
from uuid import UUID

import orjson
from alembic import op
from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import clock
from shared.kit.db import TIMESTAMP, TenantRow, tenant_of
from shared.kit.ids import new_id
from shared.kit.migrations import protect, service_name

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

    def name_it(body: dict[str, Any]) -> None:
        body["__tablename__"] = "journal_entry"

    new_class("journal_entry", (_JournalEntry, model), {"table": True}, name_it)
    table = model.metadata.tables["journal_entry"]
    Index("ix_journal_entry_entity", table.c.tenant_id, table.c.entity_id, table.c.id)


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
    principal = session.info.get("principal")
    traceparent = session.info.get("traceparent")
    await session.flush()
    await session.execute(
        _INSERT,
        {
            "tenant": tenant_of(session),
            "id": new_id(),
            "at": clock.now(),
            "actor": principal.subject if principal else None,
            "side": principal.side.value if principal and principal.side else None,
            "client": principal.client_id if principal else None,
            "action": action,
            "entity": entity,
            "entity_id": entity_id,
            "before": None if before is None else orjson.dumps(dict(before)).decode(),
            "after": None if after is None else orjson.dumps(dict(after)).decode(),
            "reason": reason,
            "trace": traceparent[3:35] if traceparent else None,
        },
    )
