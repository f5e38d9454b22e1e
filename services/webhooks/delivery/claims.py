"""What the relay role does across tenants: lease due deliveries, and drop old rows. It sees ids and times only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession


@dataclass(frozen=True)
class Claim:
    """A worker's right to make one attempt, until `leased_until`."""

    tenant_id: UUID
    id: UUID
    endpoint_id: UUID
    leased_until: datetime


@dataclass(frozen=True)
class Wanted:
    """How much a worker can take now: `per_endpoint` of each endpoint, none of `busy` ones, `limit` in all."""

    limit: int
    per_endpoint: int
    busy: Collection[UUID] = ()


async def claim_due(relay: AsyncSession, wanted: Wanted, now: datetime, until: datetime) -> list[Claim]:
    """Lease due deliveries, some of every endpoint that has any, so that no tenant waits for another's backlog."""
    values = {
        "now": now,
        "until": until,
        "limit": wanted.limit,
        "per_endpoint": wanted.per_endpoint,
        "busy": list(wanted.busy),
    }
    return [Claim(*row) for row in await relay.execute(text(_CLAIM), values)]


async def purge_before(relay: AsyncSession, deliveries: datetime, events: datetime) -> int:
    """Drop finished deliveries and events older than these instants; attempts go with their delivery."""
    done = await relay.execute(text(_PURGE_DELIVERIES), {"before": deliveries})
    gone = await relay.execute(text(_PURGE_EVENTS), {"before": events})
    return len(done.all()) + len(gone.all())


# The recursion hops over the index from endpoint to endpoint, however long the backlog of each is. One of every
# tenant is taken before a second of any, and within a tenant one of every endpoint, in random order: a full worker
# still serves everybody, and many endpoints win nobody a larger share.
# The order is that of the index and nothing finer: a sort would read the whole backlog each time.
_CLAIM = """
WITH RECURSIVE waiting AS (
    (SELECT tenant_id, endpoint_id FROM delivery WHERE state = 'pending' ORDER BY tenant_id, endpoint_id LIMIT 1)
    UNION ALL
    SELECT following.tenant_id, following.endpoint_id
    FROM waiting CROSS JOIN LATERAL (
        SELECT tenant_id, endpoint_id FROM delivery
        WHERE state = 'pending' AND (tenant_id, endpoint_id) > (waiting.tenant_id, waiting.endpoint_id)
        ORDER BY tenant_id, endpoint_id LIMIT 1) AS following
), fair AS MATERIALIZED (
    SELECT tenant_id, id FROM (
        SELECT due.tenant_id, due.id,
               row_number() OVER (PARTITION BY due.tenant_id ORDER BY due.turn, random()) AS turn
        FROM waiting CROSS JOIN LATERAL (
            SELECT tenant_id, id, row_number() OVER (ORDER BY due_at) AS turn FROM (
                SELECT tenant_id, id, due_at FROM delivery
                WHERE state = 'pending' AND tenant_id = waiting.tenant_id AND endpoint_id = waiting.endpoint_id
                  AND due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
                ORDER BY due_at LIMIT :per_endpoint) AS oldest) AS due
        WHERE waiting.endpoint_id <> ALL (CAST(:busy AS uuid[]))) AS queue
    ORDER BY turn, random() LIMIT :limit
), mine AS MATERIALIZED (
    SELECT delivery.tenant_id, delivery.id FROM delivery JOIN fair USING (tenant_id, id)
    WHERE state = 'pending' AND due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
    FOR UPDATE OF delivery SKIP LOCKED
)
UPDATE delivery SET leased_until = :until FROM mine
WHERE delivery.tenant_id = mine.tenant_id AND delivery.id = mine.id
RETURNING delivery.tenant_id, delivery.id, delivery.endpoint_id, delivery.leased_until
"""
_PURGE_DELIVERIES = "DELETE FROM delivery WHERE state <> 'pending' AND finished_at < :before RETURNING id"
_PURGE_EVENTS = """
DELETE FROM public_event WHERE received_at < :before
AND NOT EXISTS (SELECT FROM delivery WHERE delivery.tenant_id = public_event.tenant_id
                AND delivery.event_id = public_event.id AND delivery.state = 'pending') RETURNING id
"""
