"""Persons about whom roster and delivery differ, or who share a mark: looked at anew with every delivery.

Whom the register tells badly is kept, a case holds a row back, of two with one login name one goes without it: there
the roster is not what the delivery says, night after night. All rows that speak of them are read each time, and they
are counted apart from everybody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import ENTITIES, Entity
from services.sync.plan.models import Run
from services.sync.plan.staging import at_once
from services.sync.plan.suspicion import Case
from services.sync.reading.canonical import ENTITIES as DELIVERED
from shared.kit.db import tenant_of

Numbers = dict[str, dict[str | None, int]]

# With more than these, looking at all is no slower.
_MOST_PERSONS = 2_000
_MOST_LINES = 20_000
_MAKE = (
    "DROP TABLE IF EXISTS pg_temp.beside",
    "CREATE TEMPORARY TABLE beside (id uuid) ON COMMIT DROP",
)
_SHARING = "INSERT INTO beside SELECT coalesce(t.target, t.id) FROM in_again a JOIN in_person t ON t.id = a.id"
_OF_CASES = "INSERT INTO beside SELECT unnest(CAST(:ids AS uuid[]))"
# What the roster goes on to hold although nothing that was delivered stands for it, and the other way round.
_KEPT = """
SELECT {of} FROM {table} p
WHERE p.tenant_id = :tenant AND p.source = :source AND p.ended_at IS NULL AND {inside}
  AND NOT EXISTS (SELECT FROM r_{kind} r WHERE r.target = p.id)
  AND NOT EXISTS (SELECT FROM {planned} n WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.id = p.id
                  AND n.op = 'end')
"""
_WITHHELD = """
SELECT {of} FROM r_{kind} p
WHERE p.target IS NULL AND NOT EXISTS (SELECT FROM {planned} n WHERE n.tenant_id = :tenant AND n.run_id = :run
                                       AND n.id = p.id AND n.op = 'create')
"""
_PUT = "WITH rows AS ({rows}), put AS (INSERT INTO beside SELECT unnest(ids) FROM rows) SELECT count(*) FROM rows"
_PRESENT = "SELECT count(*) FROM {table} WHERE tenant_id = :tenant AND source = :source AND ended_at IS NULL"
_TAKEN_OVER = """
SELECT count(*) FROM {planned}
WHERE tenant_id = :tenant AND run_id = :run AND op = 'change' AND before->>'source' <> :source
"""
# Another register's, or somebody entered by hand: no delivery of this one has a row that would be missed.
_OTHERS = """
DELETE FROM beside b USING person p WHERE p.tenant_id = :tenant AND p.id = b.id AND p.source <> :source
   AND NOT EXISTS (SELECT FROM r_person r WHERE r.target = p.id)
"""
_PERSONS = """
SELECT id, bool_or(told) AS told FROM (
    SELECT p.id, t.id IS NOT NULL AS told
    FROM person p LEFT JOIN in_person t ON t.sid = p.source_id AND p.source = :source
    WHERE p.tenant_id = :tenant AND p.id IN (SELECT id FROM beside)
    UNION ALL SELECT t.target, true FROM in_person t WHERE t.target IN (SELECT id FROM beside)
    UNION ALL SELECT n.id, true FROM planned_person n
    WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'create' AND n.id IN (SELECT id FROM beside)) p
GROUP BY 1
"""
_SIDS = """
SELECT t.sid FROM in_person t WHERE coalesce(t.target, t.id) IN (SELECT id FROM beside)
UNION SELECT p.source_id FROM person p
WHERE p.tenant_id = :tenant AND p.source = :source AND p.id IN (SELECT id FROM beside)
"""
_LINES = "SELECT file, line FROM in_{kind} WHERE {column} IN (SELECT sid FROM sids)"
_NUMBERS = "SELECT '{kind}' AS kind, at_unit, count(*) AS n FROM r_{kind} p WHERE {about} GROUP BY 2"
_BAD = "SELECT count(*) FROM in_person WHERE bad"
_MARKED = """
SELECT EXISTS (SELECT FROM beside b LEFT JOIN person p ON p.tenant_id = :tenant AND p.id = b.id
               LEFT JOIN in_scope s ON s.kind = 'person' AND s.sid = p.source_id
               WHERE p.id IS NULL OR p.source <> :source OR (b.told AND s.sid IS NULL))
