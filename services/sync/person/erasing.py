"""Showing and forgetting persons in everything that the roster holds (GDPR articles 15 and 17)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.erasure.models import Reason
from services.sync.erasure.service import ErasureService
from services.sync.plan.applying import apply_planned, lock_head
from services.sync.plan.entities import ENTITIES, Entity
from services.sync.plan.forgetters import forget_everywhere
from services.sync.plan.manual import SOURCE
from services.sync.plan.marking import protect
from services.sync.plan.models import Run
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.persondata import ErasureReport

# Every column that speaks of a person; a test holds this to what the kinds refer to.
TIES = {"person": ("id",)} | {
    entity.kind: columns
    for entity in ENTITIES
    if (columns := tuple(column for column, kind in entity.references.items() if kind == "person"))
}
_ENTITIES = [entity for entity in ENTITIES if entity.kind in TIES]
# Sealed and hashed values tell the person nothing; that there is a national number does.
_HIDDEN = ("tenant_id", "civic_hash", "civic_cipher", "login_digest", "login_scope", "external_digests")
_KNOWN = """
SELECT id, protected FROM person
WHERE tenant_id = :tenant AND id = ANY (:persons) AND source_id <> 'erased:' || id ORDER BY id
"""
_PLAN_END = """
INSERT INTO {planned} (tenant_id, run_id, id, op, {columns})
SELECT tenant_id, :run, id, 'end', {columns} FROM {table}
WHERE tenant_id = :tenant AND ended_at IS NULL AND {about}
"""
_FORGET = (
    "UPDATE person SET login_digest = NULL, login_scope = NULL, civic_hash = NULL, civic_cipher = NULL,"
    " external_digests = NULL, source_id = 'erased:' || id WHERE tenant_id = :tenant AND id = ANY (:persons)",
    "UPDATE planned_person SET login_digest = NULL, login_scope = NULL, civic_hash = NULL, civic_cipher = NULL,"
    " external_digests = NULL, before = NULL, source_id = 'erased:' || id"
    " WHERE tenant_id = :tenant AND id = ANY (:persons)",
    "DELETE FROM correlation_case"
    " WHERE tenant_id = :tenant AND (person_id = ANY (:persons) OR other_id = ANY (:persons))",
)
KEPT = {
    "ties": "ended duties, enrolments and memberships stay as numbers, without a name",
    "journal": "the journal is append-only; it holds ids, no names",
    "upload": "uploaded files are erased when their retention ends",
    "erasure": "the ledger of erasures holds the id, the reason and the day",
}


async def show_person(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    """Every row about the person, by kind, present or ended."""
    values = {"tenant": tenant_of(session), "persons": [person_id]}
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
    """Erase one person who asked for it."""
    is_known = await session.scalar(
        text("SELECT 1 FROM person WHERE tenant_id = :tenant AND id = :person"),
        {"tenant": tenant_of(session), "person": person_id},
    )
    erased = await forget_persons(session, [person_id], "request")
    return ErasureReport(erased, KEPT if is_known else {})


async def forget_persons(session: AsyncSession, ids: Sequence[UUID], reason: Reason) -> int:
    """Names and numbers go, the ties end, and the other services follow by a version of the roster.

    The ledger keeps who (by id), why and when. Returns how many rows were erased or ended; 0 for those erased before.
    """
    values: dict[str, Any] = {"tenant": tenant_of(session), "persons": list(ids)}
    await lock_head(session)
    known = {row.id: row.protected for row in await session.execute(text(_KNOWN), values)}
    if not known:
        return 0
    values["persons"] = list(known)
    if open_ones := [person for person, is_protected in known.items() if not is_protected]:
        await protect(session, open_ones, SOURCE)
    await forget_everywhere(session, list(known))
    run, ended = await _end(session, values)
    await ErasureService(session).log(list(known), reason, run.id)
    for statement in _FORGET:
        await session.execute(text(statement), values)
    for person in known:
        await record(session, "person.erase", "person", person, after={"reason": reason, "runId": str(run.id)})
    return len(known) + ended


async def _end(session: AsyncSession, values: dict[str, Any]) -> tuple[Run, int]:
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
    return run, sum(numbers["ended"] for numbers in counts.values())


def _about(entity: Entity) -> str:
    return "(" + " OR ".join(f"{column} = ANY (:persons)" for column in TIES[entity.kind]) + ")"
