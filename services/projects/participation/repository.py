"""Every statement about participants."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity, ActivityParticipation
from shared.kit.db import tenant_of


class ParticipationRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, rows: Sequence[ActivityParticipation]) -> None:
        self._session.add_all(rows)

    async def of_activities(self, activity_ids: Collection[UUID]) -> Sequence[ActivityParticipation]:
        """In the order in which they were given."""
        query = select(ActivityParticipation).where(
            ActivityParticipation.tenant_id == tenant_of(self._session),
            col(ActivityParticipation.activity_id).in_(activity_ids),
        )
        return (await self._session.exec(query.order_by(col(ActivityParticipation.id)))).all()

    async def remove(self, activity_id: UUID) -> None:
        await self._session.exec(
            delete(ActivityParticipation).where(
                col(ActivityParticipation.tenant_id) == tenant_of(self._session),
                col(ActivityParticipation.activity_id) == activity_id,
            )
        )

    async def of_project(self, project_id: UUID) -> Sequence[tuple[ActivityParticipation, Activity]]:
        """With the activity, in the order of the plan: of rows that apply and were not removed."""
        query = (
            select(ActivityParticipation, Activity)
            .join(
                Activity,
                (col(Activity.tenant_id) == col(ActivityParticipation.tenant_id))
                & (col(Activity.id) == col(ActivityParticipation.activity_id)),
            )
            .where(
                ActivityParticipation.tenant_id == tenant_of(self._session),
                ActivityParticipation.project_id == project_id,
                col(Activity.deleted_at).is_(None),
                col(Activity.is_enabled),
            )
        )
        query = query.order_by(col(Activity.position), col(Activity.id), col(ActivityParticipation.id))
        return (await self._session.exec(query)).all()

    async def of_account(self, account_id: UUID) -> Sequence[ActivityParticipation]:
        query = select(ActivityParticipation).where(
            ActivityParticipation.tenant_id == tenant_of(self._session),
            ActivityParticipation.account_id == account_id,
        )
        return (await self._session.exec(query)).all()
