"""Compares the matched export with the roster: one statement per kind of difference, each with its likely cause.

Every statement gives (unit_id, person_id, row_ref, file, line, cause); whoever it is about is left to the ids.
"""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.platform import ties
from services.sync.roster.alias import display_name_sql
from services.sync.rules.catalogue import RULES
from services.sync.rules.platform import EXCUSED

_AT = "a.at_unit AS unit_id, a.person_id, a.shown AS row_ref, a.file, a.line"
_PERSON = "JOIN person p ON p.tenant_id = :tenant AND p.id = a.person_id"
_RECENT = "created_at > :recently"
_NOWHERE = "NULL::text AS row_ref, NULL::text AS file, NULL::integer AS line"
# Where an export may hold only a part, nothing can be said to be missing from it.
NEEDS_WHOLE = frozenset({"missing_account", "missing_place", "missing_unit"}) | ties.NEEDS_WHOLE

_SHOWN_NAME = "nullif(concat_ws(' ', nullif(a.given_name, ''), nullif(a.family_name, '')), '')"
# What platforms write where they show no name, our own alias among it.
_NO_NAME = r"^(skydd|beskyt|protect|sekret|okänd|ukendt|unknown|anonym)"
_COVERED = "SELECT unit_id FROM pf_unit WHERE unit_id IS NOT NULL"