"""
_INTO_SCOPE = """
INSERT INTO in_scope (kind, sid)
SELECT 'person', p.source_id FROM beside b JOIN person p ON p.tenant_id = :tenant AND p.id = b.id
WHERE NOT EXISTS (SELECT FROM in_scope s WHERE s.kind = 'person' AND s.sid = p.source_id)
"""


@dataclass(frozen=True)
class Beside:
    """`persons`: by id of the roster, whether the delivery has rows of their own. `lines` speak of them (file, line).

    `numbers`: how many delivered rows are theirs. `more`: by kind, how many more rows of the register the roster holds
    than were delivered. `bad`: rows of persons that could not be read, or are held.
    """

    persons: Mapping[str, bool] = field(default_factory=dict)
    lines: Sequence[tuple[str, int]] = ()
    numbers: Numbers = field(default_factory=dict)
    more: Mapping[str, int] = field(default_factory=dict)
    bad: int = 0

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        numbers = [(kind, unit, n) for kind, units in self.numbers.items() for unit, n in units.items()]
        return {
            "persons": dict(self.persons),
            "lines": sorted(self.lines),
            "numbers": sorted(numbers, key=str),
            "more": dict(self.more),
            "bad": self.bad,
        }

    @classmethod
    def of(cls, document: Mapping[str, Any] | None) -> Self:
        """From what `document` gave; nobody where there is none."""
        if document is None:
            return cls()
        numbers: Numbers = {}
        for kind, unit, n in document["numbers"]:
            numbers.setdefault(kind, {})[unit] = n
        lines = [(file, line) for file, line in document["lines"]]
        return cls(document["persons"], lines, numbers, document["more"], document["bad"])


def is_beside(entity: Entity, own: str) -> str | None:
    """SQL over the alias p: whether a row of this kind speaks of somebody in `beside`; None where it is nobody's.

    `own` gives the id of a person's own row.
    """
    columns = [own] if entity.kind == "person" else person_columns(entity)
    return " OR ".join(f"{column} IN (SELECT id FROM beside)" for column in columns) or None


def person_columns(entity: Entity) -> list[str]:
    """The columns of a tie that speak of a person, over the alias p."""
    return [f"p.{column}" for column, kind in entity.references.items() if kind == "person"]


async def look_at(session: AsyncSession, source: str, beside: Beside) -> bool:
    """Before a part is matched: the persons of the former run in scope, in a table `beside` (id, told).

    False where somebody of whom the delivery had a row was not read.
    """
    values = {"tenant": tenant_of(session), "source": source}
    await at_once(session, [_MAKE[0], _MAKE[1].replace("(id uuid)", "(id uuid, told boolean)")])
    if not beside.persons:
        return True
    ids, told = [UUID(one) for one in beside.persons], list(beside.persons.values())
    put = text("INSERT INTO beside SELECT unnest(CAST(:ids AS uuid[])), unnest(CAST(:told AS boolean[]))")
    await session.execute(put, {"ids": ids, "told": told})
    await at_once(session, ["ANALYZE beside"])
    if await session.scalar(text(_MARKED), values):
        return False
    await session.execute(text(_INTO_SCOPE), {"tenant": values["tenant"]})
    return True


async def count_bad(session: AsyncSession) -> int:
    """Rows of persons that could not be read, or are held."""
    return int(await session.scalar(text(_BAD)) or 0)


async def beside_of(
    session: AsyncSession, run: Run, before: Mapping[str, int] | None, cases: Sequence[Case], inside: Mapping[str, str]
) -> Beside | None:  # fmt: skip
    """What the roster, once this plan is applied, holds beside the delivery; None where that cannot be told.

    `before`: how many rows of the register it holds now, by kind, where that is known. `inside`: by kind, in SQL, where
    to look.
    """
    values = {"tenant": tenant_of(session), "source": run.source, "run": run.id}
    ids = {one for case in cases for one in (case.person_id, case.other_id, case.row_id) if one is not None}
    await at_once(session, _MAKE)
    await session.execute(text(_SHARING))
    await session.execute(text(_OF_CASES), {"ids": sorted(ids)})
    more = {}
    for entity in ENTITIES:
        if entity.kind == "absence":
            continue  # numbers of whole months: never read in part
        found = await _difference(session, entity, run, before, bool(cases), inside.get(entity.kind, "true"))
        if found is None:
            return None
        if found:
            more[entity.kind] = found
    await session.execute(text(_OTHERS), _used(_OTHERS, values))
    return await _gathered(session, values, more)


async def _difference(
    session: AsyncSession, entity: Entity, run: Run, before: Mapping[str, int] | None, has_cases: bool, inside: str
) -> int | None:  # fmt: skip
    """How many rows more than were delivered; whose they are goes into `beside`. None where it is nobody's."""
    values = {"tenant": tenant_of(session), "source": run.source, "run": run.id}
    row = run.counts[entity.kind]
    names = {"table": entity.table, "planned": entity.planned_table, "kind": entity.kind, "inside": inside}
    there = await _there(session, entity, before, values)
    if row["changed"]:
        there += int(await session.scalar(text(_TAKEN_OVER.format(**names)), values) or 0)
    more: int = there + row["created"] - row["ended"] - (row["created"] + row["changed"] + row["unchanged"])
    if not more and not has_cases:
        return 0
    columns = ["p.id"] if entity.kind == "person" else person_columns(entity)
    counts = []
    for statement in (_KEPT, _WITHHELD):
        rows = statement.format(**names, of=f"ARRAY[{', '.join(columns) or 'NULL::uuid'}] AS ids")
        counted = _PUT.format(rows=rows)
        counts.append(int(await session.scalar(text(counted), _used(counted, values)) or 0))
    if counts[0] - counts[1] != more or (not columns and any(counts)):
        return None
    return more


