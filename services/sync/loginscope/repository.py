"""Keeps the copy of login scopes, and finds whom a change concerns."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import tenant_of

_KEEP = """
INSERT INTO login_scope (tenant_id, id, domain) VALUES (:tenant, :id, :domain) ON CONFLICT DO NOTHING RETURNING id
"""
_DROP = "DELETE FROM login_scope WHERE tenant_id = :tenant AND id = :id RETURNING id"


class LoginScopeRepository:
    """The verified domains of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, scope_id: UUID, domain: str) -> bool:
        """Whether it is new."""
        values = {"tenant": tenant_of(self._session), "id": scope_id, "domain": domain}
        return (await self._session.execute(text(_KEEP), values)).first() is not None

    async def drop(self, scope_id: UUID) -> bool:
        """Whether it was there."""
        values = {"tenant": tenant_of(self._session), "id": scope_id}
        return (await self._session.execute(text(_DROP), values)).first() is not None
