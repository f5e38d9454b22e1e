"""Follows identity: which domains are the tenant's, and so whose login names go out by the change feed."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.loginscope.repository import LoginScopeRepository
from services.sync.plan.scoping import show_logins_anew


class LoginScopeService:
    """The verified domains of the session's tenant. Being told twice changes nothing."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = LoginScopeRepository(session)

    async def keep(self, scope_id: UUID, domain: str) -> None:
        """The domain is the tenant's: its login names go out, in a roster version of their own."""
        if await self._repository.keep(scope_id, domain):
            await show_logins_anew(self._session, domain)

    async def drop(self, scope_id: UUID, domain: str) -> None:
        """The domain is the tenant's no longer: its login names are taken back."""
        if await self._repository.drop(scope_id):
            await show_logins_anew(self._session, domain)
