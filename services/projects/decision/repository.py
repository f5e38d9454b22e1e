"""Every statement about decisions and the use of functions."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.decision.errors import DecisionNotFound
from services.projects.decision.models import Decision, FunctionUsage
from services.projects.decision.vocabulary import DecisionState
from shared.kit.db import tenant_of


class DecisionRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, rows: Sequence[Decision | FunctionUsage]) -> None:
        self._session.add_all(rows)

    async def get(self, decision_id: UUID, *, lock: bool = False) -> Decision:
        """Raises DecisionNotFound."""
        query = select(Decision).where(Decision.tenant_id == tenant_of(self._session), Decision.id == decision_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise DecisionNotFound()
        return found

    async def of_key(self, project_id: UUID, key: str) -> Sequence[Decision]:
        query = select(Decision).where(Decision.tenant_id == tenant_of(self._session), Decision.key == key)
        return (await self._session.exec(query.where(Decision.project_id == project_id))).all()

    async def in_force(self, project_id: UUID) -> Sequence[Decision]:
        """Open and decided ones: one answer per question, and at most one that is being prepared."""
        query = select(Decision).where(
            Decision.tenant_id == tenant_of(self._session),
            Decision.project_id == project_id,
            col(Decision.state).in_((DecisionState.open, DecisionState.decided)),
        )
        return (await self._session.exec(query.order_by(col(Decision.id)))).all()

    async def refs(self, project_id: UUID) -> Sequence[str | None]:
        query = select(Decision.source_ref).where(
            Decision.tenant_id == tenant_of(self._session), Decision.project_id == project_id
        )
        return (await self._session.exec(query)).all()

    async def list_after(
        self, project_id: UUID, after: UUID | None, limit: int, *, state: str | None, overdue_on: date | None
    ) -> Sequence[Decision]:
        query = select(Decision).where(
            Decision.tenant_id == tenant_of(self._session), Decision.project_id == project_id
        )
        if state is not None:
            query = query.where(Decision.state == state)
        if overdue_on is not None:
            query = query.where(Decision.state == DecisionState.open, col(Decision.window_end) < overdue_on)
        if after is not None:
            query = query.where(col(Decision.id) > after)
        return (await self._session.exec(query.order_by(col(Decision.id)).limit(limit))).all()

    async def overdue(self, project_id: UUID, today: date) -> int:
        query = select(func.count()).where(
            Decision.tenant_id == tenant_of(self._session),
            Decision.project_id == project_id,
            Decision.state == DecisionState.open,
            col(Decision.window_end) < today,
        )
        return (await self._session.exec(query)).one()

    async def any_dated(self, project_id: UUID) -> bool:
        """Whether a decision of the project has a day by which it is needed."""
        query = select(Decision.id).where(
            Decision.tenant_id == tenant_of(self._session),
            Decision.project_id == project_id,
            col(Decision.window_end).is_not(None),
        )
        return (await self._session.exec(query.limit(1))).first() is not None

    async def decided_by(self, account_id: UUID) -> int:
        query = select(func.count()).where(
            Decision.tenant_id == tenant_of(self._session), Decision.decided_by == account_id
        )
        return (await self._session.exec(query)).one()

    async def usages(self, project_id: UUID) -> Sequence[FunctionUsage]:
        query = select(FunctionUsage).where(
            FunctionUsage.tenant_id == tenant_of(self._session), FunctionUsage.project_id == project_id
        )
        return (await self._session.exec(query)).all()

    async def usage(self, project_id: UUID, key: str, unit_id: UUID) -> FunctionUsage | None:
        query = select(FunctionUsage).where(
            FunctionUsage.tenant_id == tenant_of(self._session),
            FunctionUsage.project_id == project_id,
            FunctionUsage.decision_key == key,
            FunctionUsage.unit_id == unit_id,
        )
        return (await self._session.exec(query.with_for_update())).one_or_none()

    async def usages_after(self, project_id: UUID, key: str, after: UUID | None, limit: int) -> Sequence[FunctionUsage]:
        query = select(FunctionUsage).where(
            FunctionUsage.tenant_id == tenant_of(self._session),
            FunctionUsage.project_id == project_id,
            FunctionUsage.decision_key == key,
        )
        if after is not None:
            query = query.where(col(FunctionUsage.id) > after)
        return (await self._session.exec(query.order_by(col(FunctionUsage.id)).limit(limit))).all()

    async def marked_by(self, account_id: UUID) -> Sequence[FunctionUsage]:
        query = select(FunctionUsage).where(
            FunctionUsage.tenant_id == tenant_of(self._session), FunctionUsage.marked_by == account_id
        )
        return (await self._session.exec(query)).all()