async def _there(
    session: AsyncSession, entity: Entity, before: Mapping[str, int] | None, values: Mapping[str, Any]
) -> int:  # fmt: skip
    if before is not None:
        return before.get(entity.kind, 0)
    statement = _PRESENT.format(table=entity.table)
    return int(await session.scalar(text(statement), _used(statement, values)) or 0)


async def _gathered(session: AsyncSession, values: Mapping[str, Any], more: Mapping[str, int]) -> Beside | None:
    bad = await count_bad(session)
    if not await session.scalar(text("SELECT EXISTS (SELECT FROM beside WHERE id IS NOT NULL)")):
        return Beside(more=more, bad=bad)
    persons = {str(row.id): bool(row.told) for row in await session.execute(text(_PERSONS), _used(_PERSONS, values))}
    lines = " UNION ".join(
        _LINES.format(kind=kind, column=column) for kind, columns in _speaking().items() for column in columns
    )
    statement = f"WITH sids AS MATERIALIZED ({_SIDS}) {lines} LIMIT {_MOST_LINES + 1}"
    found = [(row.file, row.line) for row in await session.execute(text(statement), _used(statement, values))]
    if len(persons) > _MOST_PERSONS or len(found) > _MOST_LINES:
        return None
    numbers: Numbers = {}
    asked = [
        _NUMBERS.format(kind=entity.kind, about=about)
        for entity in ENTITIES
        if (about := is_beside(entity, "coalesce(p.target, p.id)"))
    ]
    for row in await session.execute(text(" UNION ALL ".join(asked))):
        numbers.setdefault(row.kind, {})[str(row.at_unit) if row.at_unit else None] = row.n
    return Beside(persons, found, numbers, more, bad)


def _speaking() -> dict[str, list[str]]:
    """By kind of delivered row, the columns with ids of persons."""
    found = {"person": ["sid"]}
    for entity in ENTITIES:
        columns = [f"{spec.name}_sid" for spec in DELIVERED[entity.kind].fields if spec.refers_to == "person"]
        if columns:
            found[entity.kind] = columns
    return found


def _used(statement: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f":{name}" in statement}
