"""Showing and forgetting one person in everything that the roster holds (GDPR articles 15 and 17)."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.applying import apply_planned, lock_head
from services.sync.plan.entities import ENTITIES, Entity
from services.sync.plan.manual import SOURCE
from services.sync.plan.marking import protect
from services.sync.plan.models import Run
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.persondata import ErasureReport

_TIES = {
    "person": ("id",),
    "duty": ("person_id",),
    "enrolment": ("person_id",),
    "membership": ("person_id",),
    "responsible": ("child_id", "guardian_id"),
    "placement": ("child_id",),
    "activity_teacher": ("person_id",),
}
_ENTITIES = [entity for entity in ENTITIES if entity.kind in _TIES]
# Sealed and hashed values tell the person nothing; that there is a national number does.
_HIDDEN = ("tenant_id", "civic_hash", "civic_cipher", "login_digest", "login_scope", "external_digests")
_PLAN_END = """
INSERT INTO {planned} (tenant_id, run_id, id, op, {columns})
SELECT tenant_id, :run, id, 'end', {columns} FROM {table}
WHERE tenant_id = :tenant AND ended_at IS NULL AND {about}
"""
_FORGET = (
    "UPDATE person SET login_digest = NULL, login_scope = NULL, civic_hash = NULL, civic_cipher = NULL,"
    " external_digests = NULL, source_id = 'erased:' || id WHERE tenant_id = :tenant AND id = :person",
    "UPDATE planned_person SET login_digest = NULL, login_scope = NULL, civic_hash = NULL, civic_cipher = NULL,"
    " external_digests = NULL, before = NULL, source_id = 'erased:' || id WHERE tenant_id = :tenant AND id = :person",
)
KEPT = {
    "ties": "ended duties, enrolments and memberships stay as numbers, without a name",
    "journal": "the journal is append-only; it holds ids, no names",
    "upload": "uploaded files are erased when their retention ends",
}


async def show_person(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    """Every row about the person, by kind, present or ended."""
    values = {"tenant": tenant_of(session), "person": person_id}
    found: dict[str, Any] = {}
    for entity in _ENTITIES:
        rows = await session.execute(
            text(f"SELECT * FROM {entity.table} WHERE tenant_id = :tenant AND {_about(entity)} ORDER BY id"), values
        )
        found[entity.kind] = [_shown(dict(row._mapping)) for row in rows]
    return found


def _shown(row: dict[str, Any]) -> dict[str, str]:
    shown = {name: str(value) for name, value in row.items() if name not in _HIDDEN and value is not None}
    if row.get("civic_hash") is not None:
        shown["civic_number"] = "held, encrypted"
    return shown


async def forget_person(session: AsyncSession, person_id: UUID) -> ErasureReport:
    """Names and numbers go, the ties end, and the other services follow by a version of the roster."""
    values = {"tenant": tenant_of(session), "person": person_id}
    await lock_head(session)
    row = (
        await session.execute(
            text("SELECT protected, source_id FROM person WHERE tenant_id = :tenant AND id = :person"), values
        )
    ).one_or_none()
    if row is None or row.source_id == f"erased:{person_id}":
        return ErasureReport(0, KEPT if row else {})
    if not row.protected:
        await protect(session, [person_id], SOURCE)
    erased = await _end(session, values)
    for statement in _FORGET:
        await session.execute(text(statement), values)
    await record(session, "person.erase", "person", person_id)
    return ErasureReport(erased, KEPT)


async def _end(session: AsyncSession, values: dict[str, Any]) -> int:
    run = Run(tenant_id=values["tenant"], kind="erasure", source=SOURCE, state="applying")
    session.add(run)
    await session.flush()
    counts: dict[str, dict[str, int]] = {}
    for entity in _ENTITIES:
        statement = _PLAN_END.format(
            planned=entity.planned_table,
            table=entity.table,
            columns=", ".join(entity.columns),
            about=_about(entity),
        )
        planned = await session.execute(text(statement + " RETURNING id"), values | {"run": run.id})
        counts[entity.kind] = {"created": 0, "changed": 0, "ended": len(planned.all()), "unchanged": 0}
    run.counts = counts
    await apply_planned(session, run, "erasure")
    return 1 + sum(numbers["ended"] for numbers in counts.values())


def _about(entity: Entity) -> str:
    return "(" + " OR ".join(f"{column} = :person" for column in _TIES[entity.kind]) + ")"
