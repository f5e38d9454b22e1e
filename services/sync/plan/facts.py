"""Counts what the guard judges by, from the planned rows: every number gross, nothing of it about a single person."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import BY_KIND
from shared.kit.db import tenant_of

# kind -> what tells the parts of it apart, and whether the parts of each unit are judged too
_PARTS = {
    "enrolment": ("school_form", True),
    "placement": ("school_form", True),
    "duty": ("role", False),
    "membership": ("role", False),
}
_PLANNED_PARTS = """
SELECT {part} AS part, {unit} AS unit_id, count(*) FILTER (WHERE op IN ('create', 'revive')) AS created,
       count(*) FILTER (WHERE op = 'change') AS changed, count(*) FILTER (WHERE op = 'end' {unexplained}) AS ended
FROM {planned} n WHERE tenant_id = :tenant AND run_id = :run GROUP BY GROUPING SETS ({sets})
"""
_UNEXPLAINED = "AND NOT EXISTS (SELECT FROM in_explained e WHERE e.kind = '{kind}' AND e.id = n.id)"
_PRESENT_PARTS = """
SELECT {part} AS part, {unit} AS unit_id, count(*) AS present
FROM {table} WHERE tenant_id = :tenant AND source = :source AND ended_at IS NULL GROUP BY 1, 2
"""
# Values of persons that were something and became something else. A protected person's are not there to compare.
_FIELDS = """
SELECT count(*) FILTER (WHERE before->>'given_name' <> given_name) AS "givenName",
       count(*) FILTER (WHERE before->>'family_name' <> family_name) AS "familyName",
       count(*) FILTER (WHERE before->>'login' <> login) AS login,
       count(*) FILTER (WHERE before->>'email' <> email) AS email,
       count(*) FILTER (WHERE before->>'civic_hash' <> civic_hash::text) AS "nationalId",
       count(*) FILTER (WHERE (before->>'protected')::boolean AND NOT protected) AS lifted
FROM planned_person WHERE tenant_id = :tenant AND run_id = :run AND op IN ('change', 'revive')
"""
_TAKEN_OVER = """
SELECT count(*) FROM planned_person n JOIN person p ON p.tenant_id = n.tenant_id AND p.id = n.id
WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'change' AND p.source NOT IN (:source, 'manual')
"""
_PROMOTED = """
SELECT count(*) FROM planned_enrolment WHERE tenant_id = :tenant AND run_id = :run AND op = 'change'
  AND school_year = (before->>'school_year')::int + 1
"""
# Places in groups that end by themselves: person and group stay, at their unit, and the person got no other place.
# People do so now and then; a file that lost its last rows does it to many at once. Lists that do not depend on the row
# are hashed once; planned rows have no statistics, and the planner would look through all of them for each row.
_LET_GO = """
SELECT count(*) FROM planned_membership n
WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'end' {unexplained}
  AND n.person_id NOT IN (SELECT p.id FROM planned_person p
                          WHERE p.tenant_id = :tenant AND p.run_id = :run AND p.op = 'end')
  AND n.group_id NOT IN (SELECT g.id FROM planned_school_group g
                         WHERE g.tenant_id = :tenant AND g.run_id = :run AND g.op = 'end')
  AND n.person_id NOT IN (SELECT e.person_id FROM planned_enrolment e
                          WHERE e.tenant_id = :tenant AND e.run_id = :run AND e.op = 'end')
  AND n.person_id NOT IN (SELECT d.person_id FROM planned_duty d
                          WHERE d.tenant_id = :tenant AND d.run_id = :run AND d.op = 'end')
  AND n.person_id NOT IN (SELECT m.person_id FROM planned_membership m
                          WHERE m.tenant_id = :tenant AND m.run_id = :run AND m.op IN ('create', 'revive'))
"""
_STAGED = "SELECT count(*) FROM in_{kind}"
_DUPLICATED = "SELECT count(*) - count(DISTINCT ({key})) FROM in_{kind}"
TIES = {
    "duty": "person_sid, unit_sid, role",
    "enrolment": "person_sid, unit_sid, school_form",
    "membership": "group_sid, person_sid, role",
    "responsible": "child_sid, guardian_sid",
}


@dataclass(frozen=True)
class Counted:
    """Numbers of one plan."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    fields: dict[str, int] = field(default_factory=dict)
    lifted: int = 0
    taken_over: int = 0
    promoted: int = 0
    let_go: int = 0


