"""The public event log: what happened to a tenant, in one order, for whoever missed it."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.webhooks.event.errors import EventNotFound
from services.webhooks.event.models import PublicEvent
from services.webhooks.event.payload import body_of
from services.webhooks.event.repository import EventRepository
from shared.contracts.base import Event, EventEnvelope
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id


class EventService:
    """The log of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._events = EventRepository(session)

    async def record(self, envelope: EventEnvelope) -> PublicEvent | None:
        """Append an event from an owner's feed; None if it is there already (a feed replayed from zero)."""
        if await self._events.find(envelope.id) is not None:
            return None
        return await self._append(
            PublicEvent(
                id=envelope.id,
                tenant_id=tenant_of(self._session),
                position=0,
                type=envelope.type,
                source=envelope.source,
                subject=envelope.subject,
                occurred_at=envelope.occurred_at,
                received_at=clock.now(),
                traceparent=self._session.info.get("traceparent") or envelope.traceparent,
                data=envelope.data,
            )
        )

    async def record_own(self, event: Event) -> PublicEvent:
        """Append an event of this service that is in no feed (a test)."""
        return await self._append(
            PublicEvent(
                id=new_id(),
                tenant_id=tenant_of(self._session),
                position=0,
                type=event.type,
                source="webhooks",
                subject=event.subject,
                occurred_at=clock.now(),
                received_at=clock.now(),
                traceparent=self._session.info.get("traceparent"),
                data=event.to_data(),
            )
        )

    async def get(self, event_id: UUID) -> PublicEvent:
        """One event. Raises EventNotFound."""
        found = await self._events.find(event_id)
        if found is None:
            raise EventNotFound()
        return found

    async def list_after(self, position: int, types: Sequence[str], limit: int) -> Sequence[PublicEvent]:
        """At most `limit` events after `position`, oldest first; `types` empty means every type."""
        return await self._events.list_after(position, types, limit)

    async def _append(self, event: PublicEvent) -> PublicEvent:
        body_of(event)
        event.position = await self._events.next_position()
        await self._events.add(event)
        return event
