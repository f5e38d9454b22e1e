"""Every statement about sources."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.source.models import Source
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound


class SourceRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def add(self, source: Source) -> None:
        self._session.add(source)
        await self._session.flush()

    async def get(self, source_id: UUID, *, lock: bool = False) -> Source:
        """Raises NotFound."""
        query = select(Source).where(Source.tenant_id == self._tenant, Source.id == source_id)
        query = query.execution_options(populate_existing=True).with_for_update() if lock else query
        source = (await self._session.exec(query)).one_or_none()
        if source is None:
            raise NotFound()
        return source

    async def find_by_key(self, key: str) -> Source | None:
        query = select(Source).where(Source.tenant_id == self._tenant, Source.key == key)
        return (await self._session.exec(query)).one_or_none()

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[Source]:
        query = select(Source).where(Source.tenant_id == self._tenant)
        if after is not None:
            query = query.where(Source.id > after)
        return (await self._session.exec(query.order_by(col(Source.id)).limit(limit))).all()

    async def due(self, at: datetime) -> Sequence[Source]:
        """Those whose time has come and whose address is confirmed, locked; another worker's are left out."""
        query = (
            select(Source)
            .where(Source.tenant_id == self._tenant, col(Source.is_active), col(Source.next_fetch_at) <= at)
            .where(or_(col(Source.pointed_at).is_(None), col(Source.confirmed_at).is_not(None)))
        )
        return (await self._session.exec(query.order_by(col(Source.id)).with_for_update(skip_locked=True))).all()
