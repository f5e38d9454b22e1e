"""Every SELECT of clients."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.client.errors import ClientNotFound
from services.identity.client.models import Client, UsedAssertion
from shared.kit.db import tenant_of


class ClientRepository:
    """The clients of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, client: Client) -> None:
        self._session.add(client)

    async def remove(self, client: Client) -> None:
        await self._session.delete(client)
        await self._session.flush()

    async def find_by_client_id(self, client_id: str) -> Client | None:
        return (await self._session.exec(select(Client).where(Client.client_id == client_id))).one_or_none()

    async def find(self, row_id: UUID) -> Client | None:
        return (await self._session.exec(select(Client).where(Client.id == row_id))).one_or_none()

    async def get_locked(self, row_id: UUID) -> Client:
        """The client, locked for a change; raises ClientNotFound."""
        client = (await self._session.exec(select(Client).where(Client.id == row_id).with_for_update())).one_or_none()
        if client is None:
            raise ClientNotFound()
        return client

    async def list(self, limit: int, after: UUID | None) -> Sequence[Client]:
        query = select(Client).order_by(col(Client.id)).limit(limit)
        if after is not None:
            query = query.where(col(Client.id) > after)
        return (await self._session.exec(query)).all()

    async def use_assertion(self, digest: bytes, expires_at: datetime) -> bool:
        """Whether this is the first use; the database decides, so that two processes cannot both say yes."""
        values = {"tenant_id": tenant_of(self._session), "digest": digest, "expires_at": expires_at}
        statement = insert(UsedAssertion).values(values).on_conflict_do_nothing().returning(col(UsedAssertion.digest))
        return (await self._session.execute(statement)).first() is not None

    async def forget_assertions(self, until: datetime) -> None:
        """Drop those that expired before `until`: they are refused by their `exp`."""
        await self._session.execute(delete(UsedAssertion).where(col(UsedAssertion.expires_at) < until))
