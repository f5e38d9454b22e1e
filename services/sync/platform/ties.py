"""Classes and guardians: who is in which group, and who answers for which child, at the platform and in the roster.

Groups: by the register's id, else by a name that only one group of the unit has. What the export does not tell of is
not compared, and that is a row of its own at each unit where the roster has it: nothing is right by silence.
"""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.rules.numbers import MAY_BE_NUMBER

_RECENT = "w.created_at > :recently"
_COVERED = "SELECT unit_id FROM pf_unit WHERE unit_id IS NOT NULL"
# A group is over for its members too, whatever their rows say.
_LASTS = "(t.ends_on IS NULL OR t.ends_on >= :today) AND (g.ends_on IS NULL OR g.ends_on >= :today)"
_BEGUN = "(t.starts_on IS NULL OR t.starts_on <= :today) AND (g.starts_on IS NULL OR g.starts_on <= :today)"
# A child's department stands in its placement.
_TIED = """(
    SELECT tenant_id, group_id, person_id, role, starts_on, ends_on, ended_at, created_at FROM membership
    WHERE tenant_id = :tenant
    UNION ALL
    SELECT tenant_id, group_id, child_id, 'pupil', starts_on, ends_on, ended_at, created_at FROM placement
    WHERE tenant_id = :tenant AND group_id IS NOT NULL)"""
_NOWHERE = "NULL::text AS file, NULL::integer AS line"

_GROUPS = """
CREATE TEMPORARY TABLE pf_group ON COMMIT DROP AS
WITH told AS (SELECT DISTINCT ON (g.sid) g.sid, lower(g.name) AS name, g.file, g.line, u.unit_id
              FROM in_group g LEFT JOIN pf_unit u ON u.sid = g.unit_sid ORDER BY g.sid, g.bad, g.line),
known AS (SELECT * FROM school_group WHERE tenant_id = :tenant AND ended_at IS NULL),
sourced AS (SELECT source_id, (array_agg(id))[1] AS id FROM known GROUP BY 1 HAVING count(*) = 1),
named AS (SELECT unit_id, lower(name) AS name, (array_agg(id))[1] AS id FROM known k
          WHERE NOT EXISTS (SELECT FROM told d JOIN sourced s ON s.source_id = d.sid WHERE s.id = k.id)
          GROUP BY 1, 2 HAVING count(*) = 1)
SELECT d.sid, d.file, d.line, d.unit_id, coalesce(s.id, n.id) AS group_id
FROM told d LEFT JOIN sourced s ON s.source_id = d.sid
LEFT JOIN named n ON n.unit_id = d.unit_id AND n.name = d.name
"""
_MEMBERS = """
CREATE TEMPORARY TABLE pf_member ON COMMIT DROP AS
SELECT DISTINCT ON (p.sid, g.sid, m.role) p.sid, p.person_id, g.group_id, g.unit_id, m.role, m.file, m.line
FROM (SELECT person_sid, group_sid, role, file, line FROM in_membership
      UNION ALL SELECT child_sid, group_sid, 'pupil', file, line FROM in_placement WHERE group_sid IS NOT NULL) m
JOIN pf_person p ON p.sid = m.person_sid JOIN pf_group g ON g.sid = m.group_sid
ORDER BY p.sid, g.sid, m.role, m.line
"""
# Classes and pupils are always looked at where any group is told; other groups and teachers where the export has some.
_WANTED_MEMBERS = f"""
CREATE TEMPORARY TABLE pf_want_member ON COMMIT DROP AS
SELECT t.group_id, t.person_id, t.role, g.unit_id, g.name, g.kind, t.created_at,
       CAST(:tells_groups AS boolean)
       AND (g.kind = 'home' OR g.kind IN (SELECT k.kind FROM pf_group f JOIN school_group k
                                          ON k.tenant_id = :tenant AND k.id = f.group_id))
       AND (t.role = 'pupil' OR t.role IN (SELECT role FROM pf_member)) AS is_compared
FROM {_TIED} t
JOIN school_group g ON g.tenant_id = t.tenant_id AND g.id = t.group_id AND g.ended_at IS NULL
JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id AND p.ended_at IS NULL
WHERE t.ended_at IS NULL AND {_BEGUN} AND {_LASTS} AND g.unit_id IN ({_COVERED})
"""
_GUARDIANS = f"""
CREATE TEMPORARY TABLE pf_tie ON COMMIT DROP AS
SELECT DISTINCT ON (c.sid, r.guardian_sid) c.sid, c.person_id AS child_id, a.at_unit AS unit_id,
       coalesce(g.person_id, s.id) AS guardian_id, r.file, r.line,
       CASE WHEN r.guardian_sid !~ '{MAY_BE_NUMBER}' THEN coalesce(g.shown, s.source_id) END AS shown
FROM in_responsible r JOIN pf_person c ON c.sid = r.child_sid JOIN pf_account a ON a.sid = c.sid
LEFT JOIN pf_person g ON g.sid = r.guardian_sid
LEFT JOIN (SELECT source_id, (array_agg(id))[1] AS id FROM person
           WHERE tenant_id = :tenant AND ended_at IS NULL GROUP BY 1 HAVING count(*) = 1) s
     ON s.source_id = r.guardian_sid
ORDER BY c.sid, r.guardian_sid, r.line
"""
_WANTED_GUARDIANS = f"""
CREATE TEMPORARY TABLE pf_want_tie ON COMMIT DROP AS
SELECT DISTINCT ON (t.child_id, t.guardian_id) t.child_id, t.guardian_id, w.unit_id, t.created_at,
       c.protected OR g.protected AS protected,
       CASE WHEN NOT g.protected AND g.source_id !~ '{MAY_BE_NUMBER}' THEN g.source_id END AS shown
FROM responsible t
JOIN person c ON c.tenant_id = t.tenant_id AND c.id = t.child_id AND c.ended_at IS NULL
JOIN person g ON g.tenant_id = t.tenant_id AND g.id = t.guardian_id AND g.ended_at IS NULL
JOIN pf_want w ON w.person_id = t.child_id AND w.is_now AND w.role = 'pupil' AND w.unit_id IN ({_COVERED})
WHERE t.tenant_id = :tenant AND t.ended_at IS NULL
ORDER BY t.child_id, t.guardian_id, w.unit_id
"""
_STEPS = {
    "pf_group": _GROUPS,
    "pf_member": _MEMBERS,
    "pf_want_member": _WANTED_MEMBERS,
    "pf_tie": _GUARDIANS,
    "pf_want_tie": _WANTED_GUARDIANS,
}

