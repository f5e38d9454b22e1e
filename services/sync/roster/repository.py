"""Every statement about roster versions."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.roster.models import RosterVersion
from shared.kit.db import tenant_of


class RosterRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def versions_before(self, before: int | None, limit: int) -> Sequence[RosterVersion]:
        """The newest first."""
        query = select(RosterVersion).where(RosterVersion.tenant_id == tenant_of(self._session))
        if before is not None:
            query = query.where(RosterVersion.number < before)
        return (await self._session.exec(query.order_by(col(RosterVersion.number).desc()).limit(limit))).all()
