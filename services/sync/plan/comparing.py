"""Compares what was delivered with the roster and stores the difference as planned rows, set by set."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import ENTITIES, Entity
from services.sync.plan.staging import at_once
from services.sync.plan.touching import inside
from shared.kit.db import tenant_of

# A tie can only be missed in a delivery that could have shown it.
_DEPENDS = {
    "group": {"unit"},
    "duty": {"person", "unit"},
    "enrolment": {"person", "unit"},
    "membership": {"person", "group"},
    "responsible": {"person"},
    "placement": {"person", "unit", "group"},
    "activity": {"unit"},
    "teaching": {"activity", "group"},
    "activity_teacher": {"activity", "person"},
    "absence": {"unit", "group"},
    "unit": set(),
    "person": set(),
}

# Columns that are made from another one.
_TOLD_BY = {
    "civic_cipher": "civic_hash",
    "login_digest": "login",
    "login_scope": "login",
    "external_digests": "external_ids",
}

_CHANGES = """
INSERT INTO {planned} (tenant_id, run_id, id, op, before, at_unit, {columns})
SELECT :tenant, :run, s.id, s.op, CASE WHEN s.op <> 'create' THEN jsonb_build_object({old_pairs}) END, s.at_unit,
       {from_s}
FROM (
    SELECT coalesce(r.target, r.id) AS id, r.at_unit, {new},
           CASE WHEN p.id IS NULL THEN 'create' WHEN p.ended_at IS NOT NULL THEN 'revive'
                WHEN p.source <> :source OR ({old_compared}) IS DISTINCT FROM ({new_compared}) THEN 'change' END AS op,
           p AS old
    FROM r_{kind} r LEFT JOIN {table} p ON p.tenant_id = :tenant AND p.id = r.target
    OFFSET 0) s
WHERE s.op IS NOT NULL
"""
_ENDS = """
INSERT INTO {planned} (tenant_id, run_id, id, op, before, at_unit, {columns})
SELECT :tenant, :run, p.id, 'end', jsonb_build_object({old_pairs}), {end_unit}, {from_p}
FROM {table} p
WHERE p.tenant_id = :tenant AND p.source = :source AND p.ended_at IS NULL
  AND NOT EXISTS (SELECT FROM {seen} t WHERE t.target = p.id) {unless_kept} {if_told}
"""
_UNLESS_KEPT = """
  AND NOT EXISTS (SELECT FROM in_kept k JOIN in_{keeper} t ON t.sid = k.sid
                  WHERE k.kind = '{kind}' AND t.target = p.{column})
"""
_COUNT = """
SELECT '{kind}' AS kind, at_unit, op, count(*) AS n FROM {planned}
WHERE tenant_id = :tenant AND run_id = :run GROUP BY 2, 3
"""
_HASH = """
SELECT '{kind}' AS kind, count(*) AS n,
       encode(sha256(coalesce(string_agg(o.digest, ''::bytea), ''::bytea)), 'hex') AS digest
FROM (SELECT sha256(record_send(p)) AS digest FROM {planned} p WHERE p.tenant_id = :tenant AND p.run_id = :run
      ORDER BY p.id) o
