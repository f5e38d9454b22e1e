"""Reading activities. Changing one is `progress`, since gates follow."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.activity.repository import ActivityFilter, ActivityRepository, ListedActivity

__all__ = ["ActivityFilter", "ActivityService", "ListedActivity"]


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

    async def list_shown(
        self, project_id: UUID, narrowed: ActivityFilter, after: tuple[int, UUID] | None, limit: int, today: date
    ) -> list[ListedActivity]:
        """A page in the order of the plan, as ready JSON."""
        return await self._activities.list_shown(project_id, narrowed, after, limit, today)
