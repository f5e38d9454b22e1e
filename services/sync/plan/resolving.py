"""Turns the source ids in staged rows into ids of the roster: a temporary table `r_<kind>` per kind, ready to compare.

A row that refers to nothing is a finding and is left out; what the roster has on that person's account is then kept.
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import BY_KIND, ENTITIES
from services.sync.plan.staging import Staging, at_once
from shared.contracts.sync import MIN_COUNTED
from shared.kit.db import tenant_of

# Resolvable: delivered in good order, or known to the roster although its own row was bad.
_KNOWN = "(NOT {alias}.bad OR {alias}.target IS NOT NULL)"
_UNIT = f"JOIN in_unit u ON u.sid = t.unit_sid AND {_KNOWN.format(alias='u')}"
_PERSON = f"JOIN in_person p ON p.sid = t.person_sid AND {_KNOWN.format(alias='p')}"
_ACTIVITY = f"JOIN in_activity a ON a.sid = t.activity_sid AND {_KNOWN.format(alias='a')}"
_GROUP = f"JOIN in_group g ON g.sid = t.group_sid AND {_KNOWN.format(alias='g')}"

# kind -> column with the reference -> the kind that it refers to
REFERENCES = {
    "unit": {"parent_sid": "unit"},
    "group": {"unit_sid": "unit"},
    "duty": {"person_sid": "person", "unit_sid": "unit"},
    "enrolment": {"person_sid": "person", "unit_sid": "unit"},
    "membership": {"group_sid": "group", "person_sid": "person"},
    "responsible": {"child_sid": "person", "guardian_sid": "person"},
    "placement": {"child_sid": "person", "unit_sid": "unit", "group_sid": "group"},
    "activity": {"unit_sid": "unit"},
    "teaching": {"activity_sid": "activity", "group_sid": "group"},
    "activity_teacher": {"activity_sid": "activity", "person_sid": "person"},
    "absence": {"unit_sid": "unit", "group_sid": "group"},
}
_ORPHANS = """
SELECT t.file, t.line FROM {rows} t
WHERE NOT t.bad AND t.{column} IS NOT NULL AND NOT EXISTS (SELECT FROM in_{other} o WHERE o.sid = t.{column})
"""
_KEEP = """
INSERT INTO in_kept (kind, sid) SELECT '{kind}', t.{keeper} FROM {rows} t
WHERE t.{keeper} IS NOT NULL AND t.{column} IS NOT NULL
      AND NOT EXISTS (SELECT FROM in_{other} o WHERE o.sid = t.{column})
