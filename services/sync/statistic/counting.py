"""Counts the roster as it stood on a day: places and work that were in force then, by the version in force then."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.history.service import HistoryService
from services.sync.history.state import rows_of
from services.sync.plan.entities import BY_KIND
from shared.kit.db import tenant_of

_UNIT = {"unitCode": "coalesce(u.code, '')", "unitName": "u.name"}
_FORM = {"schoolForm": "coalesce(t.school_form, '')"}
_ENROLMENT = {**_FORM, **_UNIT, "schoolYear": "coalesce(t.school_year::text, '')"}
_DUTY = {**_UNIT, "role": "t.role"}
DIMENSIONS: dict[str, dict[str, str]] = {
    "pupils": _ENROLMENT,
    "enrolments": _ENROLMENT,
    "placements": {**_FORM, **_UNIT},
    "staff": _DUTY,
    "duties": _DUTY,
    "groups": {**_FORM, **_UNIT, "groupKind": "t.kind"},
}
"""By what each thing can be counted, and the SQL of it."""

_KIND = {
    "pupils": "enrolment", "enrolments": "enrolment", "placements": "placement", "staff": "duty", "duties": "duty",
    "groups": "group",
}  # fmt: skip
# A child in leisure care is counted at its school, unless a table asks for leisure care.
_PUPILS = """
SELECT person_id, unit_id, school_form, school_year, starts_on, ends_on FROM ({enrolments}) e
UNION ALL
SELECT child_id, unit_id, school_form, NULL, starts_on, ends_on FROM ({placements}) p
WHERE school_form <> 'leisure' OR 'leisure' = ANY (CAST(:forms AS text[]))
"""
_COUNTED = {"pupils": "count(DISTINCT t.person_id)", "staff": "count(DISTINCT t.person_id)"}
_IN_FORCE = "(t.starts_on IS NULL OR t.starts_on <= :day) AND (t.ends_on IS NULL OR t.ends_on >= :day)"
_SQL = """
SELECT {columns}, {count} AS n FROM ({state}) t JOIN ({units}) u ON u.id = t.unit_id
WHERE {where} GROUP BY {places} ORDER BY {places}
"""


def _state(what: str) -> str:
    rows = rows_of(BY_KIND[_KIND[what]], "version")
    if what != "pupils":
        return rows
    return _PUPILS.format(enrolments=rows, placements=rows_of(BY_KIND["placement"], "version"))


@dataclass(frozen=True)
class Counted:
    """`rows`: the words of the dimensions, the count last; `version` is that of the roster."""

    version: int
    rows: list[list[str | int]]


async def count(
    session: AsyncSession, what: str, dimensions: tuple[str, ...], forms: frozenset[str], day: date
) -> Counted:
    """Figures of `what` on `day`, as far as the roster knew by the end of that day."""
    version = await HistoryService(session).number_of(day)
    kind = _KIND[what]
    clauses = ["true"] if kind == "group" else [_IN_FORCE]
    if forms:
        clauses.append("t.school_form = ANY (:forms)")
    statement = _SQL.format(
        columns=", ".join(DIMENSIONS[what][name] for name in dimensions),
        count=_COUNTED.get(what, "count(*)"),
        state=_state(what),
        units=rows_of(BY_KIND["unit"], "version"),
        where=" AND ".join(clauses),
        places=", ".join(str(place) for place in range(1, len(dimensions) + 1)),
    )
    values = {"tenant": tenant_of(session), "version": version, "day": day, "forms": sorted(forms)}
    found = await session.execute(text(statement), values)
    return Counted(version, [list(row) for row in found])
