"""Deliveries: which are made for an event, what the next attempt sends, and what follows from how it went."""

import random
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.webhooks.delivery.claims import Claim
from services.webhooks.delivery.errors import DeliveryInProgress, DeliveryNotFound
from services.webhooks.delivery.models import Delivery, DeliveryAttempt
from services.webhooks.delivery.repository import DeliveryRepository
from services.webhooks.delivery.schedule import Outcome, next_delay
from services.webhooks.delivery.sender import Message
from services.webhooks.endpoint.errors import EndpointIsDisabled
from services.webhooks.endpoint.models import Endpoint
from services.webhooks.endpoint.secret import SecretBox
from services.webhooks.endpoint.service import EndpointService
from services.webhooks.endpoint.texts import DISABLED
from services.webhooks.event.models import PublicEvent
from services.webhooks.event.payload import body_of
from services.webhooks.event.service import EventService
from shared.contracts.base import EventEnvelope
from shared.contracts.webhooks import EndpointTested
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id

log = structlog.get_logger(__name__)


class DeliveryService:
    """The deliveries of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._endpoints = EndpointService(session)
        self._events = EventService(session)
        self._deliveries = DeliveryRepository(session)

    async def fan_out(self, envelope: EventEnvelope) -> int:
        """Append an event to the log and make a delivery for each endpoint that wants it; how many were made."""
        event = await self._events.record(envelope)
        if event is None:
            return 0
        wanting = await self._endpoints.subscribed_to(event.type)
        await self._deliveries.add_all([self._new(event, endpoint) for endpoint in wanting])
        return len(wanting)

    async def test(self, endpoint_id: UUID) -> Delivery:
        """Send a test event to one endpoint. Raises EndpointNotFound, EndpointIsDisabled."""
        endpoint = await self._enabled(endpoint_id)
        event = await self._events.record_own(EndpointTested(endpoint_id=endpoint.id))
        delivery = self._new(event, endpoint.id)
        await self._deliveries.add_all([delivery])
        return delivery

    async def redeliver(self, delivery_id: UUID) -> Delivery:
        """Start the schedule again, with the same event id. Raises DeliveryInProgress, EndpointIsDisabled."""
        delivery = await self.get(delivery_id, lock=True)
        if delivery.state == "pending":
            raise DeliveryInProgress(nextAttemptAt=delivery.due_at.isoformat())
        await self._enabled(delivery.endpoint_id)
        delivery.state, delivery.step, delivery.finished_at = "pending", 0, None
        delivery.due_at, delivery.leased_until = clock.now(), None
        return delivery

    async def get(self, delivery_id: UUID, *, lock: bool = False) -> Delivery:
        """One delivery. Raises DeliveryNotFound."""
        found = await self._deliveries.find(delivery_id, lock=lock)
        if found is None:
            raise DeliveryNotFound()
        return found

    async def attempts(self, delivery_id: UUID) -> Sequence[DeliveryAttempt]:
        """What was tried, in order."""
        return await self._deliveries.attempts(delivery_id)

    async def list(
        self, endpoint_id: UUID | None, state: str | None, before: UUID | None, limit: int
    ) -> Sequence[Delivery]:
        """At most `limit` deliveries, the newest first."""
        return await self._deliveries.list(endpoint_id, state, before, limit)

    async def prepare(self, claim: Claim, box: SecretBox) -> Message | None:
        """What to send under `claim`; None if there is nothing to send any more."""
        delivery = await self._claimed(claim)
        if delivery is None:
            return None
        endpoint = await self._endpoints.get(delivery.endpoint_id)
        secrets = await self._endpoints.signing_secrets(endpoint.id, box)
        if endpoint.state == "disabled" or not secrets:
            self._finish(delivery, "discarded")
            return None
        event = await self._events.get(delivery.event_id)
        return Message(str(event.id), endpoint.url, body_of(event), tuple(secrets), event.traceparent)

    async def record(self, claim: Claim, outcome: Outcome) -> None:
        """Log an attempt and decide what follows. Does nothing for a lease that was lost meanwhile."""
        # The endpoint is locked first, as its deletion does: else the two could wait for each other.
        endpoint = await self._endpoints.find(claim.endpoint_id, lock=True)
        delivery = await self._claimed(claim)
        if endpoint is None or delivery is None:
            log.warning("webhook attempt after its lease", delivery=str(claim.id))
            return
        delivery.attempts += 1
        delivery.step += 1
        delivery.leased_until = None
        await self._deliveries.add_attempt(_attempt(delivery, outcome))
        if outcome.is_success:
            self._finish(delivery, "delivered")
            await self._endpoints.note_success(endpoint)
            return
        await self._endpoints.note_failure(endpoint, is_gone=outcome.is_gone)
        delay = next_delay(delivery.step, outcome, random.random())  # noqa: S311 - spreads load, guards nothing
        if outcome.is_gone or delay is None:
            self._finish(delivery, "failed")
        else:
            delivery.due_at = clock.now() + delay

    async def _claimed(self, claim: Claim) -> Delivery | None:
        delivery = await self._deliveries.find(claim.id, lock=True)
        if delivery is None or delivery.state != "pending" or delivery.leased_until != claim.leased_until:
            return None
        return delivery

    async def _enabled(self, endpoint_id: UUID) -> Endpoint:
        endpoint = await self._endpoints.get(endpoint_id)
        if endpoint.state == "disabled":
            raise EndpointIsDisabled(DISABLED)
        return endpoint

    def _new(self, event: PublicEvent, endpoint_id: UUID) -> Delivery:
        now = clock.now()
        return Delivery(
            tenant_id=tenant_of(self._session),
            endpoint_id=endpoint_id,
            event_id=event.id,
            due_at=now,
            created_at=now,
        )

    def _finish(self, delivery: Delivery, state: str) -> None:
        delivery.state, delivery.finished_at, delivery.leased_until = state, clock.now(), None


def _attempt(delivery: Delivery, outcome: Outcome) -> DeliveryAttempt:
    return DeliveryAttempt(
        tenant_id=delivery.tenant_id,
        id=new_id(),
        delivery_id=delivery.id,
        number=delivery.attempts,
        started_at=clock.now(),
        is_success=outcome.is_success,
        status_code=outcome.status_code,
        error=outcome.error,
        latency_ms=outcome.latency_ms,
        excerpt=outcome.excerpt,
    )
