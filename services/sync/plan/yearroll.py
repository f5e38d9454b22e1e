"""The turn of the school year, inside the days that the customer has declared for it: what it explains and what not.

First whole years: a year of a school has moved up where most of its pupils are now one year higher there. Then class by
class: a class that ended is found again in the new class where at least 70 % of its pupils are. Whoever left the last
year of a school, or stands at another school now, has not vanished. What is explained is counted apart from what ended;
the rest is judged as in every other week, and the report names the classes and pupils that do not match.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import BY_KIND
from services.sync.plan.models import Run

SAME_CLASS = 0.7
_SHOWN = 500
_TEMPORARY = (
    "DROP TABLE IF EXISTS pg_temp.in_explained",
    "CREATE TEMPORARY TABLE in_explained (kind text, id uuid, PRIMARY KEY (kind, id)) ON COMMIT DROP",
)
# By class that ends: how many pupils it had, how many of them left from a last year, and its best successor.
_CLASSES = """
CREATE TEMPORARY TABLE in_classes ON COMMIT DROP AS
WITH gone AS (SELECT g.id, g.unit_id, g.kind FROM planned_school_group g
              WHERE g.tenant_id = :tenant AND g.run_id = :run AND g.op = 'end'),
pupil AS (SELECT g.id AS group_id, m.person_id FROM gone g JOIN membership m
          ON m.tenant_id = :tenant AND m.group_id = g.id AND m.role = 'pupil' AND m.ended_at IS NULL),
overlap AS (SELECT o.group_id, n.group_id AS new_id, count(*) AS same FROM pupil o
            JOIN r_membership n ON n.person_id = o.person_id AND n.role = 'pupil'
            JOIN r_group r ON coalesce(r.target, r.id) = n.group_id
            JOIN gone g ON g.id = o.group_id AND r.kind = g.kind
            GROUP BY 1, 2),
best AS (SELECT DISTINCT ON (group_id) group_id, new_id, same FROM overlap ORDER BY group_id, same DESC, new_id)
SELECT g.id, g.unit_id, g.kind, b.new_id, coalesce(b.same, 0) AS same,
       (SELECT count(*) FROM pupil p WHERE p.group_id = g.id) AS pupils,
       (SELECT count(*) FROM pupil p WHERE p.group_id = g.id AND p.person_id IN (SELECT person_id FROM in_left)) AS gone
FROM gone g LEFT JOIN best b ON b.group_id = g.id
"""
# Ended places of pupils who were in the last year that their school has, or have a place at another unit now.
_LEFT = """
CREATE TEMPORARY TABLE in_left ON COMMIT DROP AS
WITH last AS (SELECT unit_id, school_form, max(school_year) AS school_year FROM enrolment
              WHERE tenant_id = :tenant AND source = :source AND ended_at IS NULL GROUP BY 1, 2)
SELECT n.id, n.person_id, n.unit_id FROM planned_enrolment n LEFT JOIN last l
       ON l.unit_id = n.unit_id AND l.school_form = n.school_form
WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'end'
  AND (n.school_year = l.school_year OR EXISTS (SELECT FROM r_enrolment r WHERE r.person_id = n.person_id))
"""
_EXPLAIN = {
    "enrolment": """
        SELECT id FROM in_left UNION
        SELECT id FROM planned_enrolment WHERE tenant_id = :tenant AND run_id = :run AND op = 'change'
           AND school_year = (before->>'school_year')::int + 1""",
    "group": f"""
        SELECT id FROM in_classes WHERE kind <> 'home' OR pupils = 0 OR same + gone >= {SAME_CLASS} * pupils UNION
        SELECT id FROM planned_school_group WHERE tenant_id = :tenant AND run_id = :run AND op = 'change'""",
    "membership": """
        SELECT n.id FROM planned_membership n
        WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'end' AND (
            EXISTS (SELECT FROM in_explained e WHERE e.kind = 'group' AND e.id = n.group_id)
            OR n.person_id IN (SELECT person_id FROM in_left)
            OR EXISTS (SELECT FROM r_membership r WHERE r.person_id = n.person_id AND r.role = n.role))""",
    "person": """
        SELECT n.id FROM planned_person n
        WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'end' AND (
            n.id IN (SELECT person_id FROM in_left)
            OR EXISTS (SELECT FROM responsible t WHERE t.tenant_id = n.tenant_id AND t.guardian_id = n.id
                       AND t.ended_at IS NULL AND t.child_id IN (SELECT person_id FROM in_left)))""",
    "responsible": """
        SELECT n.id FROM planned_responsible n
        WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'end'
          AND n.child_id IN (SELECT person_id FROM in_left)""",
}
_COUNT = """
SELECT n.at_unit, n.op, count(*) AS n FROM {planned} n JOIN in_explained e ON e.kind = '{kind}' AND e.id = n.id
WHERE n.tenant_id = :tenant AND n.run_id = :run GROUP BY 1, 2
"""
_YEARS = """
SELECT n.unit_id, n.school_form, (n.before->>'school_year')::int AS school_year, count(*) AS pupils,
       count(*) FILTER (WHERE n.op = 'change' AND n.school_year = (n.before->>'school_year')::int + 1) AS promoted,
       count(*) FILTER (WHERE n.op = 'end' AND n.id IN (SELECT id FROM in_left)) AS gone
