"""The counts behind a standing, for many projects in one statement each."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit.db import tenant_of

_ACTIVITIES = text(
    "SELECT project_id, side, count(*) AS total, count(*) FILTER (WHERE state = 'done') AS done,"
    " count(*) FILTER (WHERE state <> 'done' AND window_end < :today) AS late"
    " FROM activity WHERE tenant_id = :tenant AND project_id = ANY(:projects) AND parent_id IS NULL AND is_enabled"
    " AND deleted_at IS NULL AND state <> 'cancelled' GROUP BY project_id, side ORDER BY project_id, side"
)
_GATES = text(
    "SELECT project_id, count(*) AS total, count(*) FILTER (WHERE state = 'passed') AS passed,"
    " count(*) FILTER (WHERE state = 'waived') AS waived,"
    " count(*) FILTER (WHERE state IN ('open', 'ready') AND window_end < :today) AS late"
    " FROM gate WHERE tenant_id = :tenant AND project_id = ANY(:projects) GROUP BY project_id"
)
_UNITS = text(
    "SELECT project_id, count(*) AS total, count(*) FILTER (WHERE is_ready) AS ready FROM ("
    "SELECT project_id, unit_id, bool_and(state IN ('done', 'cancelled')) AS is_ready FROM activity"
    " WHERE tenant_id = :tenant AND project_id = ANY(:projects) AND unit_id IS NOT NULL AND is_enabled"
    " AND deleted_at IS NULL GROUP BY project_id, unit_id) one GROUP BY project_id"
)


class StandingRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def activities(self, projects: Collection[UUID], today: date) -> list[Row[Any]]:
        return await self._rows(_ACTIVITIES, projects, today=today)

    async def gates(self, projects: Collection[UUID], today: date) -> list[Row[Any]]:
        return await self._rows(_GATES, projects, today=today)

    async def units(self, projects: Collection[UUID]) -> list[Row[Any]]:
        return await self._rows(_UNITS, projects)

    async def _rows(self, statement: Any, projects: Collection[UUID], **more: Any) -> list[Row[Any]]:
        values = {"tenant": tenant_of(self._session), "projects": list(projects), **more}
        return list((await self._session.execute(statement, values)).all())
