"""The statements that end sessions of many accounts at once, and find whom nobody has told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import tenant_of

_END = """
UPDATE sso_session SET ended_at = :now, end_reason = 'administrator', is_untold = true
WHERE tenant_id = :tenant AND account_id = ANY (:accounts) AND ended_at IS NULL AND expires_at > :now
RETURNING id
"""
# Two runs at once take different ones.
_TAKE = """
UPDATE sso_session SET is_untold = false
WHERE tenant_id = :tenant AND id IN (
    SELECT id FROM sso_session WHERE tenant_id = :tenant AND is_untold ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED)
RETURNING id, account_id
"""


@dataclass(frozen=True)
class EndedSession:
    """A session that is over, and of which the applications that took part have not heard."""

    id: UUID
    account_id: UUID


class EvictionRepository:
    """The sessions of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def end(self, accounts: Sequence[UUID], at: datetime) -> int:
        """End what is open; how many sessions."""
        values = {"tenant": tenant_of(self._session), "accounts": list(accounts), "now": at}
        return len((await self._session.execute(text(_END), values)).all())

    async def take(self, most: int) -> Sequence[EndedSession]:
        """Sessions of which somebody will be told now, each once."""
        values = {"tenant": tenant_of(self._session), "most": most}
        rows = await self._session.execute(text(_TAKE), values)
        return sorted((EndedSession(row.id, row.account_id) for row in rows), key=lambda one: one.id)
