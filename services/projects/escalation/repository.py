"""Every statement about escalations."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.escalation.errors import EscalationNotFound
from services.projects.escalation.models import Escalation, EscalationState
from shared.kit.db import tenant_of


class EscalationRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, escalation: Escalation) -> None:
        self._session.add(escalation)

    async def get(self, escalation_id: UUID, *, lock: bool = False) -> Escalation:
        """Raises EscalationNotFound."""
        query = select(Escalation).where(
            Escalation.tenant_id == tenant_of(self._session), Escalation.id == escalation_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise EscalationNotFound()
        return found

    async def list_after(
        self, project_id: UUID, after: UUID | None, limit: int, *, overdue_on: date | None = None
    ) -> Sequence[Escalation]:
        query = select(Escalation).where(
            Escalation.tenant_id == tenant_of(self._session), Escalation.project_id == project_id
        )
        if overdue_on is not None:
            query = query.where(Escalation.state == EscalationState.raised, Escalation.due_on < overdue_on)
        if after is not None:
            query = query.where(col(Escalation.id) > after)
        return (await self._session.exec(query.order_by(col(Escalation.id)).limit(limit))).all()

    async def of_account(self, account_id: UUID) -> Sequence[Escalation]:
        query = select(Escalation).where(
            Escalation.tenant_id == tenant_of(self._session),
            (col(Escalation.raised_by) == account_id) | (col(Escalation.answered_by) == account_id),
        )
        return (await self._session.exec(query)).all()
