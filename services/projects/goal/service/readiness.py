"""The own signal of goals: how many effect goals can be measured (design 7, requirements VA-E)."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.goal.models import Goal
from services.projects.goal.repository import GoalRepository
from services.projects.goal.vocabulary import GoalKind, GoalState
from services.projects.plan.vocabulary import FactKind
from services.projects.signal.service import SignalService


async def tell_ready(session: AsyncSession, project_id: UUID, source_ref: str | None = None) -> None:
    """Tell how many effect goals there are and how many have an indicator with a baseline.

    With `source_ref` the same of that one goal too, under its own key. Both are counted from the rows.
    """
    await session.flush()
    goals = await rows.find(
        session,
        Goal,
        Goal.project_id == project_id,
        Goal.kind == GoalKind.effect,
        Goal.state != GoalState.dropped,
    )
    counts = await GoalRepository(session).measurable([goal.id for goal in goals])
    ready = {goal.id for goal in goals if goal.id in counts and counts[goal.id].baselines > 0}
    signals = SignalService(session)
    value = {"goals": len(goals), "ready": len(ready), "withIndicator": len(counts)}
    await signals.tell_own(FactKind.goal_ready, value, project_id=project_id)
    for goal in goals:
        if source_ref is not None and goal.source_ref == source_ref:
            own = {"goals": 1, "ready": int(goal.id in ready), "withIndicator": int(goal.id in counts)}
            await signals.tell_own(FactKind.goal_ready, own, project_id=project_id, key=source_ref)
