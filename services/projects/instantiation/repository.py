"""Every statement with which a plan is written in bulk."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity, ActivityParticipation, Dependency
from services.projects.instantiation.errors import InstantiationNotFound
from services.projects.instantiation.models import Instantiation
from services.projects.phase.models import Track
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


class InstantiationRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, rows: Sequence[Track | ActivityParticipation | Dependency | Instantiation]) -> None:
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
