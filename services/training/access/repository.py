"""Every statement about access at the platform."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.access.models import AccessPolicy
from shared.contracts.identity_access import ClientLogin
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

# Of somebody whom the copy does not know, or knows as protected, nothing is kept.
_LOGINS = text(
    "INSERT INTO platform_login (tenant_id, id, last_login_on, told_at)"
    " SELECT :tenant, seen.person, seen.used, :told_at"
    " FROM unnest(CAST(:persons AS uuid[]), CAST(:used AS date[])) AS seen (person, used)"
    " JOIN person p ON p.tenant_id = :tenant AND p.id = seen.person AND NOT p.protected AND NOT p.ended"
    " ON CONFLICT (tenant_id, id) DO UPDATE SET told_at = excluded.told_at,"
    " last_login_on = greatest(platform_login.last_login_on, excluded.last_login_on)"
)
_NO_LOGINS = text("DELETE FROM platform_login WHERE tenant_id = :tenant")
_NO_LOGIN = text("DELETE FROM platform_login WHERE tenant_id = :tenant AND id = :person")
_KEEP = text(
    "DELETE FROM platform_login l WHERE l.tenant_id = :tenant AND (l.last_login_on < :oldest OR NOT EXISTS ("
    "SELECT FROM person p WHERE p.tenant_id = l.tenant_id AND p.id = l.id AND NOT p.protected AND NOT p.ended))"
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

    async def policy(self, *, lock: bool = False) -> AccessPolicy | None:
        query = select(AccessPolicy).where(AccessPolicy.tenant_id == tenant_of(self._session))
        return (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()

    async def tenants(self) -> Sequence[UUID]:
        """Every tenant that has named its platform, through the one function that may tell without a tenant."""
        return (await self._session.execute(text("SELECT platform_tenants()"))).scalars().all()

    def add(self, row: AccessPolicy) -> None:
        self._session.add(row)

    async def log_in(self, logins: Sequence[ClientLogin], told_at: datetime) -> None:
        """Keep the newest login of each person."""
        persons, used = [one.person_id for one in logins], [one.last_login_on for one in logins]
        await self._run(_LOGINS, persons=persons, used=used, told_at=told_at)

    async def forget_logins(self) -> None:
        await self._run(_NO_LOGINS)

    async def forget_login(self, person_id: UUID) -> None:
        await self._run(_NO_LOGIN, person=person_id)

    async def keep_logins(self, oldest: date) -> None:
        """Forget logins before a day, and those of whom the copy knows no more."""
        await self._run(_KEEP, oldest=oldest)

    async def _run(self, statement: Any, **values: Any) -> Any:
        return await self._session.execute(statement, {"tenant": tenant_of(self._session), **values})
