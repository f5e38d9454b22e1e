"""Every statement about systems, integrations, their steps and verifications."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.integration.errors import IntegrationNotFound, SystemNotFound
from services.projects.integration.models import Integration, IntegrationStep, IntegrationVerification, SystemEntry
from shared.kit.db import tenant_of

Row = SystemEntry | Integration | IntegrationStep | IntegrationVerification


class IntegrationRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    def add(self, rows: Sequence[Row]) -> None:
        self._session.add_all(rows)

    async def system(self, system_id: UUID, *, lock: bool = False) -> SystemEntry:
        """Raises SystemNotFound."""
        query = select(SystemEntry).where(SystemEntry.tenant_id == self._tenant, SystemEntry.id == system_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise SystemNotFound()
        return found

    async def systems(self, project_id: UUID) -> Sequence[SystemEntry]:
        query = select(SystemEntry).where(SystemEntry.tenant_id == self._tenant, SystemEntry.project_id == project_id)
        return (await self._session.exec(query.order_by(col(SystemEntry.position), col(SystemEntry.id)))).all()

    async def last_position(self, project_id: UUID) -> int:
        query = select(func.max(SystemEntry.position)).where(
            SystemEntry.tenant_id == self._tenant, SystemEntry.project_id == project_id
        )
        return (await self._session.exec(query)).one() or 0

    async def get(self, integration_id: UUID, *, lock: bool = False) -> Integration:
        """Raises IntegrationNotFound."""
        query = select(Integration).where(Integration.tenant_id == self._tenant, Integration.id == integration_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise IntegrationNotFound()
        return found

    async def list_after(self, project_id: UUID, after: str | None, limit: int | None) -> Sequence[Integration]:
        query = select(Integration).where(Integration.tenant_id == self._tenant, Integration.project_id == project_id)
        if after is not None:
            query = query.where(Integration.key > after)
        return (await self._session.exec(query.order_by(col(Integration.key)).limit(limit))).all()

    async def steps(self, integration_ids: Collection[UUID]) -> Sequence[tuple[IntegrationStep, Activity]]:
        """With their activities, in the order of the steps; activities that were removed are no steps."""
        query = (
            select(IntegrationStep, Activity)
            .join(
                Activity,
                (col(Activity.tenant_id) == IntegrationStep.tenant_id)
                & (col(Activity.id) == IntegrationStep.activity_id),
            )
            .where(
                IntegrationStep.tenant_id == self._tenant,
                col(IntegrationStep.integration_id).in_(integration_ids),
                col(Activity.deleted_at).is_(None),
            )
            .order_by(col(IntegrationStep.position), col(IntegrationStep.id))
        )
        return (await self._session.exec(query)).all()

    async def drop_steps(self, integration_id: UUID) -> None:
        await self._session.exec(
            delete(IntegrationStep).where(
                col(IntegrationStep.tenant_id) == self._tenant, col(IntegrationStep.integration_id) == integration_id
            )
        )

    async def verifications_after(
        self, integration_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[IntegrationVerification]:
        query = select(IntegrationVerification).where(
            IntegrationVerification.tenant_id == self._tenant,
            IntegrationVerification.integration_id == integration_id,
        )
        if after is not None:
            query = query.where(col(IntegrationVerification.id) > after)
        return (await self._session.exec(query.order_by(col(IntegrationVerification.id)).limit(limit))).all()

    async def verified_by(self, account_id: UUID) -> Sequence[IntegrationVerification]:
        query = select(IntegrationVerification).where(
            IntegrationVerification.tenant_id == self._tenant, IntegrationVerification.verified_by == account_id
        )
        return (await self._session.exec(query)).all()

    async def activated_by(self, account_id: UUID) -> Sequence[Integration]:
        query = select(Integration).where(Integration.tenant_id == self._tenant, Integration.activated_by == account_id)
        return (await self._session.exec(query)).all()

    async def activities_by_ref(self, project_id: UUID, refs: Collection[str]) -> dict[str, UUID]:
        """The plan's own row of each source reference, not those per unit."""
        query = select(Activity.source_ref, Activity.id).where(
            Activity.tenant_id == self._tenant,
            Activity.project_id == project_id,
            col(Activity.source_ref).in_(refs),
            col(Activity.parent_id).is_(None),
            col(Activity.deleted_at).is_(None),
        )
        return {str(ref): activity_id for ref, activity_id in (await self._session.exec(query)).all()}