STATEMENTS: dict[str, str] = {
    "missing_group": f"""
        SELECT w.unit_id, NULL::uuid AS person_id, w.name AS row_ref, {_NOWHERE},
               CASE WHEN bool_and({_RECENT}) THEN 'not_imported_yet' ELSE 'unknown' END AS cause
        FROM pf_want_member w
        WHERE w.is_compared AND NOT EXISTS (SELECT FROM pf_group g WHERE g.group_id = w.group_id)
        GROUP BY w.group_id, w.unit_id, w.name""",
    "extra_group": f"""
        SELECT g.unit_id, NULL::uuid AS person_id, CASE WHEN g.sid !~ '{MAY_BE_NUMBER}' THEN g.sid END AS row_ref,
               g.file, g.line,
               CASE WHEN EXISTS (SELECT FROM school_group k WHERE k.tenant_id = :tenant AND k.source_id = g.sid)
                    THEN 'changed_in_register' ELSE 'set_by_hand' END AS cause
        FROM pf_group g WHERE g.group_id IS NULL AND g.unit_id IS NOT NULL""",
    "missing_member": f"""
        SELECT w.unit_id, w.person_id, w.name AS row_ref, {_NOWHERE},
               CASE WHEN bool_and({_RECENT}) THEN 'not_imported_yet' ELSE 'unknown' END AS cause
        FROM pf_want_member w
        WHERE w.is_compared AND EXISTS (SELECT FROM pf_group g WHERE g.group_id = w.group_id)
          AND EXISTS (SELECT FROM pf_account a WHERE a.person_id = w.person_id)
          AND NOT EXISTS (SELECT FROM pf_member m WHERE m.group_id = w.group_id AND m.person_id = w.person_id)
        GROUP BY w.group_id, w.unit_id, w.person_id, w.name""",
    "extra_member": f"""
        SELECT DISTINCT ON (m.person_id, m.group_id) g.unit_id, m.person_id, g.name AS row_ref, m.file, m.line,
               CASE WHEN EXISTS (SELECT FROM {_TIED} t WHERE t.group_id = m.group_id AND t.person_id = m.person_id)
                    THEN 'changed_in_register' ELSE 'set_by_hand' END AS cause
        FROM pf_member m JOIN pf_account a ON a.sid = m.sid AND a.is_active AND NOT a.has_left
        JOIN school_group g ON g.tenant_id = :tenant AND g.id = m.group_id
        WHERE m.person_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM {_TIED} t WHERE t.group_id = m.group_id AND t.person_id = m.person_id
                          AND t.ended_at IS NULL AND {_LASTS})
        ORDER BY m.person_id, m.group_id, m.line""",
    "groups_not_compared": f"""
        SELECT DISTINCT w.unit_id, NULL::uuid AS person_id,
               CASE WHEN CAST(:tells_groups AS boolean) THEN w.kind || ' ' || w.role END AS row_ref, {_NOWHERE},
               'not_in_export' AS cause
        FROM pf_want_member w WHERE NOT w.is_compared""",
    "missing_guardian": f"""
        SELECT w.unit_id, w.child_id AS person_id, w.shown AS row_ref, {_NOWHERE},
               CASE WHEN w.protected THEN 'protected_identity'
                    WHEN {_RECENT} THEN 'not_imported_yet' ELSE 'unknown' END AS cause
        FROM pf_want_tie w
        WHERE :tells_guardians AND EXISTS (SELECT FROM pf_account a WHERE a.person_id = w.child_id)
          AND NOT EXISTS (SELECT FROM pf_tie t WHERE t.child_id = w.child_id AND t.guardian_id = w.guardian_id)""",
    "extra_guardian": """
        SELECT t.unit_id, t.child_id AS person_id,
               CASE WHEN NOT coalesce(g.protected, false) THEN t.shown END AS row_ref, t.file, t.line,
               CASE WHEN EXISTS (SELECT FROM responsible r WHERE r.tenant_id = :tenant AND r.child_id = t.child_id
                                 AND r.guardian_id = t.guardian_id)
                    THEN 'changed_in_register' ELSE 'set_by_hand' END AS cause
        FROM pf_tie t JOIN person c ON c.tenant_id = :tenant AND c.id = t.child_id AND c.ended_at IS NULL
        LEFT JOIN person g ON g.tenant_id = :tenant AND g.id = t.guardian_id
        WHERE NOT EXISTS (SELECT FROM responsible r WHERE r.tenant_id = :tenant AND r.child_id = t.child_id
                          AND r.guardian_id = t.guardian_id AND r.ended_at IS NULL)""",
    "guardians_not_compared": f"""
        SELECT DISTINCT w.unit_id, NULL::uuid AS person_id, NULL::text AS row_ref, {_NOWHERE},
               'not_in_export' AS cause
        FROM pf_want_tie w WHERE NOT :tells_guardians""",
}
NEEDS_WHOLE = frozenset({"missing_group", "missing_member", "missing_guardian"})
# One person may differ in several groups and by several guardians.
OF_TIES = frozenset({"missing_member", "extra_member", "missing_guardian", "extra_guardian"})

