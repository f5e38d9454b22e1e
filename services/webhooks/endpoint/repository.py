"""Every statement about endpoints and their secrets."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, text, update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.webhooks.endpoint.models import Endpoint, EndpointSecret
from shared.kit.db import tenant_of


class EndpointRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def add(self, row: Endpoint | EndpointSecret) -> None:
        self._session.add(row)
        await self._session.flush()

    async def find(self, endpoint_id: UUID, *, lock: bool = False) -> Endpoint | None:
        return await self._session.get(Endpoint, (self._tenant, endpoint_id), with_for_update=lock or None)

    async def list(self, after: UUID | None, limit: int) -> Sequence[Endpoint]:
        query = select(Endpoint).where(col(Endpoint.tenant_id) == self._tenant)
        if after is not None:
            query = query.where(col(Endpoint.id) > after)
        return (await self._session.exec(query.order_by(col(Endpoint.id)).limit(limit))).all()

    async def count(self) -> int:
        query = select(func.count()).select_from(Endpoint).where(col(Endpoint.tenant_id) == self._tenant)
        return (await self._session.exec(query)).one()

    async def subscribed_to(self, event_type: str) -> Sequence[UUID]:
        query = select(Endpoint.id).where(
            col(Endpoint.tenant_id) == self._tenant,
            col(Endpoint.state) == "enabled",
            text("event_types && ARRAY[CAST(:type AS text), '*']").bindparams(type=event_type),
        )
        return (await self._session.exec(query)).all()

    async def delete(self, endpoint: Endpoint) -> None:
        await self._session.delete(endpoint)
        await self._session.flush()

    async def secrets(self, endpoint_id: UUID, at: datetime) -> Sequence[EndpointSecret]:
        """The secrets that sign at `at`, the newest first."""
        secret = EndpointSecret
        query = select(secret).where(
            col(secret.tenant_id) == self._tenant,
            col(secret.endpoint_id) == endpoint_id,
            or_(col(secret.expires_at).is_(None), col(secret.expires_at) > at),
        )
        return (await self._session.exec(query.order_by(col(secret.created_at).desc(), col(secret.id).desc()))).all()

    async def expire_secrets(self, endpoint_id: UUID, at: datetime) -> None:
        """Let every secret without an end, or with a later one, end at `at`."""
        secret = EndpointSecret
        statement = update(secret).where(
            col(secret.tenant_id) == self._tenant,
            col(secret.endpoint_id) == endpoint_id,
            or_(col(secret.expires_at).is_(None), col(secret.expires_at) > at),
        )
        await self._session.exec(statement.values(expires_at=at))

    async def created_by(self, account: UUID) -> Sequence[Endpoint]:
        query = select(Endpoint).where(col(Endpoint.tenant_id) == self._tenant, col(Endpoint.created_by) == account)
        return (await self._session.exec(query)).all()
