"""Every SELECT of logouts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.logout.models import Logout, LogoutDelivery
from services.identity.provider.models import IdentityProvider


class LogoutRepository:
    """The logouts of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, *rows: Logout | LogoutDelivery) -> None:
        self._session.add_all(rows)

    async def find(self, handle_hash: bytes, at: datetime) -> Logout | None:
        """The logout of a handle, while its page can be asked for."""
        query = select(Logout).where(Logout.handle_hash == handle_hash, col(Logout.expires_at) > at)
        return (await self._session.exec(query)).one_or_none()

    async def answered(self, handle_hash: bytes, at: datetime, state: str) -> Logout | None:
        """The logout whose provider has answered now, once; None for a second answer or an invented one."""
        statement = (
            update(Logout)
            .where(
                col(Logout.handle_hash) == handle_hash,
                col(Logout.provider_state) == "waiting",
                col(Logout.expires_at) > at,
            )
            .values(provider_state=state)
            .returning(Logout)
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def set_provider(
        self, logout_id: UUID, provider: IdentityProvider, state: str, request_id: str | None
    ) -> None:
        values = {"provider_id": provider.id, "provider_name": provider.name, "provider_state": state}
        statement = update(Logout).where(col(Logout.id) == logout_id)
        await self._session.execute(statement.values(**values, protocol_request_id=request_id))

    async def deliveries(self, logout_id: UUID) -> Sequence[LogoutDelivery]:
        query = select(LogoutDelivery).where(LogoutDelivery.logout_id == logout_id).order_by(col(LogoutDelivery.id))
        return (await self._session.exec(query)).all()

    async def find_delivery(self, delivery_id: UUID) -> LogoutDelivery | None:
        """One delivery, locked."""
        query = select(LogoutDelivery).where(LogoutDelivery.id == delivery_id).with_for_update()
        return (await self._session.exec(query)).one_or_none()

    async def delete_expired(self, until: datetime) -> None:
        await self._session.execute(delete(Logout).where(col(Logout.expires_at) < until))
