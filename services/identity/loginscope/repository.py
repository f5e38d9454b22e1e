"""Every SELECT of login scopes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.loginscope.errors import LoginScopeNotFound
from services.identity.loginscope.models import LoginScope


class LoginScopeRepository:
    """The login scopes of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, scope: LoginScope) -> None:
        self._session.add(scope)

    async def get_locked(self, scope_id: UUID) -> LoginScope:
        """The scope, locked for a change; raises LoginScopeNotFound."""
        query = select(LoginScope).where(LoginScope.id == scope_id).with_for_update()
        scope = (await self._session.exec(query)).one_or_none()
        if scope is None:
            raise LoginScopeNotFound()
        return scope

    async def find(self, scope_id: UUID) -> LoginScope | None:
        return (await self._session.exec(select(LoginScope).where(LoginScope.id == scope_id))).one_or_none()

    async def find_by_domain(self, domain: str) -> LoginScope | None:
        query = select(LoginScope).where(LoginScope.domain == domain).with_for_update()
        return (await self._session.exec(query)).one_or_none()

    async def is_verified(self, domain: str) -> bool:
        query = select(LoginScope.id).where(LoginScope.domain == domain, LoginScope.state == "verified")
        return (await self._session.exec(query)).first() is not None

    async def vouched(self) -> Sequence[str]:
        """The domains that the operator has seen to be the tenant's."""
        query = select(LoginScope.domain).where(LoginScope.state == "verified", LoginScope.how == "operator")
        return (await self._session.exec(query)).all()

    async def is_free(self, domain: str) -> bool:
        """Whether no other tenant has proved the domain; holds others back until this transaction ends.

        Asks the definer function `login_scope_is_free`, which answers one bit.
        """
        row = await self._session.execute(text("SELECT login_scope_is_free(:domain)"), {"domain": domain})
        return bool(row.scalar_one())

    async def list(self, limit: int, after: UUID | None) -> Sequence[LoginScope]:
        query = select(LoginScope).order_by(col(LoginScope.id)).limit(limit)
        if after is not None:
            query = query.where(col(LoginScope.id) > after)
        return (await self._session.exec(query)).all()

    async def delete(self, scope: LoginScope) -> None:
        await self._session.delete(scope)
        await self._session.flush()