_COUNTS = """
SELECT unit_id, 'roster' AS side, 'memberships' AS what, count(DISTINCT (group_id, person_id)) AS n
FROM pf_want_member WHERE is_compared GROUP BY 1
UNION ALL
SELECT unit_id, 'platform', 'memberships', count(DISTINCT (group_id, sid)) FROM pf_member
WHERE group_id IS NOT NULL GROUP BY 1
UNION ALL
SELECT unit_id, 'roster', 'guardians', count(*) FROM pf_want_tie WHERE :tells_guardians GROUP BY 1
UNION ALL
SELECT unit_id, 'platform', 'guardians', count(*) FROM pf_tie GROUP BY 1
"""


def tells(told: frozenset[str]) -> dict[str, bool]:
    """Of these ties a mapping tells that fills these kinds of rows."""
    return {"tells_groups": {"group", "membership"} <= told, "tells_guardians": "responsible" in told}


async def match_ties(session: AsyncSession, values: dict[str, Any]) -> None:
    """Make the tables of this transaction that `STATEMENTS` read, after those of accounts."""
    for name, statement in _STEPS.items():
        await session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{name}"))
        used = {key: value for key, value in values.items() if f":{key}" in statement}
        await session.execute(text(statement), used)


async def count_ties(session: AsyncSession, values: dict[str, Any]) -> list[Any]:
    """(unit_id, side, what, n): ties that were compared, on both sides."""
    told = {"tells_guardians": values["tells_guardians"]}
    return list((await session.execute(text(_COUNTS), told)).all())
