"""Every statement about the steps of agreeing and about change requests."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.agreement.errors import ChangeRequestNotFound
from services.projects.agreement.models import ChangeRequest, PlanStep
from services.projects.plan.vocabulary import PlanState
from shared.kit.db import tenant_of


class AgreementRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: PlanStep | ChangeRequest) -> None:
        self._session.add(row)

    async def steps(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[PlanStep]:
        query = select(PlanStep).where(
            PlanStep.tenant_id == tenant_of(self._session), PlanStep.project_id == project_id
        )
        if after is not None:
            query = query.where(col(PlanStep.id) > after)
        return (await self._session.exec(query.order_by(col(PlanStep.id)).limit(limit))).all()

    async def approvals(self, project_id: UUID) -> int:
        query = select(func.count()).where(
            PlanStep.tenant_id == tenant_of(self._session),
            PlanStep.project_id == project_id,
            PlanStep.to_state == PlanState.approved,
        )
        return (await self._session.exec(query)).one()

    async def request(self, request_id: UUID, *, lock: bool = False) -> ChangeRequest:
        """Raises ChangeRequestNotFound."""
        query = select(ChangeRequest).where(
            ChangeRequest.tenant_id == tenant_of(self._session), ChangeRequest.id == request_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise ChangeRequestNotFound()
        return found

    async def requests(
        self, project_id: UUID, state: str | None, after: UUID | None, limit: int
    ) -> Sequence[ChangeRequest]:
        query = select(ChangeRequest).where(
            ChangeRequest.tenant_id == tenant_of(self._session), ChangeRequest.project_id == project_id
        )
        if state is not None:
            query = query.where(ChangeRequest.state == state)
        if after is not None:
            query = query.where(col(ChangeRequest.id) > after)
        return (await self._session.exec(query.order_by(col(ChangeRequest.id)).limit(limit))).all()

    async def of_account(self, account_id: UUID) -> tuple[Sequence[PlanStep], Sequence[ChangeRequest]]:
        steps = select(PlanStep).where(PlanStep.tenant_id == tenant_of(self._session), PlanStep.actor_id == account_id)
        requests = select(ChangeRequest).where(
            ChangeRequest.tenant_id == tenant_of(self._session),
            (col(ChangeRequest.requested_by) == account_id) | (col(ChangeRequest.decided_by) == account_id),
        )
        return (await self._session.exec(steps)).all(), (await self._session.exec(requests)).all()
