"""Every statement about baselines."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, insert, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.baseline.errors import BaselineNotFound
from services.projects.baseline.models import Baseline, BaselineCause, BaselineItem
from shared.kit.db import tenant_of
from shared.kit.ids import new_id

# The plan as it stands, in the shape of baseline items; one statement, so that it is one moment's truth.
_PLAN = """
SELECT 'phase' AS subject, id AS subject_id, source_ref, position, title, NULL AS side, NULL AS state,
    true AS is_enabled, NULL::integer AS duration_days_min, NULL::integer AS duration_days_max,
    window_start, window_end, window_precision, window_tentative
FROM phase WHERE tenant_id = :tenant AND project_id = :project
UNION ALL
SELECT 'activity', id, source_ref, position, title, side, state, is_enabled, duration_days_min, duration_days_max,
    window_start, window_end, window_precision, window_tentative
FROM activity WHERE tenant_id = :tenant AND project_id = :project AND deleted_at IS NULL
UNION ALL
SELECT 'gate', id, source_ref, position, title, NULL, state, true, NULL, NULL,
    window_start, window_end, window_precision, window_tentative
FROM gate WHERE tenant_id = :tenant AND project_id = :project
"""
# Rows of one INSERT: a long plan is written in steps between which other requests are served.
_STEP = 500
_CURRENT = text(f"{_PLAN} ORDER BY subject DESC, position, subject_id")


class BaselineRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take(self, baseline: Baseline) -> None:
        """Store the baseline and every row of its project's plan."""
        common = {"tenant_id": baseline.tenant_id, "baseline_id": baseline.id}
        rows = [dict(row) | common | {"id": new_id()} for row in await self._plan(baseline.project_id)]
        self._session.add(baseline)
        await self._session.flush()
        for start in range(0, len(rows), _STEP):
            await self._session.execute(insert(BaselineItem), rows[start : start + _STEP])

    async def get(self, baseline_id: UUID) -> Baseline:
        """Raises BaselineNotFound."""
        query = select(Baseline).where(Baseline.tenant_id == tenant_of(self._session), Baseline.id == baseline_id)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise BaselineNotFound()
        return found

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[Baseline]:
        query = select(Baseline).where(
            Baseline.tenant_id == tenant_of(self._session), Baseline.project_id == project_id
        )
        if after is not None:
            query = query.where(col(Baseline.id) > after)
        return (await self._session.exec(query.order_by(col(Baseline.id)).limit(limit))).all()

    async def last_approved(self, project_id: UUID) -> Baseline | None:
        query = select(Baseline).where(
            Baseline.tenant_id == tenant_of(self._session),
            Baseline.project_id == project_id,
            # Approved deliveries freeze too; those are not the plan's approval.
            (col(Baseline.cause) == BaselineCause.change_request)
            | ((col(Baseline.cause) == BaselineCause.approval) & (col(Baseline.cause_id) == project_id)),
        )
        return (await self._session.exec(query.order_by(col(Baseline.id).desc()).limit(1))).first()

    async def taken_by(self, account_id: UUID) -> Sequence[Baseline]:
        query = select(Baseline).where(Baseline.tenant_id == tenant_of(self._session), Baseline.taken_by == account_id)
        return (await self._session.exec(query)).all()

    async def items(self, baseline_id: UUID) -> Sequence[BaselineItem]:
        """In the order of the plan: phases, gates, then activities."""
        query = select(BaselineItem).where(
            BaselineItem.tenant_id == tenant_of(self._session), BaselineItem.baseline_id == baseline_id
        )
        order = (col(BaselineItem.subject).desc(), col(BaselineItem.position), col(BaselineItem.subject_id))
        return (await self._session.exec(query.order_by(*order))).all()

    async def current(self, project_id: UUID) -> list[BaselineItem]:
        """The plan as it stands, as the rows that a baseline would have; nothing is stored."""
        tenant, nowhere = tenant_of(self._session), new_id()
        return [
            BaselineItem(tenant_id=tenant, baseline_id=nowhere, **dict(row)) for row in await self._plan(project_id)
        ]

    async def _plan(self, project_id: UUID) -> Sequence[RowMapping]:
        await self._session.flush()
        values = {"tenant": tenant_of(self._session), "project": project_id}
        return (await self._session.execute(_CURRENT, values)).mappings().all()
