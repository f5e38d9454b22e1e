"""Every SELECT of pushed requests. Single use is decided by the database, never by Python."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.par.models import PushedRequest


class PushedRequestRepository:
    """The pushed requests of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: PushedRequest) -> None:
        self._session.add(row)

    async def use(self, handle_hash: bytes, client_id: str, at: datetime) -> PushedRequest | None:
        """The client's own request, used up; a stranger's attempt leaves it as it is."""
        statement = (
            update(PushedRequest)
            .where(
                col(PushedRequest.handle_hash) == handle_hash,
                col(PushedRequest.client_id) == client_id,
                col(PushedRequest.used_at).is_(None),
                col(PushedRequest.expires_at) > at,
            )
            .values(used_at=at)
            .returning(PushedRequest)
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def delete_expired(self, until: datetime) -> None:
        await self._session.execute(delete(PushedRequest).where(col(PushedRequest.expires_at) < until))