FROM planned_enrolment n
WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op IN ('change', 'end') AND n.before->>'school_year' IS NOT NULL
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_UNMATCHED_PERSONS = """
SELECT DISTINCT n.person_id FROM planned_enrolment n
WHERE n.tenant_id = :tenant AND n.run_id = :run AND n.op = 'end'
  AND NOT EXISTS (SELECT FROM in_explained e WHERE e.kind = 'enrolment' AND e.id = n.id)
ORDER BY 1 LIMIT :shown
"""


@dataclass(frozen=True)
class Rolled:
    """`explained` by kind, unit and op; the report goes with the run: ids and numbers, no names."""

    explained: dict[str, dict[str | None, dict[str, int]]] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    classes: int = 0
    unmatched: int = 0


async def roll_year(session: AsyncSession, run: Run) -> Rolled:
    """Look at the planned rows of the run, inside a declared window."""
    values = {"tenant": run.tenant_id, "run": run.id, "source": run.source}
    for statement in _TEMPORARY:
        await session.execute(text(statement))
    for name, statement in (("in_left", _LEFT), ("in_classes", _CLASSES)):
        await session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{name}"))
        await session.execute(text(statement), values)
    explained = {}
    for kind, rows in _EXPLAIN.items():
        insert = f"INSERT INTO in_explained SELECT '{kind}', x.id FROM ({rows}) x ON CONFLICT DO NOTHING"
        await session.execute(text(insert), values)
        explained[kind] = await _count(session, kind, values)
    classes = [row for row in await session.execute(text("SELECT * FROM in_classes")) if row.kind == "home"]
    unmatched = [row for row in classes if row.pupils and row.same + row.gone < SAME_CLASS * row.pupils]
    report = {
        "years": [
            {
                "unitId": str(row.unit_id),
                "schoolForm": row.school_form,
                "schoolYear": row.school_year,
                "pupils": row.pupils,
                "promoted": row.promoted,
                "left": row.gone,
            }
            for row in await session.execute(text(_YEARS), values)
        ],
        "classes": [_class(row) for row in sorted(classes, key=lambda row: str(row.id))[:_SHOWN]],
        "unmatchedPersons": [
            str(found) for found in await session.scalars(text(_UNMATCHED_PERSONS), values | {"shown": _SHOWN})
        ],
    }
    return Rolled(explained, report, len(classes), len(unmatched))


def _class(row: Any) -> dict[str, Any]:
    is_matched = bool(row.pupils) and row.same >= SAME_CLASS * row.pupils
    return {
        "groupId": str(row.id),
        "unitId": str(row.unit_id),
        "pupils": row.pupils,
        "left": row.gone,
        "same": row.same,
        "matchedTo": str(row.new_id) if is_matched else None,
    }


async def _count(session: AsyncSession, kind: str, values: dict[str, Any]) -> dict[str | None, dict[str, int]]:
    counted: dict[str | None, dict[str, int]] = {}
    statement = _COUNT.format(planned=BY_KIND[kind].planned_table, kind=kind)
    for row in await session.execute(text(statement), values):
        counted.setdefault(str(row.at_unit) if row.at_unit else None, {})[row.op] = row.n
    return counted
