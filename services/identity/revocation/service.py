"""Cuts people off whose account stays open: no session goes on, and no token that was issued until now is taken."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.service import AccountService
from services.identity.eviction.service import end_sessions
from services.identity.revocation.repository import RevocationRepository
from shared.kit import clock


class Revocation:
    """The logins at the session's tenant. Everything takes effect with the commit here, within a minute elsewhere."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = RevocationRepository(session)

    async def recent(self) -> Sequence[UUID]:
        """The accounts that may still hold a session or a token."""
        return await self._repository.recent(clock.now())

    async def of_accounts(self, accounts: Sequence[UUID]) -> int:
        """Cut these off; how many they are."""
        await end_sessions(self._session, accounts)
        await AccountService(self._session).cut_off_everywhere(accounts)
        return len(accounts)

    async def of_scope(self, domain: str) -> int:
        """Cut off whoever may have come in by a login name of this domain."""
        return await self.of_accounts(await self._repository.recent_of_scope(domain, clock.now()))
