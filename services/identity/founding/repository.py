"""Reads and uses bootstrap codes."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.founding.models import BootstrapCode


class BootstrapRepository:
    """The codes, under the nil tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, code: BootstrapCode) -> None:
        self._session.add(code)

    async def use(self, code_hash: bytes, at: datetime) -> bool:
        """Whether the code was good; it is not any more."""
        statement = (
            update(BootstrapCode)
            .where(
                col(BootstrapCode.code_hash) == code_hash,
                col(BootstrapCode.used_at).is_(None),
                col(BootstrapCode.expires_at) > at,
            )
            .values(used_at=at)
            .returning(col(BootstrapCode.id))
        )
        return (await self._session.execute(statement)).first() is not None
