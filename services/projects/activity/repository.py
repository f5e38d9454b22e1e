"""Every statement about activities."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.errors import ActivityNotFound
from services.projects.activity.models import Activity
from shared.kit.db import Database, tenant_of

# A page of 50 rows through the ORM and a response model costs several times as much CPU (docs/benchmarks.md):
# PostgreSQL writes the JSON of `ActivityItem`, and the service only joins it together. Only the rows of the page are
# turned into JSON, and only the filters that were asked for stand in the statement: a generic plan of "no filter or
# this one" reads and shows the whole project.
LATE = "(a.is_enabled AND a.state IN ('planned', 'started') AND coalesce(a.window_end < $6, false))"
LIST = """
SELECT a.position, a.id, row_to_json(shown)::text AS shown
FROM (
    SELECT a.* FROM activity a
    WHERE a.tenant_id = tenant.id AND a.project_id = $2 AND (a.position, a.id) > ($3, $4) {filters}
    ORDER BY a.position, a.id LIMIT $5
) a CROSS JOIN LATERAL (
    SELECT a.id, a.project_id AS "projectId", a.phase_id AS "phaseId", a.source_ref AS "sourceRef", a.position,
        a.title, a.kind, a.side, a.state, a.is_enabled AS "isEnabled", a.needs_approval AS "needsApproval",
        CASE WHEN a.window_start IS NOT NULL THEN json_build_object(
            'start', a.window_start, 'end', a.window_end,
            'precision', a.window_precision, 'tentative', a.window_tentative
        ) END AS "window",
        {late} AS "isOverdue", a.owner_id AS "ownerId",
        to_char(a.done_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "doneAt", a.version
) shown
ORDER BY a.position, a.id LIMIT $5
"""
_FIRST_FILTER = 7
_BEFORE_ALL = (-1, UUID(int=0))


@dataclass(frozen=True)
class ActivityFilter:
    """What a list is narrowed to; None is no narrowing. The fields are columns, save for `is_overdue`."""

    state: str | None = None
    side: str | None = None
    phase_id: UUID | None = None
    owner_id: UUID | None = None
    is_enabled: bool | None = None
    is_overdue: bool | None = None


# A row of the list: position and id, which are its sort key, and the JSON of its `ActivityItem`.
ListedActivity = tuple[int, UUID, str]


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


class ActivityLists:
    """Lists of activities, read without a session: the plan's list is what everybody looks at all the time."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        self._database = database
        self._tenant = tenant

    async def list_shown(
        self, project_id: UUID, narrowed: ActivityFilter, after: tuple[int, UUID] | None, limit: int, today: date
    ) -> list[ListedActivity]:
        """The JSON of up to `limit` rows after a sort key, in the order of the plan."""
        asked = {name: value for name, value in vars(narrowed).items() if value is not None}
        columns = (LATE if name == "is_overdue" else f"a.{name}" for name in asked)
        filters = "".join(f" AND {column} = ${place}" for place, column in enumerate(columns, _FIRST_FILTER))
        statement = LIST.format(filters=filters, late=LATE)
        key = after or _BEFORE_ALL
        values = (project_id, *key, limit, today, *asked.values())
        return await self._database.hot_rows(self._tenant, statement, *values)