"""
_LEFT = """
CREATE TEMPORARY TABLE left_{kind} ON COMMIT DROP AS
SELECT t.* FROM in_{kind} t WHERE NOT EXISTS (SELECT FROM r_{kind} r WHERE r.id = t.id)
"""
_DROP_PLACELESS = f"""
UPDATE in_{{kind}} t SET bad = true
WHERE NOT t.bad AND NOT EXISTS (SELECT FROM in_unit u WHERE u.sid = t.unit_sid AND {_KNOWN.format(alias="u")})
"""

_ID = "t.id, t.line, t.untold"
_SINGLE_FORM = "CASE WHEN cardinality(u.school_forms) = 1 THEN u.school_forms[1] ELSE '' END"
_ROWS = {
    "unit": f"""
        SELECT {_ID}, t.target, coalesce(t.target, t.id) AS at_unit, t.sid AS source_id, t.name, t.kind,
               coalesce(u.target, u.id) AS parent_id, coalesce(t.school_forms, '{{}}') AS school_forms, t.code
        FROM in_unit t LEFT JOIN in_unit u
             ON u.sid = t.parent_sid AND u.sid <> t.sid AND {_KNOWN.format(alias="u")}
        WHERE NOT t.bad""",
    "group": f"""
        SELECT {_ID}, t.target, coalesce(u.target, u.id) AS at_unit, t.sid AS source_id, t.name, t.kind,
               coalesce(u.target, u.id) AS unit_id, t.school_form, t.starts_on, t.ends_on
        FROM in_group t {_UNIT} WHERE NOT t.bad""",
    "duty": f"""
        SELECT {_ID}, coalesce(p.target, p.id) AS person_id, coalesce(u.target, u.id) AS unit_id, t.role,
               t.starts_on, t.ends_on, coalesce(u.target, u.id) AS at_unit
        FROM in_duty t {_PERSON} {_UNIT}""",
    "enrolment": f"""
        SELECT {_ID}, coalesce(p.target, p.id) AS person_id, coalesce(u.target, u.id) AS unit_id,
               coalesce(t.school_form, {_SINGLE_FORM}) AS school_form, t.school_year, t.starts_on, t.ends_on,
               coalesce(u.target, u.id) AS at_unit
        FROM in_enrolment t {_PERSON} {_UNIT}""",
    "membership": f"""
        SELECT {_ID}, coalesce(g.target, g.id) AS group_id, coalesce(p.target, p.id) AS person_id, t.role,
               t.starts_on, t.ends_on, r.unit_id AS at_unit
        FROM in_membership t {_GROUP} {_PERSON} LEFT JOIN r_group r ON r.id = g.id""",
    "responsible": f"""
        SELECT {_ID}, coalesce(c.target, c.id) AS child_id, coalesce(g.target, g.id) AS guardian_id,
               NULL::uuid AS at_unit
        FROM in_responsible t
             JOIN in_person c ON c.sid = t.child_sid AND {_KNOWN.format(alias="c")}
             JOIN in_person g ON g.sid = t.guardian_sid AND {_KNOWN.format(alias="g")}
        WHERE c.id <> g.id""",
    "placement": f"""
        SELECT {_ID}, coalesce(p.target, p.id) AS child_id, coalesce(u.target, u.id) AS unit_id,
               coalesce(t.school_form, {_SINGLE_FORM}) AS school_form, coalesce(g.target, g.id) AS group_id,
               t.starts_on, t.ends_on, t.weekly_hours, coalesce(u.target, u.id) AS at_unit
        FROM in_placement t {_PERSON.replace("person_sid", "child_sid")} {_UNIT} LEFT {_GROUP}
        WHERE t.group_sid IS NULL OR g.id IS NOT NULL""",
    "activity": f"""
        SELECT {_ID}, t.target, coalesce(u.target, u.id) AS at_unit, t.sid AS source_id, t.name,
               coalesce(u.target, u.id) AS unit_id, t.subject, t.starts_on, t.ends_on
        FROM in_activity t {_UNIT} WHERE NOT t.bad""",
    "teaching": f"""
        SELECT {_ID}, coalesce(a.target, a.id) AS activity_id, coalesce(g.target, g.id) AS group_id,
               r.unit_id AS at_unit
        FROM in_teaching t {_ACTIVITY} {_GROUP} LEFT JOIN r_activity r ON r.id = a.id""",
    "activity_teacher": f"""
        SELECT {_ID}, coalesce(a.target, a.id) AS activity_id, coalesce(p.target, p.id) AS person_id,
               r.unit_id AS at_unit
        FROM in_activity_teacher t {_ACTIVITY} {_PERSON} LEFT JOIN r_activity r ON r.id = a.id""",
    "absence": f"""
        SELECT {_ID}, coalesce(g.target, g.id, u.target, u.id) AS about_id, t.month,
               coalesce(u.target, u.id) AS unit_id, coalesce(g.target, g.id) AS group_id, t.pupils, t.absent_minutes,
               t.planned_minutes, coalesce(u.target, u.id) AS at_unit
        FROM in_absence t {_UNIT} LEFT {_GROUP}
        WHERE t.pupils >= {MIN_COUNTED} AND (t.group_sid IS NULL OR g.id IS NOT NULL)""",
    "person": f"""
        SELECT {_ID}, t.target, w.unit_id AS at_unit, t.sid AS source_id, t.given_name, t.family_name, t.email, t.login,
               t.login_digest, t.login_scope, t.civic_hash, t.civic_cipher, t.external_ids, t.external_digests,
               t.protected
        FROM in_person t LEFT JOIN (
            SELECT DISTINCT ON (person_id) person_id, unit_id
            FROM (SELECT person_id, unit_id FROM r_enrolment UNION ALL SELECT person_id, unit_id FROM r_duty
                  UNION ALL SELECT child_id, unit_id FROM r_placement) x
            ORDER BY person_id, unit_id) w ON w.person_id = coalesce(t.target, t.id)
        WHERE NOT t.bad""",
}
# Of these `r_` tables ties take the unit; without statistics the planner would sort the ties for that.
_REFERRED_TO = ("group", "activity")
# Apart, since under row security only plain columns may look up an index, and those of the rows are worked out.
_TIE = """
SELECT DISTINCT ON ({key}) s.*, d.id AS target FROM ({rows} OFFSET 0) s
LEFT JOIN {table} d ON d.tenant_id = :tenant AND {same}
ORDER BY {key}, {rest}s.line, s.id
"""


async def resolve(session: AsyncSession, staging: Staging) -> None:
    """Make the tables `r_<kind>`. Findings: orphan_person, orphan_unit, orphan_group, orphan_activity,
    school_form_unknown, absence_too_few."""
    await _find_orphans(session, staging, [kind for kind in REFERENCES if not BY_KIND[kind].key])
    for kind in ("group", "activity"):
        await session.execute(text(_DROP_PLACELESS.format(kind=kind)))
    await at_once(session, [f"DROP TABLE IF EXISTS pg_temp.r_{kind}" for kind in _ROWS])
    left_out = []
    for kind, rows in _ROWS.items():
        statement = f"CREATE TEMPORARY TABLE r_{kind} ON COMMIT DROP AS {_with_target(kind, rows)}"
        only_made = "" if kind in staging.kinds else " WITH NO DATA"
        made = await session.execute(text(statement + only_made), {"tenant": tenant_of(session)})
        if BY_KIND[kind].key and cast(CursorResult[Any], made).rowcount != staging.rows[kind]:
            left_out.append(kind)
        if kind in _REFERRED_TO:
            await at_once(session, [f"ANALYZE r_{kind} (id)"])
    # Where every row stands for a tie of its own, all that they refer to is there.
    for kind in left_out:
        await at_once(session, [f"DROP TABLE IF EXISTS pg_temp.left_{kind}", _LEFT.format(kind=kind)])
    await _find_orphans(session, staging, left_out, of="left")
    await staging.find(
        "school_form_unknown",
        "SELECT t.file, t.line FROM in_enrolment t JOIN r_enrolment r ON r.id = t.id WHERE r.school_form = ''",
    )
    await staging.find("absence_too_few", f"SELECT t.file, t.line FROM in_absence t WHERE t.pupils < {MIN_COUNTED}")


async def _find_orphans(session: AsyncSession, staging: Staging, kinds: Sequence[str], *, of: str = "in") -> None:
    for kind in kinds:
        if kind not in staging.kinds:
            continue
        columns = REFERENCES[kind]
        keeping = BY_KIND[kind].keeper if BY_KIND[kind].kept_by else None
        keeper = next((column for column, other in columns.items() if other == keeping), None)
        for column, other in columns.items():
            names = {"rows": f"{of}_{kind}", "column": column, "other": other}
            orphans = await staging.find(f"orphan_{other}", _ORPHANS.format(**names))
            if orphans and keeper is not None and column != keeper:
                await session.execute(text(_KEEP.format(**names, kind=kind, keeper=keeper)))


def _with_target(kind: str, rows: str) -> str:
    entity = BY_KIND[kind]
    if not entity.key:
        return rows
    key = ", ".join(f"s.{column}" for column in entity.key)
    same = " AND ".join(f"d.{column} = s.{column}" for column in entity.key)
    # Of several rows for one tie what they say decides, not where they stand: exports come in any order.
    rest = "".join(f"s.{column}, " for column in entity.columns if column not in entity.key)
    return _TIE.format(key=key, rows=rows, table=entity.table, same=same, rest=rest)


async def count_delivered(session: AsyncSession) -> dict[str, dict[str | None, int]]:
    """Rows per kind and unit that the delivery holds in good order."""
    counted: dict[str, dict[str | None, int]] = {entity.kind: {} for entity in ENTITIES}
    kinds = [entity.kind for entity in ENTITIES]
    counts = [f"SELECT '{kind}' AS kind, at_unit, count(*) AS n FROM r_{kind} GROUP BY 2" for kind in kinds]
    for row in await session.execute(text(" UNION ALL ".join(counts))):
        counted[row.kind][str(row.at_unit) if row.at_unit else None] = row.n
    return counted
