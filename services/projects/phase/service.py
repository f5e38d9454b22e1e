"""Reading phases."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.phase.models import Phase
from services.projects.phase.repository import PhaseRepository


class PhaseService:
    """The phases of a project."""

    def __init__(self, session: AsyncSession) -> None:
        self._phases = PhaseRepository(session)

    def add(self, phases: Sequence[Phase]) -> None:
        self._phases.add(phases)

    async def list_after(self, project_id: UUID, after: int | None, limit: int) -> Sequence[Phase]:
        """Phases in the order of the plan, after position `after`."""
        return await self._phases.list_after(project_id, after, limit)
