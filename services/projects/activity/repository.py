"""Every statement about activities."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.errors import ActivityNotFound
from services.projects.activity.models import Activity
from shared.kit.db import tenant_of

# A page of 50 rows through the ORM and a response model costs several times as much CPU (docs/benchmarks.md):
# PostgreSQL writes the JSON of `ActivityItem`, and the service only joins it together.
LIST = text(
    """
    SELECT position, id, row_to_json(shown)::text AS shown
    FROM activity a CROSS JOIN LATERAL (
        SELECT a.id, a.project_id AS "projectId", a.phase_id AS "phaseId", a.source_ref AS "sourceRef", a.position,
            a.title, a.kind, a.side, a.state, a.is_enabled AS "isEnabled", a.needs_approval AS "needsApproval",
            CASE WHEN a.window_start IS NOT NULL THEN json_build_object(
                'start', a.window_start, 'end', a.window_end,
                'precision', a.window_precision, 'tentative', a.window_tentative
            ) END AS "window",
            coalesce(a.is_enabled AND a.state IN ('planned', 'started') AND a.window_end < :today, false)
                AS "isOverdue",
            a.owner_id AS "ownerId",
            to_char(a.done_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "doneAt", a.version
    ) shown
    WHERE a.tenant_id = :tenant AND a.project_id = :project
        AND (CAST(:state AS text) IS NULL OR a.state = :state)
        AND (CAST(:side AS text) IS NULL OR a.side = :side)
        AND (CAST(:phase_id AS uuid) IS NULL OR a.phase_id = :phase_id)
        AND (CAST(:owner_id AS uuid) IS NULL OR a.owner_id = :owner_id)
        AND (CAST(:is_enabled AS boolean) IS NULL OR a.is_enabled = :is_enabled)
        AND (CAST(:is_overdue AS boolean) IS NULL OR "isOverdue" = :is_overdue)
        AND (a.position, a.id) > (:after_position, :after_id)
    ORDER BY a.position, a.id
    LIMIT :limit
    """
)
_BEFORE_ALL = (-1, UUID(int=0))


@dataclass(frozen=True)
class ActivityFilter:
    """What a list is narrowed to; None is no narrowing."""

    state: str | None = None
    side: str | None = None
    phase_id: UUID | None = None
    owner_id: UUID | None = None
    is_enabled: bool | None = None
    is_overdue: bool | None = None


@dataclass(frozen=True)
class ListedActivity:
    """A row of the list: its sort key, and the JSON of its `ActivityItem`."""

    position: int
    id: UUID
    shown: str


class ActivityRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, activities: Sequence[Activity]) -> None:
        self._session.add_all(activities)

    async def get(self, activity_id: UUID, *, lock: bool = False) -> Activity:
        """Raises ActivityNotFound."""
        query = select(Activity).where(Activity.tenant_id == tenant_of(self._session), Activity.id == activity_id)
        if lock:
            query = query.with_for_update()
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise ActivityNotFound()
        return found

    async def by_ids(self, ids: Collection[UUID]) -> Sequence[Activity]:
        """Fresh from the database: a criterion must not be judged by what an earlier statement saw."""
        query = select(Activity).where(Activity.tenant_id == tenant_of(self._session), col(Activity.id).in_(ids))
        return (await self._session.exec(query.execution_options(populate_existing=True))).all()

    async def of_account(self, account_id: UUID) -> Sequence[Activity]:
        query = select(Activity).where(
            Activity.tenant_id == tenant_of(self._session),
            (col(Activity.owner_id) == account_id) | (col(Activity.done_by) == account_id),
        )
        return (await self._session.exec(query)).all()

    async def list_shown(
        self, project_id: UUID, narrowed: ActivityFilter, after: tuple[int, UUID] | None, limit: int, today: date
    ) -> list[ListedActivity]:
        """The JSON of up to `limit` rows after a sort key, in the order of the plan."""
        after_position, after_id = after or _BEFORE_ALL
        values = asdict(narrowed) | {
            "tenant": tenant_of(self._session),
            "project": project_id,
            "after_position": after_position,
            "after_id": after_id,
            "limit": limit,
            "today": today,
        }
        rows = await self._session.execute(LIST, values)
        return [ListedActivity(row.position, row.id, row.shown) for row in rows]