STATEMENTS: dict[str, str] = ties.STATEMENTS | {
    "protected_name_shown": f"""
        SELECT {_AT}, 'marking_not_followed' AS cause FROM pf_account a {_PERSON}
        WHERE p.protected AND {_SHOWN_NAME} !~* '{_NO_NAME}'""",
    "missing_account": f"""
        SELECT DISTINCT w.unit_id, w.person_id, {_NOWHERE},
               CASE WHEN p.protected THEN 'protected_identity' WHEN p.login_digest IS NULL THEN 'login_missing'
                    WHEN w.{_RECENT} THEN 'not_imported_yet' ELSE 'unknown' END AS cause
        FROM pf_want w JOIN person p ON p.tenant_id = :tenant AND p.id = w.person_id
        WHERE w.is_expected AND w.unit_id IN ({_COVERED})
          AND NOT EXISTS (SELECT FROM pf_account a WHERE a.person_id = w.person_id)""",
    "missing_place": f"""
        SELECT DISTINCT w.unit_id, w.person_id, {_NOWHERE},
               CASE WHEN w.{_RECENT} THEN 'not_imported_yet' ELSE 'unknown' END AS cause
        FROM pf_want w
        WHERE w.is_expected AND w.unit_id IN ({_COVERED})
          AND EXISTS (SELECT FROM pf_account a WHERE a.person_id = w.person_id)
          AND NOT EXISTS (SELECT FROM pf_place l WHERE l.person_id = w.person_id AND l.unit_id = w.unit_id)""",
    "inactive_account": f"""
        SELECT {_AT}, 'set_by_hand' AS cause FROM pf_account a
        WHERE NOT a.is_active AND EXISTS (SELECT FROM pf_want w WHERE w.person_id = a.person_id AND w.is_expected)
          AND NOT EXISTS (SELECT FROM pf_account o WHERE o.person_id = a.person_id AND o.is_active)""",
    "extra_account": f"""
        SELECT {_AT}, CASE WHEN a.login_digest IS NULL THEN 'no_shared_key' ELSE 'not_in_register' END AS cause
        FROM pf_account a WHERE a.person_id IS NULL AND a.is_active""",
    "ended_still_active": f"""
        SELECT {_AT}, 'left_register' AS cause FROM pf_account a WHERE a.is_active AND a.has_left""",
    "wrong_unit": """
        SELECT DISTINCT ON (l.sid, l.unit_id) l.unit_id, l.person_id, a.shown AS row_ref, l.file, l.line,
               CASE WHEN EXISTS (SELECT FROM enrolment e WHERE e.tenant_id = :tenant AND e.person_id = l.person_id
                                 AND e.unit_id = l.unit_id)
                      OR EXISTS (SELECT FROM duty d WHERE d.tenant_id = :tenant AND d.person_id = l.person_id
                                 AND d.unit_id = l.unit_id)
                      OR EXISTS (SELECT FROM placement c WHERE c.tenant_id = :tenant AND c.child_id = l.person_id
                                 AND c.unit_id = l.unit_id)
                    THEN 'moved' ELSE 'set_by_hand' END AS cause
        FROM pf_place l JOIN pf_account a ON a.sid = l.sid
        WHERE l.person_id IS NOT NULL AND l.unit_id IS NOT NULL AND a.is_active AND NOT a.has_left
          AND NOT EXISTS (SELECT FROM pf_want w WHERE w.person_id = l.person_id AND w.unit_id = l.unit_id)
        ORDER BY l.sid, l.unit_id, l.line""",
    "wrong_role": """
        SELECT l.unit_id, l.person_id, a.shown AS row_ref, l.file, l.line, 'set_by_hand' AS cause
        FROM pf_place l JOIN pf_account a ON a.sid = l.sid
        WHERE EXISTS (SELECT FROM pf_want w WHERE w.person_id = l.person_id AND w.unit_id = l.unit_id)
          AND NOT EXISTS (SELECT FROM pf_want w WHERE w.person_id = l.person_id AND w.unit_id = l.unit_id
                          AND (w.role = l.role OR (w.role <> 'pupil' AND l.role = 'other')
                               OR (w.role = 'other' AND l.role <> 'pupil')))""",
    "stale_name": f"""
        SELECT {_AT}, 'changed_in_register' AS cause FROM pf_account a {_PERSON}
        WHERE NOT p.protected AND p.ended_at IS NULL AND {_SHOWN_NAME} IS NOT NULL
          AND {_SHOWN_NAME} <> {display_name_sql("p")}""",
    "wrong_login": f"""
        SELECT {_AT}, 'changed_in_register' AS cause FROM pf_account a {_PERSON}
        WHERE p.ended_at IS NULL AND a.login_digest <> p.login_digest AND NOT a.conflicts""",
    "duplicate_account": """
        SELECT DISTINCT ON (a.sid) a.at_unit AS unit_id, a.person_id, a.shown AS row_ref, a.file, a.line,
               'two_keys' AS cause
        FROM pf_account a JOIN pf_account o ON o.person_id = a.person_id AND o.sid < a.sid
        ORDER BY a.sid""",
    "account_conflict": f"SELECT {_AT}, 'two_keys' AS cause FROM pf_account a WHERE a.conflicts",
    "missing_unit": f"""
        SELECT w.unit_id, NULL::uuid AS person_id, {_NOWHERE},
               CASE WHEN bool_and(w.{_RECENT}) THEN 'not_imported_yet' ELSE 'unknown' END AS cause
        FROM pf_want w WHERE w.is_expected AND w.unit_id NOT IN ({_COVERED}) GROUP BY w.unit_id""",
    "accounts_not_compared": """
        SELECT w.unit_id, NULL::uuid AS person_id, w.role AS row_ref, NULL::text AS file, NULL::integer AS line,
               'not_in_export' AS cause
        FROM pf_want w WHERE w.is_now AND NOT w.is_expected GROUP BY w.unit_id, w.role""",
    "unknown_unit": """
        SELECT NULL::uuid AS unit_id, NULL::uuid AS person_id, u.sid AS row_ref, u.file, u.line,
               'no_shared_key' AS cause
        FROM pf_unit u WHERE u.unit_id IS NULL""",
    "never_logged_in": f"""
        SELECT {_AT}, 'not_used' AS cause FROM pf_account a
        WHERE :tells_login AND a.is_active AND a.last_login IS NULL
          AND EXISTS (SELECT FROM pf_want w WHERE w.person_id = a.person_id AND w.is_expected)""",
}
# A person may be protected although the export does not know: then file and line are all that is said of the row.
_STORE = """
INSERT INTO platform_difference (tenant_id, id, comparison_id, kind, severity, cause, unit_id, person_id, row_ref, file,
                                 line, mark)
SELECT :tenant, gen_random_uuid(), :comparison, '{kind}', '{severity}', d.cause, d.unit_id, d.person_id,
       CASE WHEN NOT coalesce(p.protected, false) THEN d.row_ref END, coalesce(d.file, ''), d.line,
       left(encode(sha256(convert_to(concat_ws('|', '{kind}', d.unit_id, {what}), 'UTF8')), 'hex'), 24)
FROM ({rows}) d LEFT JOIN person p ON p.tenant_id = :tenant AND p.id = d.person_id
"""
_ROW = "coalesce(d.person_id::text, d.row_ref, d.line::text)"
_TIE = "d.person_id, d.row_ref"
# Who differed in an export of last month is nobody's business any more; the numbers stay with the comparison.
_OLD_DIFFERENCES = """
DELETE FROM platform_difference d USING platform_comparison c
WHERE d.tenant_id = :tenant AND c.tenant_id = :tenant AND c.id = d.comparison_id AND c.source_id = :source
  AND c.ended_at < :forgotten
"""
_FORMER_ACCOUNTS = """
DELETE FROM platform_account a USING platform_comparison c
WHERE a.tenant_id = :tenant AND c.tenant_id = :tenant AND c.id = a.comparison_id AND c.source_id = :source
"""
_ACCOUNTS = """
INSERT INTO platform_account (tenant_id, id, comparison_id, person_id, row_ref, is_active, last_login_on, unit_ids)
SELECT :tenant, gen_random_uuid(), :comparison, a.person_id,
       CASE WHEN NOT coalesce(p.protected, false) THEN a.shown END, a.is_active, a.last_login, a.unit_ids
FROM pf_account a LEFT JOIN person p ON p.tenant_id = :tenant AND p.id = a.person_id
"""
_KINDS = """
SELECT unit_id, kind, count(*) AS n, count(*) FILTER (WHERE cause = :excused) AS excused FROM platform_difference
WHERE tenant_id = :tenant AND comparison_id = :comparison GROUP BY 1, 2
"""
_HEADS = """
SELECT unit_id, 'roster' AS side, role, count(DISTINCT person_id) AS n FROM pf_want WHERE is_expected GROUP BY 1, 3
UNION ALL
SELECT unit_id, 'platform', role, count(DISTINCT sid) FROM pf_place GROUP BY 1, 3
"""


