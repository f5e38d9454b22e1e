"""Every statement on used answers."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.replay.models import AssertionReplay
from shared.kit.db import tenant_of


class ReplayRepository:
    """The used answers of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def use(self, digest: bytes, expires_at: datetime) -> bool:
        """Whether this is the first use; the database decides, so that two processes cannot both say yes."""
        values = {"tenant_id": tenant_of(self._session), "digest": digest, "expires_at": expires_at}
        statement = (
            insert(AssertionReplay).values(values).on_conflict_do_nothing().returning(col(AssertionReplay.digest))
        )
        return (await self._session.execute(statement)).first() is not None

    async def forget(self, until: datetime) -> None:
        await self._session.execute(delete(AssertionReplay).where(col(AssertionReplay.expires_at) < until))
