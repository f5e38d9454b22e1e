"""Every statement about units."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.roster.models import Unit
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

_ABOVE = """
WITH RECURSIVE above AS (
    SELECT u.id, u.parent_id FROM unit u WHERE u.tenant_id = :tenant AND u.id = :id
    UNION SELECT u.id, u.parent_id FROM unit u JOIN above a ON u.tenant_id = :tenant AND u.id = a.parent_id)
SELECT id FROM above
"""


class UnitRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, unit_id: UUID, *, lock: bool = False) -> Unit | None:
        query = select(Unit).where(Unit.tenant_id == tenant_of(self._session), Unit.id == unit_id)
        query = query.execution_options(populate_existing=True).with_for_update() if lock else query
        return (await self._session.exec(query)).one_or_none()

    async def get(self, unit_id: UUID, *, lock: bool = False) -> Unit:
        """Raises NotFound."""
        unit = await self.find(unit_id, lock=lock)
        if unit is None:
            raise NotFound()
        return unit

    async def list_after(self, after: tuple[str, UUID] | None, limit: int, *, ended: bool) -> Sequence[Unit]:
        """By name."""
        query = select(Unit).where(Unit.tenant_id == tenant_of(self._session))
        if not ended:
            query = query.where(col(Unit.ended_at).is_(None))
        if after is not None:
            query = query.where(tuple_(Unit.name, Unit.id) > after)
        return (await self._session.exec(query.order_by(col(Unit.name), col(Unit.id)).limit(limit))).all()

    async def above(self, unit_id: UUID) -> set[UUID]:
        """The unit and every unit over it."""
        values = {"tenant": tenant_of(self._session), "id": unit_id}
        return set(await self._session.scalars(text(_ABOVE), values))
