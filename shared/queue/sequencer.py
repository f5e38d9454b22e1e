"""Positions are given here, after the commit: gapless, in one order for every reader.

A serial number taken at insert would not do: a transaction that commits late would appear behind readers that have
already passed its number. Here a row gets its position only once it is visible, one batch at a time, under a lock.
"""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import tracing

BATCH = 500
# A span of everything that was moved at once is linked to so many traces; a collector refuses many more.
_LINKS = 100

_WAITING = text("SELECT EXISTS (SELECT FROM outbox)")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('startklar:sequencer', 0))")
_MOVE = text(
    """
    WITH taken AS (
        DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox ORDER BY seq LIMIT :batch) RETURNING *
    ), head AS (
        UPDATE feed_head SET position = position + (SELECT count(*) FROM taken) RETURNING position
    ), moved AS (
        INSERT INTO event_log (position, id, type, tenant_id, subject, occurred_at, traceparent, data)
        SELECT head.position - (SELECT count(*) FROM taken) + row_number() OVER (ORDER BY seq),
               id, type, tenant_id, subject, occurred_at, traceparent, data
        FROM taken CROSS JOIN head
        RETURNING traceparent
    )
    SELECT count(*) AS events, array_agg(DISTINCT traceparent) FILTER (WHERE traceparent IS NOT NULL) AS traces
    FROM moved
    """
)


async def sequence(session: AsyncSession, batch: int = BATCH) -> int:
    """Move up to `batch` committed events from the outbox to the feed; returns how many.

    `session` is a transaction of the relay role. The lock is taken in a statement of its own, so that the snapshot
    of the move begins after whoever held it before has committed.
    """
    if not (await session.execute(_WAITING)).scalar_one():
        return 0
    await session.execute(_LOCK)
    moved = (await session.execute(_MOVE, {"batch": batch})).one()
    tracing.batch("sequence", (moved.traces or ())[:_LINKS])
    return int(moved.events)
