"""What people change about systems and integrations: row, journal and event in one transaction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.integration.errors import IntegrationElsewhere, KeyTaken, SystemNotFound, WrongStep
from services.projects.integration.models import Integration, SystemEntry
from services.projects.integration.rights import refusal_to_catalogue, refusal_to_set_up
from services.projects.integration.schemas import IntegrationChange, IntegrationCreate, SystemChange, SystemCreate
from services.projects.integration.service import IntegrationService, IntegrationView
from services.projects.integration.vocabulary import IntegrationState
from services.projects.plan.schemas import TextInput
from services.projects.project.rights import demand
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.contracts.projects_delivery import IntegrationChanged, SystemChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.models import ApiPatch
from shared.web.preconditions import check_version

_TEXTS = ("title", "exit_rule")
# From where somebody may move an integration by hand; verified and active have ways of their own.
_FROM = {
    IntegrationState.planned: {IntegrationState.set_up, IntegrationState.verifying},
    IntegrationState.set_up: {IntegrationState.planned, IntegrationState.verifying, IntegrationState.verified},
    IntegrationState.verifying: {IntegrationState.set_up},
}


class IntegrationChanges:
    """Changes by one caller. Every method raises NotYours, and ProjectClosed for a closed project."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._integrations = IntegrationService(session)
        self._activities = ActivityService(session)
        self._projects = ProjectService(session)

    async def add_system(self, project_id: UUID, given: SystemCreate) -> SystemEntry:
        """Raises ProjectNotFound, KeyTaken."""
        await self._projects.lock_active(project_id)
        demand(refusal_to_catalogue(self._caller))
        if given.key in {system.key for system in await self._integrations.systems(project_id)}:
            raise KeyTaken()
        system = SystemEntry(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            position=await self._integrations.next_position(project_id),
            key=given.key,
            title=given.title.text().model_dump(),
            kind=given.kind,
            direction=given.direction,
            protocol=given.protocol,
            owner_side=given.owner_side,
            owner_name=given.owner_name,
            data_classes=[each.value for each in given.data_classes],
            exit_rule=given.exit_rule.text().model_dump() if given.exit_rule else None,
        )
        await self._integrations.keep(system)
        await self._tell_system("create", system, {"key": system.key, "kind": system.kind})
        return system

    async def change_system(self, system_id: UUID, version: int, change: SystemChange) -> SystemEntry:
        """Raises SystemNotFound, StaleVersion."""
        system = await self._integrations.system(system_id, lock=True)
        demand(refusal_to_catalogue(self._caller))
        check_version(version, system.version)
        await self._projects.get_active(system.project_id)
        if after := _apply(system, change):
            await self._tell_system("change", system, after)
        return system

    async def add(self, project_id: UUID, given: IntegrationCreate) -> IntegrationView:
        """Raises ProjectNotFound, KeyTaken, IntegrationElsewhere."""
        await self._projects.lock_active(project_id)
        demand(refusal_to_set_up(self._caller, given.side))
        if given.key in await self._integrations.keys(project_id):
            raise KeyTaken()
        await self._demand_system(project_id, given.system_id)
        await self._demand_activities(project_id, given.step_activity_ids, given.licence_activity_id)
        integration = Integration(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            system_id=given.system_id,
            key=given.key,
            title=given.title.text().model_dump(),
            side=given.side,
            soak_days=given.soak_days,
            licence_activity_id=given.licence_activity_id,
        )
        await self._integrations.keep(integration)
        await self._integrations.set_steps(integration, list(dict.fromkeys(given.step_activity_ids)))
        await tell(self._session, "create", integration, {"key": integration.key, "soak_days": integration.soak_days})
        return await self._integrations.view(integration)

    async def change(self, integration_id: UUID, version: int, change: IntegrationChange) -> IntegrationView:
        """Raises IntegrationNotFound, StaleVersion, WrongStep, IntegrationElsewhere."""
        integration = await self._integrations.get(integration_id, lock=True)
        demand(refusal_to_set_up(self._caller, integration.side))
        check_version(version, integration.version)
        await self._projects.get_active(integration.project_id)
        steps, licence = change.step_activity_ids, change.licence_activity_id
        await self._demand_activities(integration.project_id, steps or [], licence)
        if change.soak_days is not None and integration.state in (IntegrationState.verified, IntegrationState.active):
            raise WrongStep()
        if change.state is not None and change.state != integration.state:
            _move(integration, change.state)
        after = _apply(integration, change, left_out=("step_activity_ids", "state"))
        if change.state is not None:
            after["state"] = integration.state
        if steps is not None:
            await self._integrations.set_steps(integration, list(dict.fromkeys(steps)))
            after["steps"] = len(steps)
        if after:
            integration.touch()
            await tell(self._session, "change", integration, after)
        return await self._integrations.view(integration)

    async def _demand_system(self, project_id: UUID, system_id: UUID) -> None:
        try:
            system = await self._integrations.system(system_id)
        except SystemNotFound:
            raise IntegrationElsewhere("#/systemId") from None
        if system.project_id != project_id:
            raise IntegrationElsewhere("#/systemId")

    async def _demand_activities(self, project_id: UUID, steps: Sequence[UUID], licence: UUID | None) -> None:
        wanted = {step: f"#/stepActivityIds/{place}" for place, step in enumerate(steps)}
        if licence is not None:
            wanted.setdefault(licence, "#/licenceActivityId")
        found = await self._activities.by_ids(wanted)
        known = {row.id for row in found if row.project_id == project_id and row.deleted_at is None}
        for activity_id, pointer in wanted.items():
            if activity_id not in known:
                raise IntegrationElsewhere(pointer)

    async def _tell_system(self, verb: str, system: SystemEntry, after: dict[str, Any]) -> None:
        await record(self._session, f"system.{verb}", "system_entry", system.id, after=after)
        told = SystemChanged(project_id=system.project_id, system_id=system.id, version=system.version)
        await publish(self._session, told)


async def tell(session: AsyncSession, verb: str, integration: Integration, after: dict[str, Any]) -> None:
    await record(session, f"integration.{verb}", "integration", integration.id, after=after)
    told = IntegrationChanged(
        project_id=integration.project_id,
        integration_id=integration.id,
        version=integration.version,
        state=IntegrationState(integration.state).value,
    )
    await publish(session, told)


def _move(integration: Integration, state: IntegrationState) -> None:
    """The soak is counted from the day on which it begins; going back ends it."""
    if integration.state not in _FROM[state]:
        raise WrongStep()
    integration.state = state.value
    integration.soak_from = clock.today() if state is IntegrationState.verifying else None
    integration.verified_at = None


def _apply(row: SystemEntry | Integration, change: ApiPatch, left_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Set what differs; what it is now, for the journal, which says of texts only that they changed."""
    after: dict[str, Any] = {}
    for name in change.model_fields_set.difference(left_out):
        given = getattr(change, name)
        value = given.text().model_dump() if isinstance(given, TextInput) else given
        if value != getattr(row, name):
            setattr(row, name, value)
            after[name] = "changed" if name in _TEXTS else value
    if after and isinstance(row, SystemEntry):
        row.touch()
    return after