async def store_differences(
    session: AsyncSession, values: dict[str, Any], *, left_out: frozenset[str] = frozenset()
) -> None:
    """Store every difference, but for the kinds `left_out`, and the accounts in place of the former ones."""
    for kind, rows in STATEMENTS.items():
        if kind not in left_out:
            what = _TIE if kind in ties.OF_TIES else _ROW
            severity = RULES[kind].severity.value
            await _run(session, _STORE.format(kind=kind, severity=severity, rows=rows, what=what), values)
    await _run(session, _OLD_DIFFERENCES, values)
    await _run(session, _FORMER_ACCOUNTS, values)
    await _run(session, _ACCOUNTS, values)


async def count_by_unit(session: AsyncSession, values: dict[str, Any]) -> list[dict[str, Any]]:
    """A row for each unit (None: of no unit of ours): heads by role and compared ties on both sides, differences, and
    how many of these the platform makes because it must."""
    units: dict[str | None, dict[str, Any]] = {}
    parts = ("roster", "platform", "differences", "excused", "ties")

    def of(unit: object) -> dict[str, Any]:
        key = str(unit) if unit else None
        return units.setdefault(key, {"unit_id": key} | {part: {} for part in parts})

    for row in (await session.execute(text(_HEADS))).all():
        of(row.unit_id)[row.side][row.role] = row.n
    for row in await ties.count_ties(session, values):
        of(row.unit_id)["ties"].setdefault(row.side, {})[row.what] = row.n
    for row in (await session.execute(text(_KINDS), _used(_KINDS, values | {"excused": EXCUSED}))).all():
        of(row.unit_id)["differences"][row.kind] = row.n
        if row.excused:
            of(row.unit_id)["excused"][row.kind] = row.excused
    return [units[key] for key in sorted(units, key=str)]


async def _run(session: AsyncSession, statement: str, values: dict[str, Any]) -> None:
    await session.execute(text(statement), _used(statement, values))


def _used(statement: str, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f":{name}" in statement}
