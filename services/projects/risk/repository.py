"""Every statement about risks, and what their triggers count in the plan."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity, ActivityParticipation
from services.projects.plan.vocabulary import ActivityKind, ActivityState
from services.projects.risk.errors import RiskNotFound, RiskProposalNotFound
from services.projects.risk.models import (
    Risk,
    RiskAcceptance,
    RiskAssessment,
    RiskMatrix,
    RiskMeasure,
    RiskProposal,
)
from shared.kit.db import tenant_of

Row = Risk | RiskMatrix | RiskAssessment | RiskAcceptance | RiskMeasure | RiskProposal
_OPEN = (ActivityState.planned, ActivityState.started)


class RiskRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    def add(self, rows: Sequence[Row]) -> None:
        self._session.add_all(rows)

    async def remove(self, row: RiskMeasure) -> None:
        await self._session.delete(row)

    async def get(self, risk_id: UUID, *, lock: bool = False) -> Risk:
        """Raises RiskNotFound."""
        query = select(Risk).where(Risk.tenant_id == self._tenant, Risk.id == risk_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise RiskNotFound()
        return found

    async def list_after(
        self, project_id: UUID, area: str | None, after: tuple[int, UUID] | None, limit: int
    ) -> Sequence[Risk]:
        query = select(Risk).where(Risk.tenant_id == self._tenant, Risk.project_id == project_id)
        if area is not None:
            query = query.where(Risk.area == area)
        if after is not None:
            position, risk_id = after
            query = query.where(
                (col(Risk.position) > position) | ((col(Risk.position) == position) & (col(Risk.id) > risk_id))
            )
        return (await self._session.exec(query.order_by(col(Risk.position), col(Risk.id)).limit(limit))).all()

    async def of_project(self, project_id: UUID, *, lock: bool = False) -> Sequence[Risk]:
        """All of them; held in the order of their ids."""
        query = select(Risk).where(Risk.tenant_id == self._tenant, Risk.project_id == project_id)
        query = query.order_by(col(Risk.id))
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        return (await self._session.exec(query)).all()

    async def last_position(self, project_id: UUID) -> int:
        query = select(func.max(Risk.position)).where(Risk.tenant_id == self._tenant, Risk.project_id == project_id)
        return (await self._session.exec(query)).one() or 0

    async def of_account(self, account_id: UUID) -> Sequence[Risk]:
        query = select(Risk).where(Risk.tenant_id == self._tenant, Risk.owner_id == account_id)
        return (await self._session.exec(query)).all()

    async def judged_by(self, account_id: UUID) -> tuple[Sequence[RiskAssessment], Sequence[RiskAcceptance]]:
        """What an account assessed and accepted."""
        assessed = select(RiskAssessment).where(
            RiskAssessment.tenant_id == self._tenant, RiskAssessment.assessed_by == account_id
        )
        accepted = select(RiskAcceptance).where(
            RiskAcceptance.tenant_id == self._tenant, RiskAcceptance.accepted_by == account_id
        )
        return (await self._session.exec(assessed)).all(), (await self._session.exec(accepted)).all()

    async def matrix(self, project_id: UUID) -> RiskMatrix | None:
        """The newest one; None where the project chose nothing."""
        query = select(RiskMatrix).where(RiskMatrix.tenant_id == self._tenant, RiskMatrix.project_id == project_id)
        return (await self._session.exec(query.order_by(col(RiskMatrix.number).desc()).limit(1))).one_or_none()

    async def matrices_before(self, project_id: UUID, before: int | None, limit: int) -> Sequence[RiskMatrix]:
        """Newest first."""
        query = select(RiskMatrix).where(RiskMatrix.tenant_id == self._tenant, RiskMatrix.project_id == project_id)
        if before is not None:
            query = query.where(RiskMatrix.number < before)
        return (await self._session.exec(query.order_by(col(RiskMatrix.number).desc()).limit(limit))).all()

    async def assessments_after(self, risk_id: UUID, after: UUID | None, limit: int) -> Sequence[RiskAssessment]:
        query = select(RiskAssessment).where(
            RiskAssessment.tenant_id == self._tenant, RiskAssessment.risk_id == risk_id
        )
        if after is not None:
            query = query.where(col(RiskAssessment.id) > after)
        return (await self._session.exec(query.order_by(col(RiskAssessment.id)).limit(limit))).all()

    async def acceptances(self, risk_ids: Collection[UUID]) -> Sequence[RiskAcceptance]:
        """Of these risks, oldest first."""
        query = select(RiskAcceptance).where(
            RiskAcceptance.tenant_id == self._tenant, col(RiskAcceptance.risk_id).in_(risk_ids)
        )
        return (await self._session.exec(query.order_by(col(RiskAcceptance.id)))).all()

    async def measures(self, risk_ids: Collection[UUID]) -> Sequence[tuple[RiskMeasure, Activity]]:
        """The activities that meet these risks; removed ones no longer do."""
        query = (
            select(RiskMeasure, Activity)
            .join(
                Activity,
                (col(Activity.tenant_id) == RiskMeasure.tenant_id) & (col(Activity.id) == RiskMeasure.activity_id),
            )
            .where(RiskMeasure.tenant_id == self._tenant, col(RiskMeasure.risk_id).in_(risk_ids))
            .where(col(Activity.deleted_at).is_(None))
            .order_by(col(Activity.position), col(RiskMeasure.id))
        )
        return (await self._session.exec(query)).all()

    async def proposal(self, proposal_id: UUID, *, lock: bool = False) -> RiskProposal:
        """Raises RiskProposalNotFound."""
        query = select(RiskProposal).where(RiskProposal.tenant_id == self._tenant, RiskProposal.id == proposal_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise RiskProposalNotFound()
        return found

    async def proposals_after(
        self, project_id: UUID, state: str | None, after: UUID | None, limit: int
    ) -> Sequence[RiskProposal]:
        query = select(RiskProposal).where(
            RiskProposal.tenant_id == self._tenant, RiskProposal.project_id == project_id
        )
        if state is not None:
            query = query.where(RiskProposal.state == state)
        if after is not None:
            query = query.where(col(RiskProposal.id) > after)
        return (await self._session.exec(query.order_by(col(RiskProposal.id)).limit(limit))).all()

    async def proposed_by(self, account_id: UUID) -> Sequence[RiskProposal]:
        query = select(RiskProposal).where(
            RiskProposal.tenant_id == self._tenant, RiskProposal.proposed_by == account_id
        )
        return (await self._session.exec(query)).all()

    async def deliveries(self, project_id: UUID) -> Sequence[Activity]:
        """What third parties owe the plan, done or not."""
        query = select(Activity).where(
            Activity.tenant_id == self._tenant,
            Activity.project_id == project_id,
            Activity.kind == ActivityKind.deliverable,
            col(Activity.external_party).is_not(None),
            col(Activity.is_enabled),
            col(Activity.deleted_at).is_(None),
        )
        return (await self._session.exec(query.order_by(col(Activity.position)))).all()

    async def hours(self, project_id: UUID, until: date) -> tuple[Decimal | None, Decimal]:
        """Least hours of open work that has begun by `until`: planned (null where nobody planned any), and of those
        what a named account has taken on."""
        least = func.sum(ActivityParticipation.hours_min)
        named = least.filter(col(ActivityParticipation.account_id).is_not(None))
        query = (
            select(least, named)
            .join(
                Activity,
                (col(Activity.tenant_id) == ActivityParticipation.tenant_id)
                & (col(Activity.id) == ActivityParticipation.activity_id),
            )
            .where(ActivityParticipation.tenant_id == self._tenant, Activity.project_id == project_id)
            .where(col(Activity.deleted_at).is_(None), col(Activity.is_enabled), col(Activity.state).in_(_OPEN))
            .where(col(Activity.window_start) <= until)
        )
        planned, assigned = (await self._session.exec(query)).one()
        return planned, assigned or Decimal(0)
