"""Reading activities. Changing one is `progress`, since gates follow."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.activity.repository import ActivityFilter, ActivityLists, ActivityRepository, ListedActivity
from services.projects.project.service import ProjectService
from shared.kit import clock
from shared.kit.db import Database

__all__ = ["ActivityFilter", "ActivityList", "ActivityService", "ListedActivity"]


class ActivityService:
    """The activities of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._activities = ActivityRepository(session)

    def add(self, activities: Sequence[Activity]) -> None:
        self._activities.add(activities)

    async def get(self, activity_id: UUID) -> Activity:
        """Raises ActivityNotFound."""
        return await self._activities.get(activity_id)

    async def lock(self, activity_id: UUID) -> Activity:
        """The activity, held until the end of the transaction. Raises ActivityNotFound."""
        return await self._activities.get(activity_id, lock=True)

    async def by_ids(self, ids: Collection[UUID]) -> Sequence[Activity]:
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
