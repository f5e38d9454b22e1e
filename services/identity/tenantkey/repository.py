"""Every SELECT of tenants' keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.tenantkey.errors import TenantKeyNotFound
from services.identity.tenantkey.models import TenantKey


class TenantKeyRepository:
    """The keys of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, values: dict[str, Any]) -> TenantKey | None:
        """The new row; None when its purpose has a key in that state already, which the database decides."""
        statement = (
            insert(TenantKey)
            .values(values)
            .on_conflict_do_nothing(
                index_elements=["tenant_id", "purpose", "state"], index_where=text("state <> 'retired'")
            )
            .returning(TenantKey)
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def get(self, key_id: UUID) -> TenantKey:
        """The key; raises TenantKeyNotFound."""
        key = (await self._session.exec(select(TenantKey).where(TenantKey.id == key_id))).one_or_none()
        if key is None:
            raise TenantKeyNotFound()
        return key

    async def locked(self, purpose: str) -> Sequence[TenantKey]:
        """The keys of a purpose that are not retired, locked in one order, so that changes wait for each other."""
        query = (
            select(TenantKey)
            .where(TenantKey.purpose == purpose, TenantKey.state != "retired")
            .order_by(col(TenantKey.id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return (await self._session.exec(query)).all()

    async def usable(self) -> Sequence[TenantKey]:
        """The keys whose private half is still there, newest first."""
        query = select(TenantKey).where(col(TenantKey.private_sealed).is_not(None)).order_by(col(TenantKey.id).desc())
        return (await self._session.exec(query)).all()

    async def expiring(self, until: datetime) -> Sequence[TenantKey]:
        query = (
            select(TenantKey)
            .where(TenantKey.state != "retired", col(TenantKey.expires_at) <= until)
            .order_by(col(TenantKey.expires_at))
        )
        return (await self._session.exec(query)).all()

    async def list(self, limit: int, after: UUID | None) -> Sequence[TenantKey]:
        query = select(TenantKey).order_by(col(TenantKey.id)).limit(limit)
        if after is not None:
            query = query.where(col(TenantKey.id) > after)
        return (await self._session.exec(query)).all()

    async def forget_retired(self, before: datetime) -> int:
        """Destroy the private halves of keys that were retired before `before`; how many."""
        statement = (
            update(TenantKey)
            .where(
                TenantKey.state == "retired",  # type: ignore[arg-type]
                col(TenantKey.private_sealed).is_not(None),
                col(TenantKey.retired_at) < before,
            )
            .values(private_sealed=None)
            .returning(col(TenantKey.id))
        )
        return len((await self._session.execute(statement)).all())
