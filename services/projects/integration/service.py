"""Systems and integrations as they stand, and what a template brings along."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.integration.models import Integration, IntegrationStep, IntegrationVerification, SystemEntry
from services.projects.integration.repository import IntegrationRepository, Row
from services.projects.integration.vocabulary import IntegrationState
from services.projects.plan.vocabulary import PartySide
from services.projects.template.delivery import Integration as IntegrationTemplate
from shared.kit.db import tenant_of

# The source gives two calendar weeks to verify the register's sync (HAN-I3).
SOAK_DAYS = 14
_SOAKED = "register"


class IntegrationView:
    """An integration with its system and its steps, which are activities of the plan."""

    def __init__(self, integration: Integration, system: SystemEntry, steps: Sequence[Activity]) -> None:
        self.integration = integration
        self.system = system
        self.steps = steps


class IntegrationService:
    """The systems and integrations of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._integrations = IntegrationRepository(session)

    async def system(self, system_id: UUID, *, lock: bool = False) -> SystemEntry:
        """Raises SystemNotFound."""
        return await self._integrations.system(system_id, lock=lock)

    async def systems(self, project_id: UUID) -> Sequence[SystemEntry]:
        """The catalogue of a project in its order; there are few."""
        return await self._integrations.systems(project_id)

    async def next_position(self, project_id: UUID) -> int:
        return await self._integrations.last_position(project_id) + 1

    async def get(self, integration_id: UUID, *, lock: bool = False) -> Integration:
        """Raises IntegrationNotFound."""
        return await self._integrations.get(integration_id, lock=lock)

    async def keys(self, project_id: UUID) -> set[str]:
        return {integration.key for integration in await self._integrations.list_after(project_id, None, None)}

    async def list_after(self, project_id: UUID, after: str | None, limit: int) -> list[IntegrationView]:
        """By their keys."""
        return await self.views(project_id, await self._integrations.list_after(project_id, after, limit))

    async def view(self, integration: Integration) -> IntegrationView:
        return (await self.views(integration.project_id, [integration]))[0]

    async def views(self, project_id: UUID, integrations: Sequence[Integration]) -> list[IntegrationView]:
        systems = {system.id: system for system in await self._integrations.systems(project_id)}
        steps = await self._integrations.steps([integration.id for integration in integrations])
        return [
            IntegrationView(
                integration,
                systems[integration.system_id],
                [activity for step, activity in steps if step.integration_id == integration.id],
            )
            for integration in integrations
        ]

    async def verifications_after(
        self, integration_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[IntegrationVerification]:
        return await self._integrations.verifications_after(integration_id, after, limit)

    async def verified_by(self, account_id: UUID) -> Sequence[IntegrationVerification]:
        return await self._integrations.verified_by(account_id)

    async def activated_by(self, account_id: UUID) -> Sequence[Integration]:
        return await self._integrations.activated_by(account_id)

    async def keep(self, *rows: Row) -> None:
        self._integrations.add(rows)
        await self._session.flush()

    async def set_steps(self, integration: Integration, activity_ids: Sequence[UUID]) -> None:
        """In this order; each is an activity of the project."""
        await self._session.flush()
        await self._integrations.drop_steps(integration.id)
        await self.keep(
            *(
                IntegrationStep(
                    tenant_id=integration.tenant_id,
                    project_id=integration.project_id,
                    integration_id=integration.id,
                    activity_id=activity_id,
                    position=position,
                )
                for position, activity_id in enumerate(activity_ids, start=1)
            )
        )

    async def add_from_template(self, project_id: UUID, rows: Sequence[IntegrationTemplate]) -> int:
        """Write the systems of a template that the project lacks, by key; returns how many it wrote.

        A row with steps is an integration too: call it when the activities are written, whose ids the steps take. In
        the transaction of the instantiation, which publishes for the project as a whole.
        """
        known = {system.key for system in await self.systems(project_id)}
        fresh = [row for row in rows if row.key not in known]
        start = await self.next_position(project_id)
        for position, row in enumerate(fresh, start=start):
            system = SystemEntry(
                tenant_id=tenant_of(self._session),
                project_id=project_id,
                position=position,
                key=row.key,
                source_ref=row.source_ref,
                title=row.title.model_dump(),
                kind=row.kind,
                direction=row.direction,
                owner_side=row.owner and row.owner.value,
                data_classes=list(row.data_classes),
                note=row.note.model_dump() if row.note else None,
            )
            await self.keep(system)
            if row.steps:
                await self._add_integration(system, row)
        return len(fresh)

    async def _add_integration(self, system: SystemEntry, row: IntegrationTemplate) -> None:
        integration = Integration(
            tenant_id=system.tenant_id,
            project_id=system.project_id,
            system_id=system.id,
            key=row.key,
            title=system.title,
            side=PartySide.joint.value,
            soak_days=SOAK_DAYS if row.kind == _SOAKED else 0,
        )
        await self.keep(integration)
        ids = await self._integrations.activities_by_ref(system.project_id, row.steps)
        await self.set_steps(integration, [ids[ref] for ref in row.steps if ref in ids])


def soak_days_left(integration: Integration, today: date) -> int | None:
    """How long it must still be watched without a failure; null where it is not being watched."""
    if integration.state != IntegrationState.verifying or integration.soak_from is None:
        return None
    return max(0, integration.soak_days - (today - integration.soak_from).days)
