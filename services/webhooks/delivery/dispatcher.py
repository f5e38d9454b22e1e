"""The loop that sends: leases due deliveries as the relay role, attempts each, records it in its tenant.

No transaction is open during an attempt. A worker that dies leaves leases that run out; another one then sends again
with the same `webhook-id`: at least once, never zero times.
"""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog
from prometheus_client import Counter as Metric
from prometheus_client import Histogram
from sqlalchemy.exc import SQLAlchemyError

from services.webhooks.delivery.claims import Claim, Wanted, claim_due, purge_before
from services.webhooks.delivery.schedule import Outcome
from services.webhooks.delivery.sender import Message, Sender
from services.webhooks.delivery.service import DeliveryService
from services.webhooks.endpoint.secret import SecretBox
from services.webhooks.settings import Settings
from shared.kit import clock, tracing
from shared.kit.db import Database
from shared.queue.faults import describe
from shared.queue.metrics import Measure

log = structlog.get_logger(__name__)

PER_ENDPOINT = 4
ATTEMPTS = Metric("startklar_webhook_attempts", "Attempts at delivery", ["outcome"])
SECONDS = Histogram(
    "startklar_webhook_seconds", "How long a receiver took", buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
)
WAITING = Measure(
    "startklar_webhook_deliveries_waiting",
    "Deliveries that are due by now and not made",
    "SELECT count(*) AS value FROM delivery WHERE state = 'pending' AND due_at <= now()",
    every=15,
)
_DATABASE_WAIT = 1.0
_DELIVERY_LOG_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Pace:
    """`in_flight` attempts at a time; seconds between looks; a `lease` outlives the longest attempt."""

    in_flight: int = 64
    poll: float = 0.2
    lease: float = 60.0
    purge: float = 3600.0


class Dispatcher:
    """Sends what is due until told to stop, then lets what is under way finish."""

    def __init__(self, database: Database, relay: Database, sender: Sender, box: SecretBox, pace: Pace) -> None:
        self._database = database
        self._relay = relay
        self._sender = sender
        self._box = box
        self._pace = pace
        self._under_way: dict[asyncio.Task[None], UUID] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; outages of the database are waited out."""
        while not stop.is_set():
            try:
                claims = await self._claim()
            except (OSError, SQLAlchemyError) as error:
                log.warning("deliveries wait for the database", fault=describe(error))
                await _pause(stop, _DATABASE_WAIT)
                continue
            for claim in claims:
                task = asyncio.create_task(self.attempt(claim))
                self._under_way[task] = claim.endpoint_id
                task.add_done_callback(self._under_way.pop)
            if not claims:
                await _pause(stop, self._pace.poll)
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def attempt(self, claim: Claim) -> None:
        """One attempt from lease to log. What cannot be logged is due again once its lease has run out."""
        try:
            async with self._database.transaction(claim.tenant_id) as session:
                message = await DeliveryService(session).prepare(claim, self._box)
            if message is None:
                return
            with tracing.work("deliver webhook", "client", message.traceparent) as spot:
                outcome = await self._sent(replace(message, traceparent=spot.traceparent))
                _count(outcome)
                spot.note("startklar.delivery", str(claim.id))
                spot.note("startklar.outcome", outcome.error or outcome.status_code or 0)
                async with self._database.transaction(claim.tenant_id, traceparent=spot.traceparent) as session:
                    await DeliveryService(session).record(claim, outcome)
        except Exception as error:
            log.error("webhook attempt was not recorded", delivery=str(claim.id), fault=describe(error))

    async def _sent(self, message: Message) -> Outcome:
        """What the attempt met. A fault of ours is a failed attempt too, or it would be made again for ever."""
        try:
            return await self._sender.send(message)
        except Exception as error:
            log.error("webhook attempt met a fault of ours", fault=describe(error))
            return Outcome(0, error="internal")

    async def _claim(self) -> list[Claim]:
        free = self._pace.in_flight - len(self._under_way)
        if free <= 0:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            return []
        # An endpoint that answers slowly keeps few places, so that its backlog cannot fill the worker.
        busy = [endpoint for endpoint, count in Counter(self._under_way.values()).items() if count >= PER_ENDPOINT]
        now = clock.now()
        async with self._relay.transaction(None) as relay:
            wanted = Wanted(limit=free, per_endpoint=PER_ENDPOINT, busy=busy)
            return await claim_due(relay, wanted, now, now + timedelta(seconds=self._pace.lease))


async def dispatch(settings: Settings, database: Database, relay: Database, stop: asyncio.Event) -> None:
    """The worker's loop of deliveries."""
    sender = Sender(settings.egress(), settings.delivery_timeout)
    # Beside the attempt itself a lease covers the transactions around it.
    pace = Pace(in_flight=settings.deliveries_in_flight, lease=settings.delivery_timeout + 30)
    await Dispatcher(database, relay, sender, SecretBox(settings.file_key_bytes()), pace).run(stop)


async def purge(settings: Settings, _: Database, relay: Database, stop: asyncio.Event) -> None:
    """The worker's loop of retention: the delivery log for 30 days, the event log as settings say."""
    while not stop.is_set():
        now = clock.now()
        with contextlib.suppress(OSError, SQLAlchemyError):  # the next round finds what this one left
            async with relay.transaction(None) as session:
                events = now - timedelta(days=settings.event_retention_days)
                await purge_before(session, now - _DELIVERY_LOG_KEPT, events)
        await _pause(stop, Pace.purge)


def _count(outcome: Outcome) -> None:
    # Classes of answers: what strangers answer with is theirs to choose.
    status = outcome.status_code
    ATTEMPTS.labels("none" if status is None else f"{status // 100}xx").inc()
    SECONDS.observe(outcome.latency_ms / 1000)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
