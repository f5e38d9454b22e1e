"""Reading activities. Changing one is `progress`, since gates follow."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.activity.repository import ActivityFilter, ActivityLists, ActivityRepository, ListedActivity
from services.projects.plan.vocabulary import PlanState
from services.projects.project.service import ProjectService
from shared.kit import clock
from shared.kit.db import Database

__all__ = ["ActivityFilter", "ActivityList", "ActivityService", "Around", "ListedActivity"]


@dataclass(frozen=True)
class Around:
    """What is shown with an activity and is not in its row: the rows per unit below it rolled up
    (`ActivityService.rollup`), and whether its plan is approved, so that time and shape move by change requests."""

    rollup: dict[str, Any] | None = None
    is_agreed: bool = False


class ActivityService:
    """The activities of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._activities = ActivityRepository(session)

    def add(self, activities: Sequence[Activity]) -> None:
        self._activities.add(activities)

    async def get(self, activity_id: UUID) -> Activity:
        """Raises ActivityNotFound."""
        return await self._activities.get(activity_id)

    async def lock(self, activity_id: UUID) -> Activity:
        """The activity, held until the end of the transaction; for a row per unit its parent is held before it.
        Raises ActivityNotFound."""
        found = await self._activities.get(activity_id)
        if found.parent_id is not None:
            await self._activities.lock_all([found.parent_id])
        return await self._activities.get(activity_id, lock=True)

    async def lock_all(self, ids: Collection[UUID]) -> Sequence[Activity]:
        """Those of these rows that are there, held: parents first, each kind in the order of ids."""
        return await self._activities.lock_all(ids)

    async def children(self, parent_ids: Collection[UUID]) -> Sequence[Activity]:
        """The rows per unit below these rows, as they are now."""
        return await self._activities.children(parent_ids)

    async def rollup(self, activity: Activity) -> dict[str, Any] | None:
        """What the rows per unit below a row come to; None where it is not carried out per unit."""
        if activity.fan_out is None:
            return None
        return (await self._activities.rollups([activity.id], clock.today())).get(activity.id)

    async def around(self, activity: Activity) -> Around:
        """What is shown with an activity beside its row."""
        project = await ProjectService(self._session).get(activity.project_id)
        return Around(await self.rollup(activity), project.plan_state == PlanState.approved)

    async def last_position(self, project_id: UUID) -> int:
        """The highest position of a project's rows; 0 where there is none."""
        return await self._activities.last_position(project_id)

    async def matching(
        self, project_id: UUID, ids: Collection[UUID], refs: Collection[str], external: Collection[str]
    ) -> list[UUID]:
        """Rows of a project with one of these ids, source references or external ids (`system=id`)."""
        return await self._activities.matching(project_id, ids, refs, external)

    async def checklist_after(self, project_id: UUID, after: tuple[int, UUID] | None, limit: int) -> Sequence[Activity]:
        """The rows of a project's checklist that apply, in the order of the plan."""
        return await self._activities.checklist_after(project_id, after, limit)

    async def phases_of(self, project_id: UUID) -> dict[UUID, UUID]:
        """The phase of each row of a project that is not removed."""
        return await self._activities.phases_of(project_id)

    async def by_ids(self, ids: Collection[UUID]) -> Sequence[Activity]:
        """Removed ones included: what a passed gate was judged by stays readable."""
        return await self._activities.by_ids(ids)

    async def of_account(self, account_id: UUID) -> Sequence[Activity]:
        """What an account answers for or has closed."""
        return await self._activities.of_account(account_id)


class ActivityList:
    """The list of a plan's activities, read without a session (see `shared.kit.hot`)."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        self._database = database
        self._tenant = tenant

    async def shown(
        self, project_id: UUID, narrowed: ActivityFilter, after: tuple[int, UUID] | None, limit: int
    ) -> list[ListedActivity]:
        """Up to `limit` rows after a sort key, in the order of the plan, as ready JSON. Raises ProjectNotFound."""
        lists = ActivityLists(self._database, self._tenant)
        rows = await lists.list_shown(project_id, narrowed, after, limit, clock.today())
        if not rows:
            async with self._database.transaction(self._tenant) as session:
                await ProjectService(session).get(project_id)
        return rows
