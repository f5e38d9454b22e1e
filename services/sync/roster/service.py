"""The versions that the roster has had."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.roster.models import RosterVersion
from services.sync.roster.repository import RosterRepository


class RosterService:
    """The roster of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._roster = RosterRepository(session)

    async def versions_before(self, before: int | None, limit: int) -> Sequence[RosterVersion]:
        """The newest first, below number `before`."""
        return await self._roster.versions_before(before, limit)
