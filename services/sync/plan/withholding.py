"""Takes out of a plan what must not end or change yet: after the comparison, on planned rows alone.

- Whoever or whatever is missing but still spoken of elsewhere in the delivery: the delivery contradicts itself.
- Whoever is also known by another register: this one lets go of the row, and the other may take it up.
- Rows that belong to another register, unless the customer has said that this source takes that one's place.
- Somebody who vanishes while a namesake without any common mark appears: a person decides whether the two are one.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import BY_KIND, ENTITIES, Entity
from services.sync.plan.manual import SOURCE as BY_HAND
from services.sync.plan.models import Run
from services.sync.plan.policy import GuardPolicy
from services.sync.plan.resolving import REFERENCES
from services.sync.plan.staging import Staging, row_by_row, set_based
from services.sync.plan.suspicion import Case
from shared.kit.db import tenant_of

RELEASED = "released:"
_PERSON_COLUMNS = ("person_id", "child_id", "guardian_id")
_HAS_OTHERS = """
SELECT EXISTS (SELECT FROM run WHERE tenant_id = :tenant AND source NOT IN (:source, :by_hand) AND kind = 'delivery'
               AND state = 'applied')
"""
_SPOKEN_OF = """
SELECT n.id FROM {planned} n
WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'end' AND (n.source_id IN ({references}) {or_tied})
"""
# What is kept stands at a unit.
_OR_TIED = """
OR n.id IN (SELECT g.unit_id FROM school_group g WHERE g.tenant_id = :tenant AND g.id = ANY (:group)
            UNION SELECT a.unit_id FROM activity a WHERE a.tenant_id = :tenant AND a.id = ANY (:activity))
"""
_TIED = """
EXISTS (SELECT FROM {table} t WHERE t.tenant_id = n.tenant_id AND t.{column} = n.id AND t.ended_at IS NULL
        AND t.source = :source AND NOT EXISTS (SELECT FROM {planned} e WHERE e.tenant_id = t.tenant_id
                                               AND e.run_id = n.run_id AND e.id = t.id AND e.op = 'end'))
"""
_DROP = """
DELETE FROM {planned} n WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = ANY (:ops) AND ({about})
"""
_FOREIGN = """
DELETE FROM {planned} n USING {table} p
WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'change' AND p.tenant_id = n.tenant_id AND p.id = n.id
  AND p.source <> ALL (:own) {unless_released}
"""
_RELEASE = """
UPDATE planned_person n SET op = 'change', source_id = :released || n.id,
       before = jsonb_build_object('source_id', n.source_id)
WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'end' AND ({known})
"""
_KNOWN_ELSEWHERE = """
EXISTS (SELECT FROM {table} t WHERE t.tenant_id = n.tenant_id AND t.{column} = n.id AND t.ended_at IS NULL
        AND t.source <> :source)
"""
_LET_GO_ALREADY = """
DELETE FROM planned_person n WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'change'
  AND n.before->>'source_id' = n.source_id AND n.source_id = :released || n.id
"""
# A register that still shows a pupil in a class of the school has forgotten the enrolment, not the pupil.
_CLASSMATES = """
SELECT n.id, n.person_id, min(i.file) AS file, min(i.line) AS line FROM planned_enrolment n
JOIN r_membership m ON m.person_id = n.person_id AND m.role = 'pupil'
JOIN r_group g ON coalesce(g.target, g.id) = m.group_id AND g.unit_id = n.unit_id
     AND coalesce(g.school_form, n.school_form) = n.school_form
JOIN in_membership i ON i.id = m.id
WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'end' GROUP BY n.id, n.person_id
"""
_KEEP_CLASSMATES = (
    "DELETE FROM planned_enrolment WHERE tenant_id = :tenant AND run_id = :run AND id = ANY (:ids)",
    "DELETE FROM planned_responsible WHERE tenant_id = :tenant AND run_id = :run AND op = 'end'"
    " AND child_id = ANY (:children)",
)
# Protected persons have no names here to compare: one who comes while one goes may always be the same. One key to
# join by: with an OR, everybody would be compared with everybody.
_NAME = "coalesce(lower({0}.given_name) || chr(31) || lower({0}.family_name), CASE WHEN {0}.protected THEN '' END)"
_NAMESAKES = """
SELECT a.id AS new_id, a.source_id, e.id AS person_id, i.file, i.line
FROM planned_person a JOIN planned_person e
     ON e.tenant_id = a.tenant_id AND e.run_id = a.run_id AND e.op = 'end'
     AND {name_of_e} = {name_of_a}
     AND (a.civic_hash IS NULL OR e.civic_hash IS NULL OR a.civic_hash = e.civic_hash)
JOIN in_person i ON i.id = a.id
WHERE a.tenant_id = :tenant AND a.run_id = :run AND a.op = 'create'
  AND NOT EXISTS (SELECT FROM correlation_case c
                  WHERE c.tenant_id = a.tenant_id AND c.source = :source AND c.source_id = a.source_id
                    AND c.person_id = e.id AND c.decision = 'different')
