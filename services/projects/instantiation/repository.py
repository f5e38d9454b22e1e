"""Every statement with which a plan is written in bulk."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity, ActivityParticipation, Dependency
from services.projects.gate.models import Gate
from services.projects.instantiation.errors import InstantiationNotFound
from services.projects.instantiation.models import Instantiation
from services.projects.instantiation.rows import PlanRows
from services.projects.phase.models import Phase, Track
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id

# A row per unit takes everything from its parent but this. 1000 rows through the ORM cost a hundred times as much.
_OWN = {
    "id": "child.id",
    "parent_id": "p.id",
    "unit_id": "child.unit_id",
    "fan_out": "NULL",
    "state": "'planned'",
    "owner_id": "NULL",
    "notes": "''",
    "external_ids": "'{}'",
    "started_at": "NULL",
    "done_at": "NULL",
    "done_by": "NULL",
    "done_side": "NULL",
    "version": "1",
    "created_at": "now()",
    "updated_at": "now()",
}
_COLUMNS = [column.name for column in Activity.__table__.columns]  # type: ignore[attr-defined]
# What is there already, from a run that was cut off, stays as it is.
_CHILDREN = text(
    f"INSERT INTO activity ({', '.join(_COLUMNS)})"
    f" SELECT {', '.join(_OWN.get(name, f'p.{name}') for name in _COLUMNS)}"
    " FROM unnest(CAST(:ids AS uuid[]), CAST(:parents AS uuid[]), CAST(:units AS uuid[]))"
    " AS child (id, parent_id, unit_id)"
    " JOIN activity p ON p.tenant_id = :tenant AND p.id = child.parent_id"
    " WHERE p.deleted_at IS NULL"
    " ON CONFLICT DO NOTHING"
)

_ENABLE = text(
    "UPDATE activity SET is_enabled = :is_enabled, version = version + 1, updated_at = now()"
    " WHERE tenant_id = :tenant AND parent_id = :parent AND deleted_at IS NULL AND is_enabled <> :is_enabled"
)

_UNLINK = text("DELETE FROM dependency WHERE tenant_id = :tenant AND (predecessor_id = :id OR successor_id = :id)")
_TAKE_AWAY = text(
    "UPDATE activity SET deleted_at = :now, version = version + 1, updated_at = now()"
    " WHERE tenant_id = :tenant AND (id = :id OR parent_id = :id) AND deleted_at IS NULL"
)
_UNSHARE = text(
    "DELETE FROM activity_participation"
    " WHERE tenant_id = :tenant AND activity_id = :id AND account_id IS NULL AND actual_hours IS NULL"
)
P = TypeVar("P", Phase, Track, ActivityParticipation, Dependency, Gate)


class InstantiationRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, rows: Sequence[Track | ActivityParticipation | Dependency | Instantiation]) -> None:
        await self.keep(rows)

    async def keep(self, rows: Sequence[Any]) -> None:
        """Write rows of a plan, whatever they are."""
        self._session.add_all(rows)
        await self._session.flush()

    async def get(self, instantiation_id: UUID, *, lock: bool = False) -> Instantiation:
        """Raises InstantiationNotFound."""
        query = select(Instantiation).where(
            Instantiation.tenant_id == tenant_of(self._session), Instantiation.id == instantiation_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise InstantiationNotFound()
        return found

    async def parents(self, project_id: UUID) -> dict[str, UUID]:
        """The rows of a plan that are repeated for units, by source_ref."""
        query = select(Activity.source_ref, Activity.id).where(
            Activity.tenant_id == tenant_of(self._session),
            Activity.project_id == project_id,
            col(Activity.parent_id).is_(None),
            col(Activity.source_ref).is_not(None),
            col(Activity.deleted_at).is_(None),
        )
        return {str(ref): found for ref, found in (await self._session.exec(query)).all()}

    async def plan_rows(self, project_id: UUID) -> Sequence[Activity]:
        """The rows of a plan that a template knows, without rows per unit and those that were removed, held."""
        query = (
            select(Activity)
            .where(
                Activity.tenant_id == tenant_of(self._session),
                Activity.project_id == project_id,
                col(Activity.parent_id).is_(None),
                col(Activity.source_ref).is_not(None),
                col(Activity.deleted_at).is_(None),
            )
            .order_by(col(Activity.id))
            .with_for_update()
        )
        return (await self._session.exec(query)).all()

    async def enable(self, row: Activity, is_enabled: bool) -> None:
        """Let a row and its rows per unit apply or not; what was done stays done."""
        row.is_enabled = is_enabled
        row.touch()
        await self._session.flush()
        await self._session.execute(_ENABLE, {"tenant": row.tenant_id, "parent": row.id, "is_enabled": is_enabled})

    async def remove(self, rows: Sequence[Any]) -> None:
        """Remove rows; one that went with another before is gone already."""
        await self._session.flush()
        for row in rows:
            model = type(row)
            self._session.expunge(row)
            await self._session.execute(delete(model).where(model.tenant_id == row.tenant_id, model.id == row.id))

    async def add_children(self, pairs: Sequence[tuple[UUID, UUID]]) -> int:
        """A row for each (parent, unit) that has none yet; returns how many were new."""
        if not pairs:
            return 0
        values: dict[str, Any] = {
            "tenant": tenant_of(self._session),
            "ids": [new_id() for _ in pairs],
            "parents": [parent for parent, _ in pairs],
            "units": [unit for _, unit in pairs],
        }
        result = await self._session.execute(_CHILDREN, values)
        return int(getattr(result, "rowcount", 0))

    async def whole_plan(self, project_id: UUID) -> PlanRows:
        """The rows of a plan that a template can know; criteria are left out, since they are compared by themselves."""
        return PlanRows(
            phases=[row for row in await self._of(Phase, project_id) if row.deleted_at is None],
            tracks=await self._of(Track, project_id),
            activities=list(await self.plan_rows(project_id)),
            participations=await self._of(ActivityParticipation, project_id),
            dependencies=await self._of(Dependency, project_id),
            gates=await self._of(Gate, project_id),
            criteria=[],
        )

    async def follow(self, parent: Activity, changes: Mapping[str, tuple[Any, Any]]) -> None:
        """Give the rows per unit of a row its new values, where they still have the former ones."""
        same = [getattr(Activity, column).is_not_distinct_from(former) for column, (former, _) in changes.items()]
        values = {column: value for column, (_, value) in changes.items()}
        await self._session.execute(
            update(Activity)
            .where(col(Activity.tenant_id) == parent.tenant_id, col(Activity.parent_id) == parent.id, *same)
            .values(version=Activity.version + 1, updated_at=clock.now(), **values)
            .execution_options(synchronize_session=False)
        )

    async def take_away(self, row: Activity) -> None:
        """Remove a row with its rows per unit and its links; what it was stays in the history."""
        await self._session.execute(_UNLINK, {"tenant": row.tenant_id, "id": row.id})
        await self._session.execute(_TAKE_AWAY, {"tenant": row.tenant_id, "id": row.id, "now": clock.now()})
        await self._session.refresh(row)

    async def unshare(self, row: Activity) -> None:
        """Take away the participants that a template gave a row, save those with hours already worked."""
        await self._session.execute(_UNSHARE, {"tenant": row.tenant_id, "id": row.id})

    async def is_accounted(self, activity_id: UUID) -> bool:
        """Whether somebody answers for the row already; only one can."""
        query = select(ActivityParticipation.id).where(
            ActivityParticipation.tenant_id == tenant_of(self._session),
            ActivityParticipation.activity_id == activity_id,
            ActivityParticipation.raci == "A",
        )
        return (await self._session.exec(query)).first() is not None

    async def _of(self, model: type[P], project_id: UUID) -> list[P]:
        query = select(model).where(model.tenant_id == tenant_of(self._session), model.project_id == project_id)
        return list((await self._session.exec(query.order_by(col(model.id)))).all())
