"""What a schedule reads of a plan, as plain columns: 10 000 rows of the ORM would cost more than computing them."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Date, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.schedule.plan import PlanActivity
from shared.kit.db import tenant_of

_COLUMNS = ", ".join(f"a.{name}" for name in PlanActivity._fields if name != "opens_on")
_ROWS = text(
    f"SELECT {_COLUMNS}, COALESCE(p.window_start, first.day, :start) AS opens_on"
    " FROM activity a JOIN phase p ON p.tenant_id = a.tenant_id AND p.id = a.phase_id"
    " CROSS JOIN (SELECT min(window_start) AS day FROM phase WHERE tenant_id = :tenant AND project_id = :project) first"
    " WHERE a.tenant_id = :tenant AND a.project_id = :project AND a.deleted_at IS NULL ORDER BY a.position, a.id"
).columns(title=JSONB, needed_decision=JSONB)
_ROWS = _ROWS.bindparams(bindparam("start", type_=Date))
_RESPONSIBLE = text(
    "SELECT DISTINCT ON (p.activity_id) p.activity_id, r.key, r.title FROM activity_participation p"
    " JOIN project_role r ON r.tenant_id = p.tenant_id AND r.project_id = p.project_id AND r.key = p.role_key"
    " WHERE p.tenant_id = :tenant AND p.activity_id = ANY(:ids) AND p.raci IN ('A', 'R')"
    " ORDER BY p.activity_id, p.raci DESC, r.key"
).columns(title=JSONB)


class ScheduleRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rows(self, project_id: UUID, start: date | None) -> dict[UUID, PlanActivity]:
        """The activities of a project that were not removed, in the order of the plan.

        `start` is the day on which the plan begins where no phase has a window.
        """
        values = {"tenant": tenant_of(self._session), "project": project_id, "start": start}
        found = await self._session.execute(_ROWS, values)
        return {row[0]: PlanActivity(*row) for row in found.all()}

    async def responsible(self, activity_ids: Collection[UUID]) -> dict[UUID, tuple[str, dict[str, str]]]:
        """Key and title of the role that carries out each of these activities, where one is named."""
        values = {"tenant": tenant_of(self._session), "ids": list(activity_ids)}
        found = await self._session.execute(_RESPONSIBLE, values)
        return {row[0]: (row[1], row[2]) for row in found.all()}