""".format(name_of_a=_NAME.format("a"), name_of_e=_NAME.format("e"))
_COUNTED = 100_000
_PERSONS = "SELECT count(*) FROM person WHERE tenant_id = :tenant AND source = :source AND ended_at IS NULL"


async def withhold(
    session: AsyncSession, staging: Staging, run: Run, policy: GuardPolicy, suspected: Sequence[Case]
) -> list[Case]:
    """Change the planned rows of the run; returns the cases to decide. Findings: enrolment_missing, perhaps_same.

    Namesakes are taken out of the plan unless they are too many to be chance: then the guard sees what would happen.
    """
    values: dict[str, Any] = {
        "tenant": tenant_of(session),
        "run": run.id,
        "source": run.source,
        "by_hand": BY_HAND,
        "released": RELEASED,
        "own": [run.source, BY_HAND, *policy.replaces],
    }
    if await session.scalar(text(_HAS_OTHERS), values):
        await _respect_others(session, values)
    kept = [one for case in suspected for one in (case.person_id, case.other_id) if one is not None]
    if kept:
        await _drop(session, values, kept, ("end",))
    await _keep_spoken_of(session, staging, values)
    await _keep_classmates(session, staging, values)
    # What ties each of them is looked up; namesakes are joined as sets.
    await row_by_row(session)
    await _keep_tied(session, values)
    await set_based(session)
    return [*suspected, *await _hold_namesakes(session, staging, values, policy)]


async def _respect_others(session: AsyncSession, values: dict[str, Any]) -> None:
    for entity in ENTITIES:
        unless = "AND NOT (p.source_id LIKE :released || '%')" if entity.kind == "person" else ""
        statement = _FOREIGN.format(planned=entity.planned_table, table=entity.table, unless_released=unless)
        await session.execute(text(statement), values)
    known = " OR ".join(
        _KNOWN_ELSEWHERE.format(table=entity.table, column=column)
        for entity in ENTITIES
        for column in _person_columns(entity)
        if entity.kind != "membership"
    )
    await session.execute(text(_RELEASE.format(known=known)), values)
    await session.execute(text(_LET_GO_ALREADY), values)


async def _keep_spoken_of(session: AsyncSession, staging: Staging, values: dict[str, Any]) -> None:
    """Whoever and whatever other rows of the delivery name has not come to an end: its own row was lost."""
    kept: dict[str, list[UUID]] = {"group": [], "activity": []}
    for kind in ("person", "activity", "group", "unit"):
        if not (staging.found.get(f"orphan_{kind}") or (kind == "unit" and any(kept.values()))):
            continue
        references = " UNION ALL ".join(
            f"SELECT t.{column} FROM in_{other} t"
            for other, columns in REFERENCES.items()
            for column, of in columns.items()
            if of == kind
        )
        or_tied = _OR_TIED if kind == "unit" else ""
        query = _SPOKEN_OF.format(planned=BY_KIND[kind].planned_table, references=references, or_tied=or_tied)
        ids = kept[kind] = list(await session.scalars(text(query), values | kept))
        if ids:
            await _drop(session, values, ids, ("end",), kind)


async def _keep_tied(session: AsyncSession, values: dict[str, Any]) -> None:
    """Nobody ends whom something still ties: the guardian of a child that was kept stays with it."""
    tied = " OR ".join(
        _TIED.format(table=entity.table, planned=entity.planned_table, column=column)
        for entity in ENTITIES
        for column in _person_columns(entity)
    )
    statement = _DROP.format(planned="planned_person", about=tied)
    await session.execute(text(statement), values | {"ops": ["end"]})


async def _keep_classmates(session: AsyncSession, staging: Staging, values: dict[str, Any]) -> None:
    """Who counts as a pupil may hang on the enrolment: what it ties to guardians stays as well."""
    if await staging.find("enrolment_missing", f"SELECT file, line FROM ({_CLASSMATES}) c", values):
        rows = (await session.execute(text(_CLASSMATES), values)).all()
        more = {"ids": [row.id for row in rows], "children": [row.person_id for row in rows]}
        for statement in _KEEP_CLASSMATES:
            await session.execute(text(statement), values | more)


async def _hold_namesakes(
    session: AsyncSession, staging: Staging, values: dict[str, Any], policy: GuardPolicy
) -> list[Case]:
    # Where a whole roster is exchanged, everybody has namesakes: nobody looks at all those pairs.
    rows = (await session.execute(text(f"{_NAMESAKES} LIMIT {_COUNTED}"), values)).all()
    if not rows:
        return []
    persons = int(await session.scalar(text(_PERSONS), values) or 0)
    limit = policy.limit("identities_doubtful", "person")
    if len(rows) == _COUNTED and not limit.is_passed(len(rows), persons):
        rows = (await session.execute(text(_NAMESAKES), values)).all()
    rows = sorted(rows, key=lambda row: (row.new_id, row.person_id))
    if not limit.is_passed(len(rows), persons):
        await staging.find("perhaps_same", f"SELECT file, line FROM ({_NAMESAKES}) n", values)
        await _drop(session, values, [row.person_id for row in rows], ("end",))
        await _drop(session, values, [row.new_id for row in rows], ("create",))
    return [Case("perhaps_same", row.new_id, row.source_id, row.file, row.line, row.person_id) for row in rows]


async def _drop(
    session: AsyncSession, values: dict[str, Any], ids: Collection[UUID], ops: Collection[str], kind: str = "person"
) -> None:
    """Take rows with these ops out of the plan: of these, and of everything that ties them."""
    for entity in ENTITIES:
        if columns := _columns_of(entity, kind):
            about = " OR ".join(f"n.{column} = ANY (:ids)" for column in columns)
            statement = _DROP.format(planned=entity.planned_table, about=about)
            await session.execute(text(statement), values | {"ids": list(ids), "ops": list(ops)})


def _columns_of(entity: Entity, kind: str) -> tuple[str, ...]:
    """By which columns rows are of somebody, or of something, of this kind."""
    if entity.kind == kind:
        return ("id",)
    if kind == "person":
        return _person_columns(entity)
    return (entity.kept_by,) if entity.kept_by and entity.keeper == kind else ()


def _person_columns(entity: Entity) -> tuple[str, ...]:
    return tuple(column for column in entity.columns if column in _PERSON_COLUMNS)
