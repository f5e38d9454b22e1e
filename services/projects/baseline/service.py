"""Freezing plans and comparing them. A gate, an approval or a decided change freezes in its own transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.baseline.difference import Comparison, compare
from services.projects.baseline.errors import OtherProject
from services.projects.baseline.models import Baseline, BaselineCause, BaselineItem
from services.projects.baseline.repository import BaselineRepository
from shared.contracts.projects_agreement import BaselineTaken
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish


class BaselineService:
    """The baselines of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._baselines = BaselineRepository(session)

    async def take(
        self,
        project_id: UUID,
        name: str,
        cause: BaselineCause,
        *,
        cause_id: UUID | None = None,
        reason: str = "",
        taken_by: UUID | None = None,
    ) -> Baseline:
        """Freeze the plan of a project as it stands in this transaction."""
        baseline = Baseline(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            name=name,
            cause=cause.value,
            cause_id=cause_id,
            reason=reason,
            taken_by=taken_by,
        )
        await self._session.flush()
        await self._baselines.take(baseline)
        after = {"project_id": project_id, "cause": cause.value, "cause_id": cause_id}
        await record(self._session, "baseline.take", "baseline", baseline.id, after=after)
        await publish(self._session, BaselineTaken(project_id=project_id, baseline_id=baseline.id, cause=cause.value))
        return baseline

    async def get(self, baseline_id: UUID) -> Baseline:
        """Raises BaselineNotFound."""
        return await self._baselines.get(baseline_id)

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[Baseline]:
        """Oldest first."""
        return await self._baselines.list_after(project_id, after, limit)

    async def last_approved(self, project_id: UUID) -> Baseline | None:
        """What the customer approved last: the whole plan, or a change of it. None before the first approval."""
        return await self._baselines.last_approved(project_id)

    async def items(self, baseline_id: UUID) -> Sequence[BaselineItem]:
        return await self._baselines.items(baseline_id)

    async def current(self, project_id: UUID) -> list[BaselineItem]:
        """The plan as it stands now, as the rows that a baseline would have; nothing is stored."""
        return await self._baselines.current(project_id)

    async def compare(self, baseline: Baseline, with_id: UUID | None) -> Comparison:
        """How the frozen plan became another frozen one, or today's (None). Raises BaselineNotFound, OtherProject."""
        before = await self._baselines.items(baseline.id)
        if with_id is None:
            return compare(before, await self._baselines.current(baseline.project_id))
        other = await self._baselines.get(with_id)
        if other.project_id != baseline.project_id:
            raise OtherProject()
        return compare(before, await self._baselines.items(other.id))

    async def taken_by(self, account_id: UUID) -> Sequence[Baseline]:
        """What an account froze by hand or by a decision."""
        return await self._baselines.taken_by(account_id)
