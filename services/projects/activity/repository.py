"""Every statement about activities."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.errors import ActivityNotFound
from services.projects.activity.models import Activity
from services.projects.activity.statements import FILTERS, ROLLUP, list_statement
from shared.kit.db import Database, tenant_of

_FIRST_FILTER = 7
_BEFORE_ALL = (-1, UUID(int=0))
_ROLLUPS = text(
    f"SELECT a.id, {ROLLUP.format(today='CAST(:today AS date)')} AS rollup"
    " FROM activity a WHERE a.tenant_id = :tenant AND a.id = ANY(:ids)"
)
_MATCHING = text(
    "SELECT a.id FROM activity a WHERE a.tenant_id = :tenant AND a.project_id = :project AND a.deleted_at IS NULL"
    " AND (a.id = ANY(:ids) OR a.source_ref = ANY(:refs) OR EXISTS (SELECT FROM jsonb_each_text(a.external_ids) e"
    " WHERE e.key || '=' || e.value = ANY(:external)))"
)


@dataclass(frozen=True)
class ActivityFilter:
    """What a list is narrowed to; None is no narrowing. `statements.FILTERS` says what each field means."""

    state: str | None = None
    side: str | None = None
    kind: str | None = None
    phase_id: UUID | None = None
    track_key: str | None = None
    unit_id: UUID | None = None
    parent_id: UUID | None = None
    owner_id: UUID | None = None
    is_enabled: bool | None = None
    is_checklist: bool | None = None
    is_overdue: bool | None = None
    external_party: str | None = None
    due_before: date | None = None
    due_after: date | None = None
    words: str | None = None


# A row of the list: position and id, which are its sort key, and the JSON of its `ActivityItem`.
ListedActivity = tuple[int, UUID, str]


class ActivityRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, activities: Sequence[Activity]) -> None:
        self._session.add_all(activities)

    async def get(self, activity_id: UUID, *, lock: bool = False) -> Activity:
        """Raises ActivityNotFound, also for a row that was removed."""
        query = select(Activity).where(Activity.tenant_id == tenant_of(self._session), Activity.id == activity_id)
        query = query.where(col(Activity.deleted_at).is_(None))
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise ActivityNotFound()
        return found

    async def lock_all(self, ids: Collection[UUID]) -> Sequence[Activity]:
        """Those of these rows that are there, held; parents before children, so that nobody waits in a circle."""
        query = (
            select(Activity)
            .where(Activity.tenant_id == tenant_of(self._session), col(Activity.id).in_(ids))
            .where(col(Activity.deleted_at).is_(None))
            .order_by(col(Activity.parent_id).is_not(None), col(Activity.id))
        )
        query = query.with_for_update().execution_options(populate_existing=True)
        return (await self._session.exec(query)).all()

    async def children(self, parent_ids: Collection[UUID]) -> Sequence[Activity]:
        """The rows per unit below these, as they are now."""
        query = (
            select(Activity)
            .where(Activity.tenant_id == tenant_of(self._session), col(Activity.parent_id).in_(parent_ids))
            .where(col(Activity.deleted_at).is_(None))
            .order_by(col(Activity.id))
        )
        return (await self._session.exec(query.execution_options(populate_existing=True))).all()

    async def rollups(self, ids: Collection[UUID], today: date) -> dict[UUID, dict[str, Any]]:
        """What the children of these rows come to, as `RollupPublic` says it; rows that have none are left out."""
        values = {"tenant": tenant_of(self._session), "ids": list(ids), "today": today}
        rows = (await self._session.execute(_ROLLUPS, values)).all()
        return {row.id: row.rollup for row in rows if row.rollup is not None}

    async def last_position(self, project_id: UUID) -> int:
        query = select(func.max(Activity.position)).where(
            Activity.tenant_id == tenant_of(self._session), Activity.project_id == project_id
        )
        return (await self._session.exec(query)).one() or 0

    async def matching(
        self, project_id: UUID, ids: Collection[UUID], refs: Collection[str], external: Collection[str]
    ) -> list[UUID]:
        """Rows of a project with one of these ids, source references or external ids (`system=id`)."""
        values = {
            "tenant": tenant_of(self._session),
            "project": project_id,
            "ids": list(ids),
            "refs": list(refs),
            "external": list(external),
        }
        return [row.id for row in (await self._session.execute(_MATCHING, values)).all()]

    async def phases_of(self, project_id: UUID) -> dict[UUID, UUID]:
        query = select(Activity.id, Activity.phase_id).where(
            Activity.tenant_id == tenant_of(self._session),
            Activity.project_id == project_id,
            col(Activity.deleted_at).is_(None),
        )
        return dict((await self._session.exec(query)).all())

    async def by_ids(self, ids: Collection[UUID]) -> Sequence[Activity]:
        """Fresh from the database, removed ones included: a criterion must not be judged by what was seen earlier,
        nor a passed gate by what was removed later."""
        query = select(Activity).where(Activity.tenant_id == tenant_of(self._session), col(Activity.id).in_(ids))
        return (await self._session.exec(query.execution_options(populate_existing=True))).all()

    async def of_account(self, account_id: UUID) -> Sequence[Activity]:
        """Removed ones included: an account is forgotten everywhere."""
        query = select(Activity).where(
            Activity.tenant_id == tenant_of(self._session),
            (col(Activity.owner_id) == account_id) | (col(Activity.done_by) == account_id),
        )
        return (await self._session.exec(query)).all()

    async def checklist_after(self, project_id: UUID, after: tuple[int, UUID] | None, limit: int) -> Sequence[Activity]:
        """The rows of the checklist that apply, in the order of the plan."""
        position, row_id = after or _BEFORE_ALL
        query = (
            select(Activity)
            .where(Activity.tenant_id == tenant_of(self._session), Activity.project_id == project_id)
            .where(col(Activity.deleted_at).is_(None), col(Activity.is_checklist), col(Activity.is_enabled))
            .where(
                (col(Activity.position) > position)
                | ((col(Activity.position) == position) & (col(Activity.id) > row_id))
            )
            .order_by(col(Activity.position), col(Activity.id))
        )
        return (await self._session.exec(query.limit(limit))).all()


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
        filters = "".join(" AND " + FILTERS[name].format(f"${at}") for at, name in enumerate(asked, _FIRST_FILTER))
        values = (project_id, *(after or _BEFORE_ALL), limit, today, *asked.values())
        return await self._database.hot_rows(self._tenant, list_statement(filters), *values)
