"""Where content goes and how its transfers stand; also what a template brings along."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.template.delivery import MigrationFlow as FlowTemplate
from services.projects.transfer.models import MigrationCheck, MigrationFlow, MigrationRun, TransferDestination
from services.projects.transfer.repository import Row, TransferRepository
from services.projects.transfer.routing import Category, Placed, of_flow, place, place_by
from services.projects.transfer.vocabulary import Disposition
from shared.kit.db import tenant_of


class TransferService:
    """The transfers of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._transfers = TransferRepository(session)

    async def flow(self, flow_id: UUID, *, lock: bool = False) -> MigrationFlow:
        """Raises FlowNotFound."""
        return await self._transfers.flow(flow_id, lock=lock)

    async def flows(self, project_id: UUID) -> Sequence[MigrationFlow]:
        """All of a project in the order of the plan; there are few."""
        return await self._transfers.flows(project_id)

    async def destination(self, destination_id: UUID, *, lock: bool = False) -> TransferDestination:
        """Raises DestinationNotFound."""
        return await self._transfers.destination(destination_id, lock=lock)

    async def destinations(self, project_id: UUID) -> Sequence[TransferDestination]:
        """All of a project by their keys; there are few."""
        return await self._transfers.destinations(project_id)

    async def run(self, run_id: UUID, *, lock: bool = False) -> MigrationRun:
        """Raises RunNotFound."""
        return await self._transfers.run(run_id, lock=lock)

    async def runs_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[MigrationRun]:
        return await self._transfers.runs_after(project_id, after, limit)

    async def checks(self, run_ids: Sequence[UUID]) -> Sequence[MigrationCheck]:
        return await self._transfers.checks(run_ids)

    async def checked_by(self, account_id: UUID) -> Sequence[MigrationCheck]:
        return await self._transfers.checked_by(account_id)

    async def next_position(self, project_id: UUID) -> int:
        return await self._transfers.last_position(project_id) + 1

    async def keep(self, *rows: Row) -> None:
        self._transfers.add(rows)
        await self._session.flush()

    async def placed(self, project_id: UUID, categories: Sequence[Category] | None = None) -> list[Placed]:
        """What becomes of these categories; without any, of every category of the project that applies."""
        flows, destinations = await self.flows(project_id), await self.destinations(project_id)
        if categories is None:
            return [place_by(of_flow(flow), flow, destinations) for flow in flows if flow.is_enabled]
        return [place(category, flows, destinations) for category in categories]

    async def add_from_template(
        self, project_id: UUID, rows: Sequence[FlowTemplate], chosen: frozenset[str] | None = None
    ) -> int:
        """Write the flows of a template that the project lacks, by source reference; returns how many it wrote.

        `chosen` are the bool options that are on: a row of another option is kept, but does not apply; None: all do.
        Destinations come without a ceiling, since no source states one. In the transaction of the instantiation,
        which publishes for the project as a whole.
        """
        known = {flow.source_ref for flow in await self.flows(project_id)}
        fresh = [row for row in rows if row.source_ref not in known]
        destinations = {each.key: each for each in await self.destinations(project_id)}
        for row in fresh:
            if row.destination is not None and (key := _key(row.destination.en)) not in destinations:
                destinations[key] = TransferDestination(
                    tenant_id=tenant_of(self._session),
                    project_id=project_id,
                    key=key,
                    title=row.destination.model_dump(),
                )
        await self.keep(*destinations.values())
        start = await self.next_position(project_id)
        for position, row in enumerate(fresh, start=start):
            destination = destinations[_key(row.destination.en)] if row.destination else None
            is_on = row.enabled_if is None or chosen is None or row.enabled_if in chosen
            await self.keep(self._flow(project_id, row, position, destination, is_on))
        return len(fresh)

    def _flow(
        self,
        project_id: UUID,
        row: FlowTemplate,
        position: int,
        destination: TransferDestination | None,
        is_enabled: bool,
    ) -> MigrationFlow:
        return MigrationFlow(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            position=position,
            source_ref=row.source_ref,
            scope=row.scope,
            content=row.content.model_dump(),
            currency=row.currency,
            is_sensitive=None if row.sensitive == "any" else row.sensitive,
            from_system=row.from_system.model_dump() if row.from_system else None,
            is_enabled=is_enabled,
            option_key=row.enabled_if,
            disposition=Disposition.route.value if destination else None,
            destination_id=destination.id if destination else None,
            note=row.note.model_dump() if row.note else None,
        )


def _key(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")[:80].strip("_") or "destination"
