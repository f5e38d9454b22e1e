"""Consuming an owner's feed: pull a page, check that it continues, apply each event once, in order, per tenant.

Effect and position are one transaction, so a crash between them is impossible and redelivery is seen by position.
Replicas may pull the same page: the lock on the position row lets one of them apply it, the other finds it done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.base import Event, EventEnvelope
from shared.kit import clock, tracing
from shared.kit.db import Database
from shared.queue import parking
from shared.queue.faults import describe
from shared.queue.feed import FeedRefused, check_continues
from shared.queue.metrics import Metrics
from shared.queue.parking import Retries
from shared.queue.source import FeedSource

log = structlog.get_logger(__name__)

Handler = Callable[[AsyncSession, EventEnvelope, Any], Awaitable[None]]
Handlers = Mapping[type[Event], Handler]

PAGE = 200
_RUN = 50
_LONGEST_EFFECT = 30.0

_POSITION = text("SELECT position, event_id FROM feed_position WHERE owner = :owner")
_LOCK_POSITION = text("SELECT position FROM feed_position WHERE owner = :owner FOR UPDATE")
_FIRST_POSITION = text(
    "INSERT INTO feed_position (owner, position, updated_at) VALUES (:owner, 0, :now) ON CONFLICT (owner) DO NOTHING"
)
_ADVANCE = text(
    "UPDATE feed_position SET position = :position, event_id = :event, updated_at = :now WHERE owner = :owner"
)


class Consumer:
    """Applies the feed of `owner` to this service. Event types without a handler are passed over."""

    def __init__(
        self, owner: str, handlers: Handlers, database: Database, source: FeedSource, metrics: Metrics
    ) -> None:
        self.owner = owner
        self._handlers = {event.type: (event, handler) for event, handler in handlers.items()}
        self._database = database
        self._source = source
        self._metrics = metrics
        self.retries = Retries()
        self.page_size = PAGE

    async def step(self) -> bool:
        """Pull and apply one page; True when more is waiting. Errors: FeedRefused, FeedUnavailable, the database's."""
        position, event_id = await self._position()
        page = await self._source.page(self.owner, position, self.page_size)
        try:
            check_continues(page, self.owner, position, event_id)
        except FeedRefused as refusal:
            self._metrics.refused(self.owner, True)
            log.error("feed refused: nothing is applied until it is rebuilt", owner=self.owner, reason=str(refusal))
            raise
        self._metrics.refused(self.owner, False)
        for run in self._runs(page.items):
            await self._apply(run)
        reached = page.items[-1].position if page.items else position
        self._metrics.lag(self.owner, page.head - reached)
        return page.head > reached

    async def retry(self, tenant: UUID | None) -> bool:
        """Try the tenant's oldest waiting event; True when it was applied and the next may follow."""
        try:
            async with self._database.transaction(tenant) as session:
                head = await parking.take_head(session, self.owner, tenant)
                if head is None:
                    return False
                await self._handle(session, head.envelope)
                await parking.forget(session, head.envelope)
        except Exception as error:
            await self._count_failure(tenant, describe(error))
            return False
        return True

    async def _position(self) -> tuple[int, UUID | None]:
        async with self._database.transaction(None) as session:
            row = (await session.execute(_POSITION, {"owner": self.owner})).one_or_none()
            if row is None:
                await session.execute(_FIRST_POSITION, {"owner": self.owner, "now": clock.now()})
                return 0, None
            return row.position, row.event_id

    def _runs(self, items: Sequence[EventEnvelope]) -> Iterator[list[EventEnvelope]]:
        """Neighbours of one tenant that can share a transaction; what nobody here handles forms runs of its own."""
        for _, run in groupby(items, key=lambda item: (item.tenant, item.type in self._handlers)):
            found = list(run)
            for start in range(0, len(found), _RUN):
                yield found[start : start + _RUN]

    async def _apply(self, run: list[EventEnvelope]) -> None:
        """One transaction for the run; if anything fails, one for each, so that only the culprit is set aside."""
        try:
            await self._apply_together(run)
        except FeedRefused:
            raise
        except Exception as error:
            if len(run) == 1:
                await self._set_aside(run[0], describe(error))
                return
            for envelope in run:
                await self._apply([envelope])

    async def _apply_together(self, run: list[EventEnvelope]) -> None:
        async with self._database.transaction(run[0].tenant) as session:
            rest = await self._not_yet_applied(session, run)
            if not rest:
                return
            if rest[0].type in self._handlers:
                if await parking.is_waiting(session, self.owner, rest[0].tenant):
                    await parking.hold(session, rest)
                else:
                    for envelope in rest:
                        await self._handle(session, envelope)
            await self._advance(session, rest[-1])
        self._metrics.applied(self.owner, len(rest))

    async def _set_aside(self, envelope: EventEnvelope, fault: str) -> None:
        async with self._database.transaction(envelope.tenant) as session:
            if not await self._not_yet_applied(session, [envelope]):
                return
            await parking.set_aside(session, envelope, fault, self.retries)
            await self._advance(session, envelope)
        log.warning("event set aside", owner=self.owner, position=envelope.position, type=envelope.type, fault=fault)

    async def _count_failure(self, tenant: UUID | None, fault: str) -> None:
        async with self._database.transaction(tenant) as session:
            head = await parking.take_head(session, self.owner, tenant)
            if head is None:
                return
            parked = await parking.failed_again(session, head, fault, self.retries)
        if parked:
            place = {"owner": self.owner, "position": head.envelope.position, "type": head.envelope.type}
            log.error("event parked: its tenant's later events wait", **place, fault=fault)

    async def _not_yet_applied(self, session: AsyncSession, run: list[EventEnvelope]) -> list[EventEnvelope]:
        """Lock the position; drop what another replica or an earlier delivery applied; refuse a gap."""
        position = (await session.execute(_LOCK_POSITION, {"owner": self.owner})).scalar_one()
        rest = [envelope for envelope in run if envelope.position > position]
        if rest and rest[0].position != position + 1:
            raise FeedRefused(f"{self.owner}: {rest[0].position} does not follow the applied position {position}")
        return rest

    async def _advance(self, session: AsyncSession, last: EventEnvelope) -> None:
        values = {"owner": self.owner, "position": last.position, "event": last.id, "now": clock.now()}
        await session.execute(_ADVANCE, values)

    async def _handle(self, session: AsyncSession, envelope: EventEnvelope) -> None:
        known = self._handlers.get(envelope.type)
        if known is None:
            return
        contract, handler = known
        with tracing.work(f"apply {envelope.type}", "consumer", envelope.traceparent) as spot:
            spot.note("messaging.message.id", str(envelope.id))
            spot.note("startklar.position", envelope.position)
            session.info["traceparent"] = spot.traceparent
            async with asyncio.timeout(_LONGEST_EFFECT):
                await handler(session, envelope, contract.model_validate(envelope.data))
                await session.flush()


async def reset_feed(session: AsyncSession, owner: str) -> None:
    """Forget what was applied from `owner`, parked events included, so that the worker applies its feed from zero.

    For a rebuild, also after an owner was restored from a backup. The service must first drop, or be able to apply
    twice, what it built from the feed. `session` is a transaction of the relay role.
    """
    await session.execute(text("DELETE FROM parked_event WHERE owner = :owner"), {"owner": owner})
    await session.execute(
        text("UPDATE feed_position SET position = 0, event_id = NULL, updated_at = :now WHERE owner = :owner"),
        {"owner": owner, "now": clock.now()},
    )
