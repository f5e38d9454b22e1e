"""Every statement about the public event log."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.webhooks.event.models import PublicEvent
from shared.kit.db import tenant_of


class EventRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def next_position(self) -> int:
        """Claim the tenant's next position; others of the tenant wait here until this transaction ends."""
        result = await self._session.execute(text(_NEXT), {"tenant": tenant_of(self._session)})
        position: int = result.scalar_one()
        return position

    async def add(self, event: PublicEvent) -> None:
        self._session.add(event)
        await self._session.flush()

    async def find(self, event_id: UUID) -> PublicEvent | None:
        return await self._session.get(PublicEvent, (tenant_of(self._session), event_id))

    async def list_after(self, position: int, types: Sequence[str], limit: int) -> Sequence[PublicEvent]:
        query = select(PublicEvent).where(
            col(PublicEvent.tenant_id) == tenant_of(self._session), col(PublicEvent.position) > position
        )
        if types:
            query = query.where(col(PublicEvent.type).in_(types))
        return (await self._session.exec(query.order_by(col(PublicEvent.position)).limit(limit))).all()


_NEXT = """
INSERT INTO event_position AS known (tenant_id, last) VALUES (:tenant, 1)
ON CONFLICT (tenant_id) DO UPDATE SET last = known.last + 1 RETURNING last
"""
