"""What a worker counts, for Prometheus; each worker has a registry of its own."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_STATE = text(
    """
    SELECT (SELECT count(*) FROM outbox) AS outbox,
           (SELECT position FROM feed_head) AS head,
           (SELECT count(*) FROM job WHERE state = 'queued' AND run_after <= now()) AS due,
           (SELECT count(*) FROM job WHERE state = 'running') AS running,
           (SELECT coalesce(extract(epoch FROM now() - min(run_after)), 0) FROM job
            WHERE state = 'queued' AND run_after <= now()) AS oldest
    """
)
_PARKED = text("SELECT owner, state, count(*) AS events FROM parked_event GROUP BY owner, state")


_DURATIONS = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600)


@dataclass(frozen=True)
class Measure:
    """A gauge of a service's own: `query` gives a row per combination of `labels` (codes, never names) with `value`.

    The relay role asks, at most every so many seconds, however often somebody looks.
    """

    name: str
    help: str
    query: str
    labels: tuple[str, ...] = ()
    every: float = 60.0


class Metrics:
    """Counters that the loops raise, and gauges read from the database when somebody asks."""

    def __init__(self, measures: Sequence[Measure] = ()) -> None:
        self.registry = registry = CollectorRegistry()
        self._applied = Counter("startklar_events_applied", "Events applied", ["owner"], registry=registry)
        self._sequenced = Counter("startklar_events_sequenced", "Events given a position", registry=registry)
        self._jobs = Counter("startklar_jobs_ended", "Jobs that ended", ["kind", "state"], registry=registry)
        self._lag = Gauge("startklar_feed_lag", "Events of the owner not yet applied", ["owner"], registry=registry)
        self._refused = Gauge(
            "startklar_feed_refused",
            "1 while the owner's feed contradicts what was applied",
            ["owner"],
            registry=registry,
        )
        self._parked = Gauge("startklar_events_parked", "Events set aside", ["owner", "state"], registry=registry)
        self._outbox = Gauge("startklar_outbox_waiting", "Events without a position", registry=registry)
        self._head = Gauge("startklar_feed_head", "Last position of the own feed", registry=registry)
        self._due = Gauge("startklar_jobs_due", "Jobs that could run now", registry=registry)
        self._running = Gauge("startklar_jobs_running", "Jobs that run", registry=registry)
        self._oldest = Gauge(
            "startklar_jobs_oldest_due_seconds", "How long the oldest due job waits", registry=registry
        )
        self._seconds = Histogram(
            "startklar_job_seconds", "How long a job ran", ["kind"], buckets=_DURATIONS, registry=registry
        )
        self._unread = Gauge(
            "startklar_feed_unread_seconds",
            "How long ago the owner's feed was last read to its end",
            ["owner"],
            registry=registry,
        )
        self._failures = Gauge(
            "startklar_step_failures", "How often a step of the worker failed in a row", ["step"], registry=registry
        )
        self._measures = {each: Gauge(each.name, each.help, each.labels, registry=registry) for each in measures}
        self._measured_at: dict[Measure, float] = {}

    def applied(self, owner: str, events: int) -> None:
        self._applied.labels(owner).inc(events)

    def sequenced(self, events: int) -> None:
        self._sequenced.inc(events)

    def job_ended(self, kind: str, state: str) -> None:
        self._jobs.labels(kind, state).inc()

    def job_ran(self, kind: str, seconds: float) -> None:
        self._seconds.labels(kind).observe(seconds)

    def lag(self, owner: str, events: int) -> None:
        """So many events are still to be applied; the time counts since there was none."""
        self._lag.labels(owner).set(events)
        if not events:
            read_at = time.monotonic()
            self._unread.labels(owner).set_function(lambda: time.monotonic() - read_at)

    def failures(self, step: str, times: int) -> None:
        self._failures.labels(step).set(times)

    def refused(self, owner: str, is_refused: bool) -> None:
        self._refused.labels(owner).set(is_refused)

    async def read(self, session: AsyncSession) -> None:
        """Refresh the gauges; `session` is a transaction of the relay role."""
        row = (await session.execute(_STATE)).one()
        found: Mapping[Gauge, float] = {
            self._outbox: row.outbox,
            self._head: row.head,
            self._due: row.due,
            self._running: row.running,
            self._oldest: row.oldest,
        }
        for gauge, value in found.items():
            gauge.set(float(value))
        self._parked.clear()
        for group in await session.execute(_PARKED):
            self._parked.labels(group.owner, group.state).set(group.events)
        for measure, gauge in self._measures.items():
            if time.monotonic() - self._measured_at.get(measure, -measure.every) >= measure.every:
                await _measure(session, measure, gauge)
                self._measured_at[measure] = time.monotonic()

    def text(self) -> bytes:
        """The exposition format of Prometheus."""
        return generate_latest(self.registry)


def process_text() -> bytes:
    """What the process has besides: memory, CPU, its event loop, its connections."""
    return generate_latest(REGISTRY)


async def _measure(session: AsyncSession, measure: Measure, gauge: Gauge) -> None:
    rows = (await session.execute(text(measure.query))).mappings().all()
    if measure.labels:
        gauge.clear()
    for row in rows:
        labelled = gauge.labels(*(row[label] for label in measure.labels)) if measure.labels else gauge
        labelled.set(float(row["value"] or 0))
