"""Planning by what differs: the roster is what the last delivery said, and only a part of the new one is staged.

`in_scope` names, by kind, the register's ids of all whom the delivery may change; everything that ties them is staged,
with what that refers to. What lies beyond says what it said, so that it is neither compared nor missed. Wherever this
may not be so, `NotPart` is raised, and the delivery is compared as a whole.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.beside import Beside, Numbers, count_bad, is_beside, look_at, person_columns
from services.sync.plan.entities import ENTITIES, Entity
from services.sync.plan.staging import at_once
from shared.kit.db import tenant_of


class NotPart(Exception):
    """The delivery touches what was not staged: it must be compared as a whole."""


_SCOPE = "SELECT s.sid FROM in_scope s WHERE s.kind = '{kind}'"
_TOUCHED = {
    kind: f"""
    CREATE TEMPORARY TABLE touched_{kind} ON COMMIT DROP AS
    SELECT p.id FROM in_scope s JOIN {kind} p ON p.tenant_id = :tenant AND p.source = :source AND p.source_id = s.sid
    WHERE s.kind = '{kind}'
    UNION SELECT coalesce(t.target, t.id) FROM in_{kind} t JOIN in_scope s ON s.kind = '{kind}' AND s.sid = t.sid
    """
    for kind in ("person", "activity")
}
# Of whom the delivery may have a row that is not staged. Joined: a list to look into would be weighed for each row.
_BEYOND = "LEFT JOIN in_scope s ON s.kind = '{kind}' AND s.sid = p.source_id AND p.source = :source"
_MARKS = ("p.civic_hash = t.civic_hash", "p.login_digest = t.login_digest")
_COLLIDES = """
SELECT EXISTS (SELECT FROM in_person t JOIN person p ON p.tenant_id = :tenant AND {mark} {beyond}
               WHERE NOT (p.source = :source AND p.source_id = t.sid) AND p.ended_at IS NULL AND s.sid IS NULL)
"""
_HAS_EXTERNAL = "SELECT EXISTS (SELECT FROM in_person WHERE external_digests IS NOT NULL)"
_BY_EXTERNAL = """
SELECT EXISTS (
    SELECT FROM (SELECT sid, unnest(external_digests) AS digest FROM in_person) t
    JOIN (SELECT p.source, p.source_id, unnest(p.external_digests) AS digest FROM person p {beyond}
          WHERE p.tenant_id = :tenant AND p.external_digests IS NOT NULL AND p.ended_at IS NULL AND s.sid IS NULL) p
         ON p.digest = t.digest AND NOT (p.source = :source AND p.source_id = t.sid))
"""
# Recognised as somebody whose own row, under another id, is not staged.
_TAKEN = """
SELECT EXISTS (SELECT FROM in_{kind} t JOIN {table} p ON p.tenant_id = :tenant AND p.id = t.target {beyond}
               WHERE p.source <> :source OR (p.source_id <> t.sid AND s.sid IS NULL))
"""
_STRAY_FINDING = """
SELECT EXISTS (SELECT FROM finding f WHERE f.tenant_id = :tenant AND f.run_id = :run AND f.line > 1
               AND NOT EXISTS (SELECT FROM in_full l WHERE lower(l.file) = lower(f.file) AND l.line = f.line))
