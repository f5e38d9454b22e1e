"""Writing a drawn plan: its own rows at once, its rows per unit in chunks."""

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.gate.service import GateService
from services.projects.instantiation.draft import Draft
from services.projects.instantiation.repository import InstantiationRepository
from services.projects.instantiation.rows import plan_rows
from services.projects.instantiation.service.sections import SectionWriter
from services.projects.phase.service import PhaseService
from services.projects.project.models import Project

CHUNK = 1000


class PlanWriter:
    """Writes one plan in the session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._phases = PhaseService(session)
        self._activities = ActivityService(session)
        self._gates = GateService(session)
        self._sections = SectionWriter(session)
        self._rows = InstantiationRepository(session)

    async def write(self, draft: Draft, project: Project) -> None:
        """Everything but the rows per unit. Gates are judged at once: signals may be there already."""
        rows = plan_rows(draft, project.tenant_id, project.id)
        self._phases.add(rows.phases)
        await self._session.flush()
        self._activities.add(rows.activities)
        await self._rows.add(rows.tracks)
        await self._rows.add(rows.participations)
        await self._rows.add(rows.dependencies)
        await self._gates.add(rows.gates, rows.criteria)
        await self._sections.write(draft, project)
        await self._gates.reevaluate([project.id])

    async def write_children(self, draft: Draft, project_id: UUID, after: int, limit: int) -> int:
        """Up to `limit` rows per unit after the first `after` of them; returns how many of the plan they are."""
        parents = await self._rows.parents(project_id)
        pairs = list(islice(_pairs(draft, parents), after, after + limit))
        await self._rows.add_children([pair for pair in pairs if pair is not None])
        return len(pairs)


def _pairs(draft: Draft, parents: dict[str, UUID]) -> Iterator[tuple[UUID, UUID] | None]:
    """(parent, unit) in a fixed order; None in the place of a row that was removed meanwhile, to keep the count."""
    for activity in draft.activities:
        parent = parents.get(activity.row.source_ref)
        for unit in activity.units:
            yield (parent, unit.id) if parent is not None else None
