"""The statements of the history: rows as they were, and what became of them between two versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.history.state import page_of, rows_of
from services.sync.plan.entities import Entity
from services.sync.roster.models import RosterVersion
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

_TOUCHED = """
SELECT DISTINCT p.id FROM {planned} p JOIN run r ON r.tenant_id = p.tenant_id AND r.id = p.run_id
WHERE p.tenant_id = :tenant AND r.applied_version > :low AND r.applied_version <= :high AND p.id > :after
ORDER BY p.id LIMIT :limit
"""
_AT = "SELECT s.id, to_jsonb(s) - 'id' AS was FROM ({rows}) s"
_MARKS = """
SELECT id, protected, source_id = 'erased:' || id AS erased FROM person WHERE tenant_id = :tenant AND id = ANY (:ids)
"""


@dataclass(frozen=True)
class Mark:
    """What holds of a person today."""

    protected: bool
    erased: bool


class HistoryRepository:
    """The history of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def version(self, number: int) -> RosterVersion:
        """Raises NotFound."""
        tenant = tenant_of(self._session)
        query = select(RosterVersion).where(RosterVersion.tenant_id == tenant, RosterVersion.number == number)
        version = (await self._session.exec(query)).one_or_none()
        if version is None:
            raise NotFound()
        return version

    async def number_at(self, moment: datetime) -> int:
        """The version that was in force at `moment`; 0 where there was none yet."""
        query = (
            select(RosterVersion.number)
            .where(RosterVersion.tenant_id == tenant_of(self._session), RosterVersion.applied_at <= moment)
            .order_by(col(RosterVersion.number).desc())
            .limit(1)
        )
        return (await self._session.exec(query)).one_or_none() or 0

    async def rows(
        self, entity: Entity, version: int, after: UUID, limit: int, unit_id: UUID | None
    ) -> Sequence[dict[str, Any]]:
        """Rows present in `version`, by id, as columns by name."""
        statement = page_of(entity, "version", at_unit=unit_id is not None)
        values = {"tenant": tenant_of(self._session), "version": version, "after": after, "limit": limit}
        values |= {"unit": unit_id} if unit_id is not None else {}
        return [dict(row._mapping) for row in await self._session.execute(text(statement), values)]

    async def touched(self, entity: Entity, between: tuple[int, int], after: UUID, limit: int) -> list[UUID]:
        """Ids of rows that some run changed in (`between`], in order."""
        values = {
            "tenant": tenant_of(self._session),
            "low": between[0],
            "high": between[1],
            "after": after,
            "limit": limit,
        }
        return list(await self._session.scalars(text(_TOUCHED.format(planned=entity.planned_table)), values))

    async def at(self, entity: Entity, version: int, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        """Those of these rows that were present in `version`."""
        statement = _AT.format(rows=rows_of(entity, "version", "ids"))
        values = {"tenant": tenant_of(self._session), "version": version, "ids": list(ids)}
        return {row.id: row.was for row in await self._session.execute(text(statement), values)}

    async def marks(self, ids: Sequence[UUID]) -> dict[UUID, Mark]:
        """Of these persons, who is protected and who is erased today."""
        rows = await self._session.execute(text(_MARKS), {"tenant": tenant_of(self._session), "ids": list(ids)})
        return {row.id: Mark(row.protected, row.erased) for row in rows}
