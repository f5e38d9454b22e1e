"""Who has logged in lately: the accounts that may still hold a session or a token."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import tenant_of

# An ended session counts too: a token that it gave may live for minutes yet.
_RECENT = "SELECT DISTINCT account_id FROM sso_session WHERE tenant_id = :tenant AND expires_at > :now"
# Of a protected person no login name is kept, so nobody can tell its domain: such a person logs in again.
_OF_SCOPE = f"""
SELECT id FROM account WHERE tenant_id = :tenant AND id IN ({_RECENT})
  AND (login_name IS NULL OR right(login_name, length(:suffix)) = :suffix) ORDER BY id
"""


class RevocationRepository:
    """The sessions of the session's tenant, by account."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def recent(self, at: datetime) -> Sequence[UUID]:
        values = {"tenant": tenant_of(self._session), "now": at}
        return list((await self._session.execute(text(f"{_RECENT} ORDER BY 1"), values)).scalars())

    async def recent_of_scope(self, domain: str, at: datetime) -> Sequence[UUID]:
        values = {"tenant": tenant_of(self._session), "now": at, "suffix": f"@{domain}"}
        return list((await self._session.execute(text(_OF_SCOPE), values)).scalars())
