"""Every statement about access at the platform."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.sync_access import AccountSeen, PlatformSeen
from shared.kit.db import tenant_of

# One look replaces the other; an older one, read by a slower worker, never a newer.
_SIGHT = text(
    "INSERT INTO platform_sight (tenant_id, comparison_id, observed_at, is_whole, tells_login)"
    " VALUES (:tenant, :comparison, :observed_at, :is_whole, :tells_login)"
    " ON CONFLICT (tenant_id) DO UPDATE SET comparison_id = excluded.comparison_id,"
    " observed_at = excluded.observed_at, is_whole = excluded.is_whole, tells_login = excluded.tells_login"
    " WHERE platform_sight.observed_at <= excluded.observed_at RETURNING tenant_id"
)
_UNSEEN = text("DELETE FROM platform_sight WHERE tenant_id = :tenant")
_CLEAR = text("DELETE FROM platform_account WHERE tenant_id = :tenant")
_STORE = text(
    "INSERT INTO platform_account (tenant_id, id, is_active, last_login_on)"
    " SELECT :tenant, seen.person, bool_or(seen.is_active), max(seen.used) FILTER (WHERE seen.is_active)"
    " FROM unnest(CAST(:persons AS uuid[]), CAST(:active AS boolean[]), CAST(:used AS date[]))"
    " AS seen (person, is_active, used) GROUP BY seen.person"
)


class AccessRepository:
    """Accounts of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def see(self, sight: PlatformSeen) -> bool:
        """Keep the newest look; False where a newer one is known."""
        values = {
            "comparison": sight.comparison_id,
            "observed_at": sight.observed_at,
            "is_whole": sight.is_whole,
            "tells_login": sight.tells_login,
        }
        return (await self._run(_SIGHT, **values)).first() is not None

    async def lose_sight(self) -> None:
        """Nothing is known of the platform any more."""
        await self._run(_UNSEEN)
        await self._run(_CLEAR)

    async def replace(self, accounts: Sequence[AccountSeen]) -> None:
        await self._run(_CLEAR)
        await self._run(
            _STORE,
            persons=[one.person_id for one in accounts],
            active=[one.is_active for one in accounts],
            used=[one.last_login_on for one in accounts],
        )

    async def _run(self, statement: Any, **values: Any) -> Any:
        return await self._session.execute(statement, {"tenant": tenant_of(self._session), **values})
