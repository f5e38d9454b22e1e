"""Finds for each account of the export the person of the roster, and for each of its units ours. Never by name.

Accounts: by login name, else by the register's id, else by national number. Units: by id, by school unit code, else by
a name that only one unit has.
"""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.platform.ties import match_ties
from services.sync.rules.numbers import MAY_BE_NUMBER

# Of several persons with one mark the present one counts; where several are present, the mark tells nothing.
_MARKED = """
SELECT {mark} AS mark, (array_agg(id ORDER BY ended_at DESC NULLS FIRST, id))[1] AS id
FROM person WHERE tenant_id = :tenant AND {mark} IS NOT NULL
GROUP BY {mark} HAVING count(*) FILTER (WHERE ended_at IS NULL) <= 1
"""
_PERSONS = f"""
CREATE TEMPORARY TABLE pf_person ON COMMIT DROP AS
SELECT DISTINCT ON (t.sid) t.sid, t.file, t.line, t.given_name, t.family_name, t.login_digest,
       coalesce(l.id, s.id, c.id) AS person_id,
       l.id <> s.id OR l.id <> c.id OR s.id <> c.id AS conflicts,
       CASE WHEN t.protected AND NOT 'protected' = ANY (t.untold) OR t.sid ~ '{MAY_BE_NUMBER}' THEN NULL
            ELSE t.sid END AS shown
FROM in_person t
LEFT JOIN ({_MARKED.format(mark="login_digest")}) l ON l.mark = t.login_digest
LEFT JOIN ({_MARKED.format(mark="source_id")}) s ON s.mark = t.sid
LEFT JOIN ({_MARKED.format(mark="civic_hash")}) c ON c.mark = t.civic_hash
ORDER BY t.sid, t.bad, t.login_digest IS NULL, t.line
"""
_UNITS = """
CREATE TEMPORARY TABLE pf_unit ON COMMIT DROP AS
WITH told AS (
    SELECT sid FROM in_unit UNION SELECT unit_sid FROM in_enrolment UNION SELECT unit_sid FROM in_duty
    UNION SELECT unit_sid FROM in_placement UNION SELECT unit_sid FROM in_group),
known AS (SELECT * FROM unit WHERE tenant_id = :tenant AND ended_at IS NULL),
named AS (SELECT lower(name) AS name, (array_agg(id))[1] AS id FROM known GROUP BY 1 HAVING count(*) = 1),
coded AS (SELECT code, (array_agg(id))[1] AS id FROM known WHERE code IS NOT NULL GROUP BY 1 HAVING count(*) = 1),
sourced AS (SELECT source_id, (array_agg(id))[1] AS id FROM known GROUP BY 1 HAVING count(*) = 1)
SELECT DISTINCT ON (d.sid) d.sid, t.file, t.line, coalesce(s.id, c.id, b.id, n.id, m.id) AS unit_id
FROM told d
LEFT JOIN in_unit t ON t.sid = d.sid
LEFT JOIN sourced s ON s.source_id = d.sid
LEFT JOIN coded c ON c.code = d.sid
LEFT JOIN coded b ON b.code = t.code
LEFT JOIN named n ON n.name = lower(t.name)
LEFT JOIN named m ON m.name = lower(d.sid)
WHERE d.sid IS NOT NULL
ORDER BY d.sid, t.line
"""
_PLACES = """
CREATE TEMPORARY TABLE pf_place ON COMMIT DROP AS
SELECT DISTINCT ON (p.sid, u.sid, x.role) p.sid, p.person_id, u.sid AS unit_sid, u.unit_id, x.role, x.file, x.line
FROM (SELECT person_sid, unit_sid, 'pupil' AS role, file, line FROM in_enrolment
      UNION ALL SELECT child_sid, unit_sid, 'pupil', file, line FROM in_placement
      UNION ALL SELECT person_sid, unit_sid, role, file, line FROM in_duty) x
JOIN pf_person p ON p.sid = x.person_sid
JOIN pf_unit u ON u.sid = x.unit_sid
ORDER BY p.sid, u.sid, x.role, x.line
"""
_TIE = """
SELECT t.{who} AS person_id, t.unit_id, {role} AS role, t.created_at,
       t.starts_on IS NULL OR t.starts_on <= :today AS is_now, {is_told} AS is_told
FROM {table} t JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.{who} AND p.ended_at IS NULL
WHERE t.tenant_id = :tenant AND t.ended_at IS NULL AND (t.ends_on IS NULL OR t.ends_on >= :today)
"""
# A place to come may be there already; one whose last day has passed is no reason for anything.
_WANTED = """
CREATE TEMPORARY TABLE pf_want ON COMMIT DROP AS
SELECT person_id, unit_id, role, bool_or(is_now) AS is_now, bool_or(is_now AND is_told) AS is_expected,
       min(created_at) AS created_at
FROM ({ties}) t GROUP BY 1, 2, 3
"""
_TIES = (("enrolment", "person_id", "'pupil'"), ("placement", "child_id", "'pupil'"), ("duty", "person_id", "t.role"))
_PLACED = " UNION ".join(f"SELECT {who} AS id FROM {table} WHERE tenant_id = :tenant" for table, who, _ in _TIES)
# Whom the register has placed somewhere, and places nowhere today or later, has left; guardians keep their accounts.
_ACCOUNTS = f"""
CREATE TEMPORARY TABLE pf_account ON COMMIT DROP AS
SELECT p.sid, p.person_id, p.file, p.line, p.shown, p.login_digest, p.given_name, p.family_name,
       coalesce(p.conflicts, false) AS conflicts, coalesce(a.is_active, true) AS is_active, a.last_login,
       coalesce(w.unit_ids, '{{}}') AS unit_ids, (w.unit_ids)[1] AS at_unit,
       h.ended_at IS NOT NULL OR (o.id IS NOT NULL AND n.id IS NULL AND g.id IS NULL) AS has_left
FROM pf_person p
LEFT JOIN person h ON h.tenant_id = :tenant AND h.id = p.person_id
LEFT JOIN ({_PLACED}) o ON o.id = p.person_id
LEFT JOIN (SELECT DISTINCT person_id AS id FROM pf_want) n ON n.id = p.person_id
LEFT JOIN (SELECT DISTINCT guardian_id AS id FROM responsible WHERE tenant_id = :tenant AND ended_at IS NULL) g
     ON g.id = p.person_id
LEFT JOIN (SELECT person_sid, bool_or(state = 'active') AS is_active, max(last_login::date) AS last_login
           FROM in_account GROUP BY 1) a ON a.person_sid = p.sid
LEFT JOIN (SELECT sid, array_agg(DISTINCT unit_id ORDER BY unit_id) FILTER (WHERE unit_id IS NOT NULL) AS unit_ids
           FROM pf_place GROUP BY 1) w ON w.sid = p.sid
"""
_PUPILS, _STAFF = frozenset({"enrolment", "placement"}), frozenset({"duty"})
_TABLES = ("pf_person", "pf_unit", "pf_place", "pf_account", "pf_want")


async def match_export(session: AsyncSession, told: frozenset[str], values: dict[str, Any]) -> None:
    """Make the tables `pf_*` of this transaction. `told` are the kinds of rows that the mapping fills: whom it leaves
    out altogether, pupils or staff, is not expected in the platform, and told as not compared."""
    ties = [
        _TIE.format(table=table, who=who, role=role, is_told=bool(told & (_STAFF if table in _STAFF else _PUPILS)))
        for table, who, role in _TIES
    ]
    for name in _TABLES:
        await session.execute(text(f"DROP TABLE IF EXISTS pg_temp.{name}"))
    for statement in (_PERSONS, _UNITS, _PLACES, _WANTED.format(ties=" UNION ALL ".join(ties)), _ACCOUNTS):
        await session.execute(
            text(statement), {name: value for name, value in values.items() if f":{name}" in statement}
        )
    await match_ties(session, values)
