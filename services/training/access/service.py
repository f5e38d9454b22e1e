"""Keeping what sync saw at the platform; who has access is judged where the signals are computed."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.access.repository import AccessRepository
from shared.contracts.sync_access import AccountSeen, PlatformSeen


class AccessService:
    """One transaction's work."""

    def __init__(self, session: AsyncSession) -> None:
        self._accounts = AccessRepository(session)

    async def take_in(self, accounts: Sequence[AccountSeen], sight: PlatformSeen) -> bool:
        """Replace what is known by a whole look at the platform; False where a newer one is known.

        Where there is no one platform to look at, nothing is known: never that somebody has access.
        """
        if sight.comparison_id is None or sight.observed_at is None:
            await self._accounts.lose_sight()
            return True
        if not await self._accounts.see(sight):
            return False
        await self._accounts.replace(accounts)
        return True
