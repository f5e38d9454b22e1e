"""Every statement about deliveries inside a tenant; `claims` has those across tenants."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.webhooks.delivery.models import Delivery, DeliveryAttempt
from shared.kit.db import tenant_of


class DeliveryRepository:
    """The deliveries of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def add_all(self, deliveries: Sequence[Delivery]) -> None:
        self._session.add_all(deliveries)
        await self._session.flush()

    async def add_attempt(self, attempt: DeliveryAttempt) -> None:
        self._session.add(attempt)
        await self._session.flush()

    async def find(self, delivery_id: UUID, *, lock: bool = False) -> Delivery | None:
        return await self._session.get(Delivery, (self._tenant, delivery_id), with_for_update=lock or None)

    async def list(
        self, endpoint_id: UUID | None, state: str | None, before: UUID | None, limit: int
    ) -> Sequence[Delivery]:
        query = select(Delivery).where(col(Delivery.tenant_id) == self._tenant)
        if endpoint_id is not None:
            query = query.where(col(Delivery.endpoint_id) == endpoint_id)
        if state is not None:
            query = query.where(col(Delivery.state) == state)
        if before is not None:
            query = query.where(col(Delivery.id) < before)
        return (await self._session.exec(query.order_by(col(Delivery.id).desc()).limit(limit))).all()

    async def attempts(self, delivery_id: UUID) -> Sequence[DeliveryAttempt]:
        attempt = DeliveryAttempt
        query = select(attempt).where(col(attempt.tenant_id) == self._tenant, col(attempt.delivery_id) == delivery_id)
        return (await self._session.exec(query.order_by(col(attempt.number)))).all()
