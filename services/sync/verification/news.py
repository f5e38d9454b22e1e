"""How old what we know of the world is, for operators."""

from shared.queue.metrics import Measure

# Of the last events alone, so that the question costs the same after ten years.
DRIFT = Measure(
    "startklar_drift_age_seconds",
    "Since the tenant that has waited longest for news of this kind had some: a delivery fetched, a roster applied",
    """
    SELECT type, extract(epoch FROM now() - min(latest)) AS value
    FROM (
        SELECT type, tenant_id, max(occurred_at) AS latest
        FROM event_log, feed_head
        WHERE event_log.position > feed_head.position - 200000
          AND type IN ('sync.source.fetched.v1', 'sync.roster.applied.v1', 'sync.platform.compared.v1')
        GROUP BY type, tenant_id
    ) AS newest
    GROUP BY type
    """,
    labels=("type",),
)
