"""What waits for a person, and what that waits for in turn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.activity.service import ActivityService
from services.projects.dependency.errors import DependencyCircle
from services.projects.mywork.repository import FoundItem, MyWorkRepository, Narrowed, Whose
from services.projects.mywork.vocabulary import DUE_DAYS, ItemKind, Urgency
from services.projects.plan.vocabulary import ActivityState, PartySide
from services.projects.schedule.errors import PlanTooLong
from services.projects.schedule.plan import PlanActivity
from services.projects.schedule.service import ScheduleService
from services.projects.schedule.waiting import chain_from
from shared.kit import clock
from shared.kit.text import Text

__all__ = ["FoundItem", "MyWorkService", "Narrowed", "Waiting", "Whose", "Work", "narrow", "urgency"]


@dataclass(frozen=True)
class Waiting:
    """The row or decision that somebody must act on first."""

    kind: str
    id: UUID
    source_ref: str | None
    title: Text
    side: PartySide
    role: str | None = None


@dataclass(frozen=True)
class Work:
    """One item with what it waits for."""

    item: FoundItem
    waiting: Sequence[Waiting] = ()
    activity: Activity | None = None
    summon_by: date | None = None


@dataclass
class _Roots:
    """Root rows by the activity that waits for them; their roles are read for all at once."""

    by_activity: dict[UUID, PlanActivity] = field(default_factory=dict)


def urgency(item: FoundItem, today: date) -> Urgency:
    if item.day is None or item.day > today + timedelta(days=DUE_DAYS):
        return Urgency.open
    return Urgency.late if item.day < today else Urgency.due


def narrow(kinds: frozenset[ItemKind], project_id: UUID | None, wanted: Urgency | None, today: date) -> Narrowed:
    """The days due that an urgency means, today."""
    last_due, yesterday = today + timedelta(days=DUE_DAYS), today - timedelta(days=1)
    if wanted is Urgency.late:
        return Narrowed(kinds, project_id, due_by=yesterday)
    if wanted is Urgency.due:
        return Narrowed(kinds, project_id, due_after=yesterday, due_by=last_due)
    if wanted is Urgency.open:
        return Narrowed(kinds, project_id, due_after=last_due)
    return Narrowed(kinds, project_id)


class MyWorkService:
    """The work of people in the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._work = MyWorkRepository(session)
        self._activities = ActivityService(session)
        self._schedules = ScheduleService(session)

    async def items(
        self, whose: Whose, narrowed: Narrowed, after: tuple[date, str, UUID] | None, limit: int
    ) -> list[Work]:
        """Up to `limit` items, the earliest day first, what has no day last."""
        found = await self._work.items(whose, narrowed, clock.today(), after, limit)
        rows = [item for item in found if item.kind is ItemKind.activity]
        waiting = await self._waiting(rows)
        activities = {row.id: row for row in await self._activities.by_ids([item.id for item in rows])}
        meetings = await self._work.summon_days([item.id for item in found if item.kind is ItemKind.meeting])
        return [Work(item, waiting.get(item.id, ()), activities.get(item.id), meetings.get(item.id)) for item in found]

    async def _waiting(self, items: Sequence[FoundItem]) -> dict[UUID, list[Waiting]]:
        """By activity: the row at the root of what it waits for, then the open decisions that it needs."""
        if not items:
            return {}
        found: dict[UUID, list[Waiting]] = {}
        roots = _Roots()
        for project_id in dict.fromkeys(item.project_id for item in items):
            await self._add_roots(roots, project_id, [item.id for item in items if item.project_id == project_id])
        roles = await self._work.responsible({row.id for row in roots.by_activity.values()})
        for activity_id, row in roots.by_activity.items():
            found[activity_id] = [_of_row(row, roles.get(row.id))]
        for row in await self._work.open_decisions([item.id for item in items]):
            title = Text.model_validate(row.question)
            waiting = Waiting("decision", row.id, row.source_ref, title, PartySide(row.by_side))
            found.setdefault(row.activity_id, []).append(waiting)
        return found

    async def _add_roots(self, roots: _Roots, project_id: UUID, activity_ids: Sequence[UUID]) -> None:
        """A plan that cannot be computed holds nobody up: what is wrong with it is told where it is planned."""
        plan = await self._schedules.plan(project_id)
        try:
            schedule = await self._schedules.compute(plan)
        except (DependencyCircle, PlanTooLong):
            return
        for activity_id in activity_ids:
            i = schedule.network.index.get(activity_id)
            if i is None:
                continue
            root = plan.activities[schedule.network.id(chain_from(schedule, i).rows[-1])]
            if root.id != activity_id or _asks(root) is not None:
                roots.by_activity[activity_id] = root


def _asks(row: PlanActivity) -> PartySide | None:
    """The side whose decision a row still needs."""
    needed = row.needed_decision
    if not needed or needed.get("answered") or row.state != ActivityState.planned:
        return None
    return PartySide(str(needed["by"]))


def _of_row(row: PlanActivity, role: str | None) -> Waiting:
    asked = _asks(row)
    side = asked or PartySide(row.side or PartySide.joint)
    title = Text.model_validate(row.title)
    return Waiting("activity", row.id, row.source_ref, title, side, None if asked else role)
