"""The statements of undoing: what stands in the way, and the inverse of a plan."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import ENTITIES, Entity
from services.sync.plan.models import Run
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

# Markings and erasures never stand in the way: they stay, whatever is undone. Nor does a version without rows.
_LATER = """
SELECT r.id FROM run r
WHERE r.tenant_id = :tenant AND r.applied_version > :version AND r.kind NOT IN ('marking', 'erasure') AND ({has_rows})
ORDER BY r.applied_version DESC LIMIT 1
"""
_HAS_ROWS = " OR ".join(
    f"EXISTS (SELECT FROM {entity.planned_table} p WHERE p.tenant_id = r.tenant_id AND p.run_id = r.id)"
    for entity in ENTITIES
)
# `o` is what the run did, `t` the row as it is, `w` the row as it was before the run.
_INVERSE = """
INSERT INTO {planned} (tenant_id, run_id, id, op, before, at_unit, {columns})
SELECT t.tenant_id, :run, t.id,
       CASE WHEN o.op IN ('create', 'revive') THEN 'end' WHEN o.op = 'end' THEN 'revive' ELSE 'change' END,
       jsonb_build_object({now}), o.at_unit, {values}
FROM {planned} o JOIN {table} t ON t.tenant_id = o.tenant_id AND t.id = o.id
     CROSS JOIN LATERAL jsonb_populate_record(
         NULL::{planned}, to_jsonb(o) || coalesce(nullif(o.before, 'null'::jsonb), '{{}}'::jsonb)) w
WHERE o.tenant_id = :tenant AND o.run_id = :undone AND (t.ended_at IS NOT NULL) = (o.op = 'end') {unless_erased}
"""
_ERASED = "EXISTS (SELECT FROM person e WHERE e.tenant_id = t.tenant_id AND e.id = t.{column} AND {is_erased})"
_IS_ERASED = "e.source_id = 'erased:' || e.id"
# Names of who is protected by now do not come back, and the mark stays.
_NAMES = frozenset({"given_name", "family_name", "email", "login", "external_ids"})


class UndoRepository:
    """Undoing in the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def locked(self, run_id: UUID) -> Run:
        """The run, locked until the transaction ends. Raises NotFound."""
        query = select(Run).where(Run.tenant_id == tenant_of(self._session), Run.id == run_id)
        run = (
            await self._session.exec(query.execution_options(populate_existing=True).with_for_update())
        ).one_or_none()
        if run is None:
            raise NotFound()
        return run

    async def underway(self, run_id: UUID) -> UUID | None:
        """The run that is to undo this one and has not come to an end."""
        query = select(Run.id).where(
            Run.tenant_id == tenant_of(self._session),
            Run.undoes_run_id == run_id,
            col(Run.state).in_(("queued", "planned", "applying")),
        )
        return (await self._session.exec(query.limit(1))).first()

    async def newer(self, version: int) -> UUID | None:
        """The newest run after `version` whose changes would have to be undone first."""
        values = {"tenant": tenant_of(self._session), "version": version}
        found: UUID | None = await self._session.scalar(text(_LATER.format(has_rows=_HAS_ROWS)), values)
        return found

    async def plan(self, run_id: UUID, undone: UUID) -> None:
        """Plan the inverse of `undone` for the run `run_id`."""
        values = {"tenant": tenant_of(self._session), "run": run_id, "undone": undone}
        for entity in ENTITIES:
            await self._session.execute(text(_inverse(entity)), values)


def _inverse(entity: Entity) -> str:
    persons = ["id"] if entity.kind == "person" else [c for c, kind in entity.references.items() if kind == "person"]
    return _INVERSE.format(
        planned=entity.planned_table,
        table=entity.table,
        columns=", ".join(entity.columns),
        now=", ".join(f"'{column}', t.{column}" for column in ("source", *entity.columns)),
        values=", ".join(_value(entity, column) for column in entity.columns),
        unless_erased="".join(f" AND NOT {_ERASED.format(column=column, is_erased=_IS_ERASED)}" for column in persons),
    )


def _value(entity: Entity, column: str) -> str:
    was = f"w.{column}"
    if entity.kind == "person" and column == "protected":
        was = "w.protected OR t.protected"
    if entity.kind == "person" and column in _NAMES:
        was = f"CASE WHEN NOT (w.protected OR t.protected) THEN w.{column} END"
    return f"CASE WHEN o.op IN ('create', 'revive') THEN t.{column} ELSE {was} END"
