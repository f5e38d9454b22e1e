"""What people decide about content, and the transfers that they run: row, journal and event in one transaction."""

from typing import Any, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.project.rights import demand
from services.projects.project.service import ProjectService
from services.projects.transfer.errors import DestinationKeyTaken, DispositionInvalid, FlowNotFound, RoutingIncomplete
from services.projects.transfer.models import MigrationFlow, MigrationRun, TransferDestination
from services.projects.transfer.rights import refusal_to_route
from services.projects.transfer.routing import WORDS, Doubt, Placed
from services.projects.transfer.schemas import DestinationChange, DestinationCreate, FlowChange, FlowCreate
from services.projects.transfer.service import TransferService
from services.projects.transfer.vocabulary import Disposition, RunKind
from shared.auth.principal import Principal
from shared.contracts.projects_delivery import TransferChanged
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.text import Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

_NAMES = {"flow": "migration_flow", "destination": "transfer_destination", "run": "migration_run"}


class TransferChanges:
    """Routing by one caller. Every method raises NotYours, and ProjectClosed for a closed project."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._transfers = TransferService(session)
        self._projects = ProjectService(session)

    async def add_destination(self, project_id: UUID, given: DestinationCreate) -> TransferDestination:
        """Raises ProjectNotFound, DestinationKeyTaken."""
        await self._projects.lock_active(project_id)
        demand(refusal_to_route(self._caller))
        if given.key in {each.key for each in await self._transfers.destinations(project_id)}:
            raise DestinationKeyTaken()
        destination = TransferDestination(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            key=given.key,
            title=given.title.text().model_dump(),
            ceiling=given.ceiling,
        )
        await self._transfers.keep(destination)
        await tell(self._session, "destination", "create", destination, {"ceiling": destination.ceiling})
        return destination

    async def change_destination(
        self, destination_id: UUID, version: int, change: DestinationChange
    ) -> TransferDestination:
        """Raises DestinationNotFound, StaleVersion."""
        destination = await self._transfers.destination(destination_id, lock=True)
        demand(refusal_to_route(self._caller))
        check_version(version, destination.version)
        await self._projects.get_active(destination.project_id)
        before = destination.ceiling
        if change.title is not None:
            destination.title = change.title.text().model_dump()
        if "ceiling" in change.model_fields_set:
            destination.ceiling = change.ceiling
        destination.touch()
        after = {"ceiling": destination.ceiling, "ceiling_before": before}
        await tell(self._session, "destination", "change", destination, after)
        return destination

    async def add_flow(self, project_id: UUID, given: FlowCreate) -> MigrationFlow:
        """A category that nobody has decided about. Raises ProjectNotFound."""
        await self._projects.get_active(project_id)
        demand(refusal_to_route(self._caller))
        flow = MigrationFlow(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            position=await self._transfers.next_position(project_id),
            content=given.content.text().model_dump(),
            scope=given.scope,
            currency=given.currency,
            is_sensitive=given.is_sensitive,
            data_class=given.data_class,
            from_system=given.from_system.text().model_dump() if given.from_system else None,
        )
        await self._transfers.keep(flow)
        await tell(self._session, "flow", "create", flow, {"scope": flow.scope, "is_sensitive": flow.is_sensitive})
        return flow

    async def change_flow(self, flow_id: UUID, version: int, change: FlowChange) -> MigrationFlow:
        """Raises FlowNotFound, StaleVersion, DispositionInvalid. A change that changes nothing leaves no trace."""
        flow = await self._transfers.flow(flow_id, lock=True)
        demand(refusal_to_route(self._caller))
        check_version(version, flow.version)
        await self._projects.get_active(flow.project_id)
        values = {name: getattr(change, name) for name in change.model_fields_set}
        if values.get("disposition", flow.disposition) != Disposition.route:
            values.setdefault("destination_id", None)
        await self._demand_whole(flow, values)
        after = {name: value for name, value in values.items() if value != getattr(flow, name)}
        if not after:
            return flow
        for name, value in after.items():
            setattr(flow, name, value)
        flow.touch()
        await tell(self._session, "flow", "change", flow, after)
        return flow

    async def _demand_whole(self, flow: MigrationFlow, values: dict[str, Any]) -> None:
        disposition = values.get("disposition", flow.disposition)
        destination_id = values.get("destination_id", flow.destination_id)
        if (disposition == Disposition.route) != (destination_id is not None):
            raise DispositionInvalid()
        if destination_id is not None:
            known = {each.id for each in await self._transfers.destinations(flow.project_id)}
            if destination_id not in known:
                raise DispositionInvalid()


def demand_routed(flow: MigrationFlow, placed: list[Placed], kind: RunKind) -> None:
    """A trial needs its own category routed; a live run all of them, and to know the class of what it moves.

    Raises FlowNotFound for a flow that does not apply, RoutingIncomplete.
    """
    own = next((each for each in placed if each.flow is not None and each.flow.id == flow.id), None)
    if own is None:
        raise FlowNotFound()
    standing = [own] if kind is RunKind.trial else placed
    blocking = [(each.flow.id, _why(each)) for each in standing if each.flow is not None and not each.is_settled]
    if not own.is_settled or own.destination is None:
        blocking = blocking or [(flow.id, WORDS[Doubt.undecided])]
    elif kind is RunKind.live and Doubt.class_unset in own.doubts:
        blocking.append((flow.id, WORDS[Doubt.class_unset]))
    if blocking:
        raise RoutingIncomplete(blocking)


def _why(placed: Placed) -> Text:
    return WORDS[placed.doubts[0]]


async def tell(
    session: AsyncSession,
    entity: Literal["flow", "destination", "run"],
    verb: str,
    row: MigrationFlow | TransferDestination | MigrationRun,
    after: dict[str, Any],
) -> None:
    name = _NAMES[entity]
    await record(session, f"{name}.{verb}", name, row.id, after=after)
    told = TransferChanged(project_id=row.project_id, entity=entity, entity_id=row.id, version=row.version)
    await publish(session, told)
