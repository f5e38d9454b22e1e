"""Every statement about goals, indicators and measurements that is more than a row by its id."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.goal.models import Goal, GoalLink, Indicator, Measurement
from shared.kit.db import tenant_of

# How many indicators each goal has, and how many of them have a baseline anywhere.
_MEASURABLE = text(
    "SELECT i.goal_id, count(*) AS indicators, count(*) FILTER (WHERE EXISTS (SELECT FROM measurement m"
    " WHERE m.tenant_id = i.tenant_id AND m.indicator_id = i.id AND m.kind = 'baseline')) AS baselines"
    " FROM indicator i WHERE i.tenant_id = :tenant AND i.goal_id = ANY (:goals) GROUP BY i.goal_id"
)


@dataclass(frozen=True)
class Measurable:
    indicators: int = 0
    baselines: int = 0


class GoalRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list_after(self, project_id: UUID, after: tuple[int, UUID] | None, limit: int) -> Sequence[Goal]:
        """In the order of the source, then as they were added."""
        query = select(Goal).where(Goal.tenant_id == tenant_of(self._session), Goal.project_id == project_id)
        if after is not None:
            position, row_id = after
            query = query.where(
                (col(Goal.position) > position) | ((col(Goal.position) == position) & (col(Goal.id) > row_id))
            )
        return (await self._session.exec(query.order_by(col(Goal.position), col(Goal.id)).limit(limit))).all()

    async def last_position(self, project_id: UUID) -> int:
        query = select(func.max(Goal.position)).where(
            Goal.tenant_id == tenant_of(self._session), Goal.project_id == project_id
        )
        return (await self._session.exec(query)).one() or 0

    async def measurable(self, goals: Collection[UUID]) -> dict[UUID, Measurable]:
        rows = await self._session.execute(_MEASURABLE, {"tenant": tenant_of(self._session), "goals": list(goals)})
        return {row.goal_id: Measurable(row.indicators, row.baselines) for row in rows}

    async def links(self, goals: Collection[UUID]) -> Sequence[GoalLink]:
        """Links from or to these goals."""
        query = select(GoalLink).where(
            GoalLink.tenant_id == tenant_of(self._session),
            col(GoalLink.project_goal_id).in_(goals) | col(GoalLink.effect_goal_id).in_(goals),
        )
        return (await self._session.exec(query.order_by(col(GoalLink.id)))).all()

    async def unlink(self, project_goal_id: UUID) -> None:
        wanted = (GoalLink.tenant_id == tenant_of(self._session), GoalLink.project_goal_id == project_goal_id)
        await self._session.execute(delete(GoalLink).where(*wanted))  # type: ignore[arg-type]

    async def measurements(self, indicators: Collection[UUID]) -> Sequence[Measurement]:
        """All of them: whether one may be shown depends on the others."""
        query = select(Measurement).where(
            Measurement.tenant_id == tenant_of(self._session), col(Measurement.indicator_id).in_(indicators)
        )
        ordered = query.order_by(col(Measurement.period_start), col(Measurement.id))
        return (await self._session.exec(ordered.execution_options(populate_existing=True))).all()

    async def indicators(self, goal_id: UUID, after: UUID | None, limit: int) -> Sequence[Indicator]:
        query = select(Indicator).where(Indicator.tenant_id == tenant_of(self._session), Indicator.goal_id == goal_id)
        if after is not None:
            query = query.where(col(Indicator.id) > after)
        return (await self._session.exec(query.order_by(col(Indicator.id)).limit(limit))).all()

    async def known_refs(self, project_id: UUID) -> set[str | None]:
        query = select(Goal.source_ref).where(Goal.tenant_id == tenant_of(self._session), Goal.project_id == project_id)
        return set((await self._session.exec(query)).all())
