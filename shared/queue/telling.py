"""Many changes written down and told in one round trip: their journal entries and their events.

One statement from one value: to bind each column of each row costs more than all that PostgreSQL does with them.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.base import Event
from shared.kit.journal import Entry, entry_rows
from shared.queue.outbox import ask_for_nudge, event_rows

_TELL = text("""
WITH entry AS (
    INSERT INTO journal_entry (tenant_id, id, at, actor_id, side, client_id, action, entity, entity_id, before, after,
                               reason, trace)
    SELECT r.tenant, r.id, r.at, r.actor, r.side, r.client, r.action, r.entity, r.entity_id, r.before::jsonb,
           r.after::jsonb, r.reason, r.trace
    FROM jsonb_to_recordset(CAST(:entries AS jsonb)) AS r (tenant uuid, id uuid, at timestamptz, actor uuid, side text,
        client text, action text, entity text, entity_id uuid, before text, after text, reason text, trace text)
)
INSERT INTO outbox (id, type, tenant_id, subject, occurred_at, traceparent, data)
SELECT r.id, r.type, r.tenant, r.subject, r.occurred_at, r.traceparent, r.data::jsonb
FROM jsonb_to_recordset(CAST(:events AS jsonb)) AS r (id uuid, type text, tenant uuid, subject uuid,
    occurred_at timestamptz, traceparent text, data text)
""")


async def record_and_publish(session: AsyncSession, entries: Sequence[Entry], events: Sequence[Event]) -> None:
    """`record_all` and `publish_all` at once, each in its order."""
    if not entries and not events:
        return
    await session.flush()
    values = {"entries": _written(entry_rows(session, entries)), "events": _written(event_rows(session, events))}
    await session.execute(_TELL, values)
    if events:
        ask_for_nudge(session)


def _written(rows: Sequence[dict[str, Any]]) -> str:
    return orjson.dumps(rows, default=str).decode()  # UUIDs of the driver's own kind