"""
_STRAY = "SELECT EXISTS (SELECT FROM {planned} p WHERE p.tenant_id = :tenant AND p.run_id = :run AND NOT ({inside}))"
_UNIT_OF_PERSON = """(
    SELECT min(x.unit_id::text)::uuid FROM (
        SELECT d.unit_id FROM duty d
        WHERE d.tenant_id = p.tenant_id AND d.person_id = p.id AND d.ended_at IS NULL AND d.source = :source
        UNION ALL
        SELECT e.unit_id FROM enrolment e
        WHERE e.tenant_id = p.tenant_id AND e.person_id = p.id AND e.ended_at IS NULL AND e.source = :source
        UNION ALL
        SELECT c.unit_id FROM placement c
        WHERE c.tenant_id = p.tenant_id AND c.child_id = p.id AND c.ended_at IS NULL AND c.source = :source) x)"""
_BEFORE = """
SELECT {unit} AS at_unit, count(*) FILTER (WHERE NOT ({beside})) AS n FROM {table} p
WHERE p.tenant_id = :tenant AND p.source = :source AND p.ended_at IS NULL AND {inside} GROUP BY 1
"""
_AFTER = "SELECT p.at_unit, count(*) AS n FROM r_{kind} p WHERE {inside} GROUP BY 1"


def inside(entity: Entity) -> str:
    """SQL over the alias p: whether a row of this kind, of roster or delivery, is in scope."""
    if not entity.key:
        return f"p.source_id IN ({_SCOPE.format(kind=entity.kind)})"
    if columns := person_columns(entity):
        return "(" + " OR ".join(f"{column} IN (SELECT id FROM touched_person)" for column in columns) + ")"
    if "activity_id" in entity.columns:
        return "p.activity_id IN (SELECT id FROM touched_activity)"
    return "false"  # counts of absence are no part of what is staged


async def refuse_collisions(session: AsyncSession, source: str) -> None:
    """Before rows are matched. Raises NotPart where a mark of theirs is one of somebody who is not staged."""
    beyond = _BEYOND.format(kind="person")
    asked = [_COLLIDES.format(mark=mark, beyond=beyond) for mark in _MARKS]
    if await session.scalar(text(_HAS_EXTERNAL)):
        asked.append(_BY_EXTERNAL.format(beyond=beyond))
    await _refuse(session, asked, {"tenant": tenant_of(session), "source": source})


async def resolved(session: AsyncSession) -> None:
    """Once rows are resolved: tell the planner how few they are."""
    await at_once(session, [f"ANALYZE r_{entity.kind}" for entity in ENTITIES])


async def touch(session: AsyncSession, source: str) -> None:
    """Once rows are matched: who is in scope, by ids of the roster. Raises NotPart where somebody else may be."""
    values = {"tenant": tenant_of(session), "source": source}
    tables = {"unit": "unit", "person": "person", "group": "school_group", "activity": "activity"}
    asked = [_TAKEN.format(kind=kind, table=table, beyond=_BEYOND.format(kind=kind)) for kind, table in tables.items()]
    await _refuse(session, asked, values)
    await at_once(session, [f"DROP TABLE IF EXISTS pg_temp.touched_{kind}" for kind in _TOUCHED])
    for statement in _TOUCHED.values():
        await session.execute(text(statement), values)
    await at_once(session, [f"ANALYZE touched_{kind}" for kind in _TOUCHED])


async def refuse_strays(session: AsyncSession, run_id: object) -> None:
    """Raises NotPart where anything is planned or found that nobody had expected to be touched."""
    values = {"tenant": tenant_of(session), "run": run_id}
    asked = [_STRAY.format(planned=entity.planned_table, inside=inside(entity)) for entity in ENTITIES]
    await _refuse(session, [*asked, _STRAY_FINDING], values)


async def _refuse(session: AsyncSession, asked: list[str], values: Mapping[str, Any]) -> None:
    for statement in asked:
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        if await session.scalar(text(statement), used):
            raise NotPart


async def scope_beside(session: AsyncSession, source: str, beside: Beside) -> None:
    """Before rows are matched: whom the roster holds beside the former delivery is in scope. Raises NotPart where
    somebody of them was not read."""
    if not await look_at(session, source, beside):
        raise NotPart


async def count_delivered_in_part(
    session: AsyncSession, source: str, former: Numbers, beside: Beside, retold: Mapping[str, int]
) -> Numbers:  # fmt: skip
    """Rows per kind and unit that the whole delivery holds, where the one before held `former`, and the roster that
    and `beside`.

    `retold` is how many rows more the reader has counted. Raises NotPart where that does not agree: then somebody is
    told of, and not staged, and would be taken for gone.
    """
    values = {"tenant": tenant_of(session), "source": source}
    counted: Numbers = {}
    for entity in ENTITIES:
        before = former.get(entity.kind, {})
        numbers = Counter(before)
        numbers.subtract(beside.numbers.get(entity.kind, {}))
        names = {"table": entity.table, "kind": entity.kind, "inside": inside(entity), "unit": _unit_of(entity)}
        names["beside"] = is_beside(entity, "p.id") or "false"
        for statement, sign in ((_BEFORE, -1), (_AFTER, 1)):
            formatted = statement.format(**names)
            used = {name: value for name, value in values.items() if f":{name}" in formatted}
            for row in await session.execute(text(formatted), used):
                numbers[str(row.at_unit) if row.at_unit else None] += sign * row.n
        if any(count < 0 for count in numbers.values()):
            raise NotPart
        more = numbers.total() - sum(before.values())
        if entity.kind == "person":
            more += await count_bad(session) - beside.bad
        if entity.kind in ("unit", "person", "group", "activity") and retold.get(entity.kind, more) != more:
            raise NotPart
        counted[entity.kind] = {unit: count for unit, count in numbers.items() if count}
    return counted


def _unit_of(entity: Entity) -> str:
    """Under which unit a delivered row is counted; of persons, by what this register tells of them."""
    return _UNIT_OF_PERSON if entity.kind == "person" else entity.end_unit