"""
_ROW = "SELECT FROM {planned} WHERE tenant_id = :tenant AND run_id = :run"
# From so many planned rows on, several processes look through the kinds sooner than one.
_MANY = 20_000


@dataclass(frozen=True)
class Comparison:
    """Which run, of which source; of which kinds there are rows, and of which there may be more than were delivered.

    `in_part`: only what is in scope was staged, and nothing else can be missed.
    """

    run_id: UUID
    source: str
    incomplete: Collection[str]
    delivered: Collection[str]
    in_part: bool = False


async def compare(session: AsyncSession, comparison: Comparison) -> None:
    """Store every planned row of the run. A kind that is incomplete, or that hangs on one that is, ends nothing."""
    values = {"tenant": tenant_of(session), "run": comparison.run_id, "source": comparison.source}
    incomplete = set(comparison.incomplete)
    for entity in ENTITIES:
        if entity.kind in comparison.delivered:
            await session.execute(text(_changes(entity)), values)
        if entity.kind not in incomplete and not _DEPENDS[entity.kind] & incomplete:
            await session.execute(text(_ends(entity, in_part=comparison.in_part)), values)


def _changes(entity: Entity) -> str:
    new = {column: _new_value(column) for column in entity.columns}
    return _CHANGES.format(
        planned=entity.planned_table,
        table=entity.table,
        kind=entity.kind,
        columns=", ".join(entity.columns),
        from_s=", ".join(f"s.{column}" for column in entity.columns),
        new=", ".join(f"{value} AS {column}" for column, value in new.items()),
        old_compared=", ".join(f"p.{column}" for column in entity.compared),
        new_compared=", ".join(new[column] for column in entity.compared),
        old_pairs=_old_pairs(entity, "(s.old)"),
    )


def _ends(entity: Entity, *, in_part: bool) -> str:
    seen = f"r_{entity.kind}" if entity.key else f"in_{entity.kind}"
    unless_kept = (
        _UNLESS_KEPT.format(kind=entity.kind, keeper=entity.keeper, column=entity.kept_by) if entity.kept_by else ""
    )
    return _ENDS.format(
        planned=entity.planned_table,
        table=entity.table,
        columns=", ".join(entity.columns),
        from_p=", ".join(f"p.{column}" for column in entity.columns),
        old_pairs=_old_pairs(entity, "p"),
        end_unit=entity.end_unit,
        seen=seen,
        unless_kept=unless_kept,
        if_told=(f"AND {entity.told}" if entity.told else "") + (f" AND {inside(entity)}" if in_part else ""),
    )


def _new_value(column: str) -> str:
    """What the row shall hold: the delivered value, or what the roster has where the delivery does not tell."""
    untold = f"'{_TOLD_BY.get(column, column)}' = ANY (r.untold)"
    if column == "civic_cipher":
        untold += " OR r.civic_hash = p.civic_hash"
    if column in ("given_name", "family_name", "email", "login", "external_ids"):
        untold = f"NOT r.protected AND {untold}"
    return f"CASE WHEN p.id IS NOT NULL AND ({untold}) THEN p.{column} ELSE r.{column} END"


def _old_pairs(entity: Entity, old: str) -> str:
    """The row as it was, and whose it was: undoing gives it back to that register."""
    return ", ".join(f"'{column}', {old}.{column}" for column in ("source", *entity.columns))


async def count_planned(session: AsyncSession, run_id: UUID) -> dict[str, dict[str | None, dict[str, int]]]:
    """Planned rows per kind, unit and op."""
    counted: dict[str, dict[str | None, dict[str, int]]] = {entity.kind: {} for entity in ENTITIES}
    for row in await _of_every_kind(session, _COUNT, run_id):
        counted[row.kind].setdefault(str(row.at_unit) if row.at_unit else None, {})[row.op] = row.n
    return counted


async def plan_hash(session: AsyncSession, run_id: UUID) -> str:
    """SHA-256 over every planned row in order: whoever approves it approves exactly these rows."""
    found = {row.kind: f"{row.kind}:{row.n}:{row.digest}" for row in await _of_every_kind(session, _HASH, run_id)}
    return hashlib.sha256("\n".join(found[entity.kind] for entity in ENTITIES).encode()).hexdigest()


async def _of_every_kind(session: AsyncSession, statement: str, run_id: UUID) -> Sequence[Any]:
    """The rows of `statement` for the planned rows of each kind, the kinds of a large plan side by side."""
    values = {"tenant": tenant_of(session), "run": run_id}
    many = text(f"SELECT EXISTS ({_every_kind(_ROW)} OFFSET {_MANY})")
    if not await session.scalar(many, values):
        return (await session.execute(text(_every_kind(statement)), values)).all()
    # What is planned has no statistics, and the planner would think it too little to share out.
    await at_once(session, ["SET LOCAL parallel_setup_cost = 0"])
    rows = (await session.execute(text(_every_kind(statement)), values)).all()
    await at_once(session, ["SET LOCAL parallel_setup_cost TO DEFAULT"])
    return rows


def _every_kind(statement: str) -> str:
    return " UNION ALL ".join(statement.format(kind=entity.kind, planned=entity.planned_table) for entity in ENTITIES)