async def count_facts(
    session: AsyncSession, run_id: UUID, source: str, totals: Mapping[str, Mapping[str, int]], *, rolling: bool
) -> Counted:
    """Look at no more than there is to look at: a plan that changes nobody costs nothing here. `rolling` leaves out
    what the turn of the year explains."""
    values = {"tenant": tenant_of(session), "run": run_id, "source": source}
    parts = []
    for kind in _PARTS:
        if totals[kind]["ended"]:
            parts += await _parts(session, kind, values, _UNEXPLAINED.format(kind=kind) if rolling else "")
    if not (totals["person"]["changed"] or totals["person"]["created"]):
        fields: dict[str, int] = {}
    else:
        fields = dict((await session.execute(text(_FIELDS), values)).one()._mapping)
    return Counted(
        parts,
        {name: count for name, count in fields.items() if name != "lifted"},
        fields.get("lifted", 0),
        int(await session.scalar(text(_TAKEN_OVER), values) or 0) if totals["person"]["changed"] else 0,
        int(await session.scalar(text(_PROMOTED), values) or 0) if totals["enrolment"]["changed"] else 0,
        await _let_go(session, values, rolling=rolling) if totals["membership"]["ended"] else 0,
    )


async def _let_go(session: AsyncSession, values: Mapping[str, Any], *, rolling: bool) -> int:
    unexplained = _UNEXPLAINED.format(kind="membership") if rolling else ""
    return int(await session.scalar(text(_LET_GO.format(unexplained=unexplained)), values) or 0)


async def _parts(session: AsyncSession, kind: str, values: Mapping[str, Any], unexplained: str) -> list[dict[str, Any]]:
    column, by_unit = _PARTS[kind]
    entity = BY_KIND[kind]
    names = {
        "part": column,
        "unit": "unit_id" if by_unit else "NULL::uuid",
        "sets": f"({column}), ({column}, unit_id)" if by_unit else f"({column})",
        "table": entity.table,
        "planned": entity.planned_table,
        "unexplained": unexplained,
    }
    present: Counter[tuple[str, UUID | None]] = Counter()
    for row in await session.execute(text(_PRESENT_PARTS.format(**names)), values):
        present[row.part, None] += row.present
        if by_unit:
            present[row.part, row.unit_id] += row.present
    return [
        {
            "kind": kind,
            "part": row.part,
            "unit_id": str(row.unit_id) if row.unit_id else None,
            "created": row.created,
            "changed": row.changed,
            "ended": row.ended,
            "unchanged": max(0, present[row.part, row.unit_id] - row.changed - row.ended),
        }
        for row in await session.execute(text(_PLANNED_PARTS.format(**names)), values)
        if row.ended
    ]


async def count_staged(session: AsyncSession) -> dict[str, int]:
    """By kind of tie: how many rows were delivered."""
    counts = " UNION ALL ".join(f"SELECT '{kind}' AS kind, ({_STAGED.format(kind=kind)}) AS n" for kind in TIES)
    return {row.kind: int(row.n) for row in await session.execute(text(counts))}


def surplus_of(staged: Mapping[str, int], totals: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """By kind of tie: how many delivered rows more there are than rows that they stand for."""
    rows = {kind: totals[kind] for kind in TIES}
    return {
        kind: max(0, staged[kind] - row["created"] - row["changed"] - row["unchanged"]) for kind, row in rows.items()
    }


async def find_duplicates(
    session: AsyncSession, surplus: Mapping[str, int], before: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Ties that were delivered twice, beyond those that this source has always delivered twice."""
    found = []
    for kind, count in surplus.items():
        if count <= before.get(kind, 0):
            continue
        twice = int(await session.scalar(text(_DUPLICATED.format(kind=kind, key=TIES[kind]))) or 0)
        base = int(await session.scalar(text(_STAGED.format(kind=kind))) or 0)
        if twice > before.get(kind, 0):
            found.append({"kind": kind, "count": twice - before.get(kind, 0), "base": base})
    return found
