"""The one statement about logins at an application."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import clock
from shared.kit.db import tenant_of

# By the index on the end of sessions: whoever came in since then has a session that ends later. A session that already
# stood when its person opened the application lets them in too, so that the log of logins alone would miss them.
_LOGINS = text("""
SELECT a.person_id, (max(c.created_at) AT TIME ZONE 'Europe/Stockholm')::date AS last_login_on
FROM sso_session s
JOIN session_client c ON c.tenant_id = s.tenant_id AND c.session_id = s.id
JOIN account a ON a.tenant_id = s.tenant_id AND a.id = s.account_id
WHERE s.tenant_id = :tenant AND s.expires_at > :since AND c.client_id = :client AND c.token_tenant_id = :tenant
  AND c.created_at > :since AND a.person_id > :after AND a.state = 'open' AND NOT a.is_protected
  AND EXISTS (SELECT FROM duty d WHERE d.tenant_id = a.tenant_id AND d.person_id = a.person_id AND NOT d.is_ended
                AND (d.starts_on IS NULL OR d.starts_on <= :today) AND (d.ends_on IS NULL OR d.ends_on >= :today))
GROUP BY a.person_id ORDER BY a.person_id LIMIT :limit
""")


class ClientLoginRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list(self, client_id: str, since: datetime, after: UUID, limit: int) -> Sequence[Any]:
        """person_id, last_login_on of staff with an open account, by person."""
        values = {"client": client_id, "since": since, "after": after, "limit": limit, "today": clock.today()}
        return (await self._session.execute(_LOGINS, {"tenant": tenant_of(self._session), **values})).all()
