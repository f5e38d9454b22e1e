"""Adding and changing indicators, and how far each has come."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.benefit.tell import change, tell
from services.projects.goal.disclosure import hidden_ids
from services.projects.goal.errors import GoalNotFound, IndicatorNotFound
from services.projects.goal.models import Goal, Indicator, Measurement
from services.projects.goal.progress import NoProgress, Progress, progress_of
from services.projects.goal.repository import GoalRepository
from services.projects.goal.schemas.indicator import IndicatorChange, IndicatorCreate
from services.projects.goal.service.readiness import tell_ready
from services.projects.goal.vocabulary import IndicatorDirection
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.db import tenant_of
from shared.web.preconditions import check_version


@dataclass(frozen=True)
class IndicatorView:
    """An indicator with its progress as a whole."""

    indicator: Indicator
    progress: Progress


class IndicatorService:
    """The indicators of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._goals = GoalRepository(session)

    async def get(self, indicator_id: UUID) -> Indicator:
        """Raises IndicatorNotFound."""
        return await rows.get(self._session, Indicator, indicator_id, IndicatorNotFound)

    async def lock(self, indicator_id: UUID) -> Indicator:
        """The indicator, held until the end of the transaction: its measurements change one writer at a time."""
        return await rows.get(self._session, Indicator, indicator_id, IndicatorNotFound, lock=True)

    async def list_after(self, goal_id: UUID, after: UUID | None, limit: int) -> list[IndicatorView]:
        """Raises GoalNotFound."""
        await rows.get(self._session, Goal, goal_id, GoalNotFound)
        return await self.views(await self._goals.indicators(goal_id, after, limit))

    async def views(self, indicators: Sequence[Indicator]) -> list[IndicatorView]:
        measured = await self._goals.measurements([indicator.id for indicator in indicators])
        return [
            IndicatorView(one, _progress(one, [m for m in measured if m.indicator_id == one.id], None))
            for one in indicators
        ]

    async def unit_progress(self, indicator: Indicator) -> list[tuple[UUID, Progress]]:
        """The progress of each unit that was measured, by the id of the unit."""
        measured = await self._goals.measurements([indicator.id])
        by_unit: dict[UUID, list[Measurement]] = defaultdict(list)
        for one in measured:
            if one.unit_id is not None:
                by_unit[one.unit_id].append(one)
        gone = hidden_ids(indicator, measured)
        return [(unit, _shown(indicator, rows_, gone)) for unit, rows_ in sorted(by_unit.items())]

    async def add(self, goal_id: UUID, wanted: IndicatorCreate, caller: Principal) -> Indicator:
        """Raises GoalNotFound, NotYours, ProjectClosed."""
        goal = await rows.get(self._session, Goal, goal_id, GoalNotFound)
        demand(refusal_to_lead(caller, Scope.goals_write))
        await ProjectService(self._session).get_active(goal.project_id)
        indicator = Indicator(
            tenant_id=tenant_of(self._session),
            project_id=goal.project_id,
            goal_id=goal.id,
            **wanted.model_dump(mode="json"),
        )
        self._session.add(indicator)
        after = {"goal_id": goal.id, "unit": indicator.unit, "direction": indicator.direction}
        await tell(self._session, "indicator", "add", indicator, project_id=goal.project_id, after=after)
        await tell_ready(self._session, goal.project_id, goal.source_ref)
        return indicator

    async def change(self, indicator_id: UUID, version: int, wanted: IndicatorChange, caller: Principal) -> Indicator:
        """Raises IndicatorNotFound, NotYours, StaleVersion, ProjectClosed."""
        indicator = await self.lock(indicator_id)
        demand(refusal_to_lead(caller, Scope.goals_write))
        check_version(version, indicator.version)
        await ProjectService(self._session).get_active(indicator.project_id)
        given = wanted.model_dump(mode="json", exclude_unset=True)
        before, after = change(indicator, given, words=frozenset(given))
        if after:
            indicator.touch()
            project_id = indicator.project_id
            await tell(
                self._session, "indicator", "change", indicator, project_id=project_id, before=before, after=after
            )
        return indicator


def _progress(indicator: Indicator, measured: Sequence[Measurement], unit_id: UUID | None) -> Progress:
    own = [one for one in measured if one.unit_id == unit_id]
    return _shown(indicator, own, hidden_ids(indicator, measured))


def _shown(indicator: Indicator, own: Sequence[Measurement], gone: frozenset[UUID]) -> Progress:
    """The progress, unless it would give a hidden value away: with the target it tells the actual."""
    progress = progress_of(IndicatorDirection(indicator.direction), own)
    used = {one.id for one in (progress.baseline, progress.actual) if one is not None}
    if used & gone:
        return Progress(None, NoProgress.few_people, None, progress.baseline, progress.target, progress.actual)
    return progress
