"""Applies planned rows to the roster, set by set, as a new version: the only writer of roster rows."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import ENTITIES, Entity
from services.sync.plan.models import Run
from services.sync.roster.models import RosterVersion
from shared.contracts.sync import Counts, RosterApplied
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.queue import publish

Origin = Literal["run", "manual", "marking", "undo", "erasure"]

_LOCK = """
INSERT INTO roster_head (tenant_id, id, version) VALUES (:tenant, :tenant, 0)
ON CONFLICT (tenant_id, id) DO UPDATE SET version = roster_head.version RETURNING version
"""
_ADVANCE = "UPDATE roster_head SET version = :version WHERE tenant_id = :tenant"
_CREATE = """
INSERT INTO {table} (tenant_id, id, source, changed_version, version, created_at, updated_at, {columns})
SELECT p.tenant_id, p.id, :source, :version, 1, :now, :now, {from_p}
FROM {planned} p WHERE p.tenant_id = :tenant AND p.run_id = :run AND p.op = 'create'
"""
_CHANGE = """
UPDATE {table} t SET {assignments}, source = {source}, changed_version = :version, version = t.version + 1,
       updated_at = :now, ended_at = NULL, ended_reason = NULL, ended_run_id = NULL
FROM {planned} p {joined}
WHERE p.tenant_id = :tenant AND p.run_id = :run AND p.op IN ('change', 'revive')
  AND t.tenant_id = p.tenant_id AND t.id = p.id
"""
_END = """
UPDATE {table} t SET changed_version = :version, version = t.version + 1, updated_at = :now, ended_at = :now,
       ended_reason = :reason, ended_run_id = :run
FROM {planned} p
WHERE p.tenant_id = :tenant AND p.run_id = :run AND p.op = 'end' AND t.tenant_id = p.tenant_id AND t.id = p.id
"""
# Undoing gives a row back to the register that it was taken from.
_FORMER = "LEFT JOIN {planned} o ON o.tenant_id = p.tenant_id AND o.run_id = :undone AND o.id = p.id"
# A row that was created under an id which another row had before, and gets back now.
_YIELD = """
UPDATE {table} t SET source_id = 'undone:' || t.id FROM {planned} n
WHERE t.tenant_id = :tenant AND n.tenant_id = t.tenant_id AND n.run_id = :run AND n.id = t.id AND n.op = 'end'
  AND EXISTS (SELECT FROM {planned} p WHERE p.tenant_id = t.tenant_id AND p.run_id = :run AND p.id <> t.id
              AND p.op IN ('change', 'revive') AND p.source_id = t.source_id)
"""
# Two rows may exchange their ids in one run.
_UNIQUE = ", ".join(
    f"uq_{table}_tenant_id_source_source_id" for table in ("unit", "person", "school_group", "activity")
)
# So many rows that what is known of the tables is no longer so.
_MANY = 20_000
_FIRST_TIE = next(entity.kind for entity in ENTITIES if entity.key)
_CHANGING = ("created", "changed", "ended")
_REASONS: dict[Origin, str] = {
    "run": "absent_from_delivery",
    "manual": "ended_by_hand",
    "marking": "protected",
    "undo": "undone",
    "erasure": "erased",
}


@dataclass(frozen=True)
class Applied:
    """Which versions a run led from and to."""

    version_from: int
    version_to: int


async def lock_head(session: AsyncSession) -> int:
    """The present version, locked until the transaction ends: whoever changes the roster comes one after the other."""
    return int((await session.execute(text(_LOCK), {"tenant": tenant_of(session)})).scalar_one())


async def apply_planned(session: AsyncSession, run: Run, origin: Origin) -> Applied:
    """Apply every planned row of `run` as one version, and tell the others. The head must be locked."""
    version = await lock_head(session)
    origin = "undo" if run.kind == "undo" else origin
    values: dict[str, Any] = {
        "tenant": tenant_of(session),
        "run": run.id,
        "source": run.source,
        "version": version + 1,
        "now": clock.now(),
        "reason": _REASONS[origin],
        "undone": run.undoes_run_id,
    }
    is_large = sum(row.get(name, 0) for row in run.counts.values() for name in _CHANGING) > _MANY
    await session.execute(text(f"SET CONSTRAINTS {_UNIQUE} DEFERRED"))
    for entity in ENTITIES:
        if is_large and version == 0 and entity.kind == _FIRST_TIE:
            await session.execute(text("SELECT reference_statistics()"))
        for statement in _statements(entity, is_undo=run.kind == "undo"):
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            await session.execute(text(statement), used)
    await session.execute(text(f"SET CONSTRAINTS {_UNIQUE} IMMEDIATE"))
    if is_large:
        await session.execute(text("SELECT roster_statistics()"))
    await conclude(session, run, origin, version + 1)
    return Applied(version, version + 1)


async def conclude(session: AsyncSession, run: Run, origin: Origin, version: int) -> None:
    """What `run` changed is version `version`, the next one; tell the others. The head must be locked."""
    values = {"tenant": tenant_of(session), "version": version}
    await session.execute(text(_ADVANCE), values)
    session.add(
        RosterVersion(tenant_id=tenant_of(session), number=version, run_id=run.id, origin=origin, counts=run.counts)
    )
    run.state, run.applied_version, run.ended_at = "applied", version, clock.now()
    run.touch()
    await _tell(session, run, origin, Applied(version - 1, version))


def _statements(entity: Entity, *, is_undo: bool) -> list[str]:
    names = {"table": entity.table, "planned": entity.planned_table}
    assignments = ", ".join(f"{column} = p.{column}" for column in entity.columns)
    columns, from_p = ", ".join(entity.columns), ", ".join(f"p.{column}" for column in entity.columns)
    change = _CHANGE.format(
        **names,
        assignments=assignments,
        source="coalesce(o.before->>'source', :source)" if is_undo else ":source",
        joined=_FORMER.format(**names) if is_undo else "",
    )
    yielding = [_YIELD.format(**names)] if is_undo and not entity.key else []
    return [*yielding, _CREATE.format(**names, columns=columns, from_p=from_p), change, _END.format(**names)]


async def _tell(session: AsyncSession, run: Run, origin: Origin, applied: Applied) -> None:
    counts = {kind: Counts.model_validate(numbers) for kind, numbers in run.counts.items()}
    await publish(
        session,
        RosterApplied(
            run_id=run.id,
            origin=origin,
            version_from=applied.version_from,
            version_to=applied.version_to,
            counts=counts,
        ),
    )
