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

Origin = Literal["run", "manual", "marking"]

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
UPDATE {table} t SET {assignments}, source = :source, changed_version = :version, version = t.version + 1,
       updated_at = :now, ended_at = NULL, ended_reason = NULL, ended_run_id = NULL
FROM {planned} p
WHERE p.tenant_id = :tenant AND p.run_id = :run AND p.op IN ('change', 'revive')
  AND t.tenant_id = p.tenant_id AND t.id = p.id
"""
_END = """
UPDATE {table} t SET changed_version = :version, version = t.version + 1, updated_at = :now, ended_at = :now,
       ended_reason = :reason, ended_run_id = :run
FROM {planned} p
WHERE p.tenant_id = :tenant AND p.run_id = :run AND p.op = 'end' AND t.tenant_id = p.tenant_id AND t.id = p.id
"""
_REASONS: dict[Origin, str] = {"run": "absent_from_delivery", "manual": "ended_by_hand", "marking": "protected"}


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
    values: dict[str, Any] = {
        "tenant": tenant_of(session),
        "run": run.id,
        "source": run.source,
        "version": version + 1,
        "now": clock.now(),
        "reason": _REASONS[origin],
    }
    for entity in ENTITIES:
        for statement in _statements(entity):
            await session.execute(text(statement), values)
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


def _statements(entity: Entity) -> tuple[str, str, str]:
    names = {"table": entity.table, "planned": entity.planned_table}
    assignments = ", ".join(f"{column} = p.{column}" for column in entity.columns)
    columns, from_p = ", ".join(entity.columns), ", ".join(f"p.{column}" for column in entity.columns)
    return (
        _CREATE.format(**names, columns=columns, from_p=from_p),
        _CHANGE.format(**names, assignments=assignments),
        _END.format(**names),
    )


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
