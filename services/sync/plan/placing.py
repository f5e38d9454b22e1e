"""Tells of each finding what stands at its place: the kind of row, its unit, and the id by which the register knows it.

With that the owner of the register finds the row in the system that it came from. The id is withheld where the person
is protected, or where it may itself be a national number.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.rules.numbers import MAY_BE_NUMBER
from shared.kit.db import tenant_of

_LEFT = """
SELECT count(*) FROM finding
WHERE tenant_id = :tenant AND run_id = :run AND line IS NOT NULL AND entity IS NULL
"""
_PLACE = """
UPDATE finding f SET entity = '{kind}', row_ref = w.row_ref, unit_id = w.unit_id
FROM (SELECT DISTINCT ON (t.file, t.line) t.file, t.line, {ref} AS row_ref, coalesce(u.target, u.id) AS unit_id
      FROM in_{kind} t
      JOIN (SELECT DISTINCT file, line FROM finding
            WHERE tenant_id = :tenant AND run_id = :run AND line IS NOT NULL AND entity IS NULL) wanted
           ON wanted.file = t.file AND wanted.line = t.line
      {joins}
      ORDER BY t.file, t.line, u.sid) w
WHERE f.tenant_id = :tenant AND f.run_id = :run AND f.entity IS NULL AND f.file = w.file AND f.line = w.line
"""
# Of whom the delivery says nothing, what the roster knows decides: who is in neither may be left out as protected.
_PERSON = (
    "LEFT JOIN in_person p ON p.sid = t.{column} LEFT JOIN person k ON k.tenant_id = :tenant"
    " AND k.source = (SELECT source FROM run WHERE tenant_id = :tenant AND id = :run) AND k.source_id = t.{column}"
)
_UNIT = "LEFT JOIN in_unit u ON u.sid = {column} AND (NOT u.bad OR u.target IS NOT NULL)"
_TIES = """
LEFT JOIN (SELECT person_sid, unit_sid FROM in_enrolment UNION ALL SELECT person_sid, unit_sid FROM in_duty) x
     ON x.person_sid = p.sid
"""

_ACTIVITY = "LEFT JOIN in_activity a ON a.sid = t.activity_sid"
_IS_PROTECTED = "EXISTS (SELECT FROM person q WHERE q.tenant_id = :tenant AND q.id = {0} AND q.protected)"
# Whoever the row speaks of, or may speak of, in whichever register's words the roster knows them.
_SPEAKS_OF_PROTECTED = f"""({_IS_PROTECTED.format("p.target")} OR EXISTS (
    SELECT FROM in_withheld w WHERE w.row_id = p.id
    AND ({_IS_PROTECTED.format("w.person_id")} OR {_IS_PROTECTED.format("w.other_id")})))"""


def _shown(column: str) -> str:
    """One mark anywhere hides the id: the delivery's or the roster's. `greatest` leaves out what is not known."""
    return (
        f"CASE WHEN NOT coalesce(greatest(p.protected, k.protected), true) AND NOT {_SPEAKS_OF_PROTECTED}"
        f" AND t.{column} !~ '{MAY_BE_NUMBER}' THEN t.{column} END"
    )


_KINDS = {
    "person": (_shown("sid"), f"{_PERSON.format(column='sid')} {_TIES} {_UNIT.format(column='x.unit_sid')}"),
    "unit": ("t.sid", _UNIT.format(column="t.sid")),
    "group": ("t.sid", _UNIT.format(column="t.unit_sid")),
    "enrolment": (_shown("person_sid"), f"{_PERSON.format(column='person_sid')} {_UNIT.format(column='t.unit_sid')}"),
    "duty": (_shown("person_sid"), f"{_PERSON.format(column='person_sid')} {_UNIT.format(column='t.unit_sid')}"),
    "membership": (
        _shown("person_sid"),
        f"{_PERSON.format(column='person_sid')} LEFT JOIN in_group g ON g.sid = t.group_sid"
        f" {_UNIT.format(column='g.unit_sid')}",
    ),
    "responsible": (
        _shown("child_sid"),
        f"{_PERSON.format(column='child_sid')} {_TIES} {_UNIT.format(column='x.unit_sid')}",
    ),
    "placement": (_shown("child_sid"), f"{_PERSON.format(column='child_sid')} {_UNIT.format(column='t.unit_sid')}"),
    "activity": ("t.sid", _UNIT.format(column="t.unit_sid")),
    "teaching": ("t.activity_sid", f"{_ACTIVITY} {_UNIT.format(column='a.unit_sid')}"),
    "activity_teacher": (
        _shown("person_sid"),
        f"{_PERSON.format(column='person_sid')} {_ACTIVITY} {_UNIT.format(column='a.unit_sid')}",
    ),
    "absence": ("coalesce(t.group_sid, t.unit_sid)", _UNIT.format(column="t.unit_sid")),
}
# Of these kinds, `row_ref` is nobody's id.
OF_NOBODY = "'unit', 'group', 'activity', 'teaching', 'absence'"


_FORGET = f"""
UPDATE finding SET row_ref = NULL
WHERE tenant_id = :tenant AND entity NOT IN ({OF_NOBODY}) AND row_ref IN (
    SELECT source_id FROM person WHERE tenant_id = :tenant AND id = ANY (:ids)
    UNION SELECT unnest(ARRAY[source_id, before ->> 'source_id']) FROM planned_person
    WHERE tenant_id = :tenant AND id = ANY (:ids))
"""
# Under which id another register knows them is kept nowhere: of its ids, those stay that are somebody else's for sure.
_FORGET_ELSEWHERE = f"""
UPDATE finding f SET row_ref = NULL FROM run r
WHERE f.tenant_id = :tenant AND f.row_ref IS NOT NULL AND f.entity NOT IN ({OF_NOBODY})
  AND r.tenant_id = f.tenant_id AND r.id = f.run_id
  AND EXISTS (SELECT FROM person p WHERE p.tenant_id = :tenant AND p.id = ANY (:ids) AND p.source <> r.source)
  AND NOT EXISTS (SELECT FROM person p WHERE p.tenant_id = f.tenant_id AND p.source = r.source
                  AND p.source_id = f.row_ref)
"""


async def forget_findings(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Findings about these persons tell the line and not who."""
    for statement in (_FORGET, _FORGET_ELSEWHERE):
        await session.execute(text(statement), {"tenant": tenant_of(session), "ids": list(ids)})


async def place_findings(session: AsyncSession, run_id: object) -> None:
    """Fill in what is known, once the rows are staged and matched. A line that gave no row at all stays a line."""
    values = {"tenant": tenant_of(session), "run": run_id}
    for kind, (ref, joins) in _KINDS.items():
        if not await session.scalar(text(_LEFT), values):
            return
        await session.execute(text(_PLACE.format(kind=kind, ref=ref, joins=joins)), values)
