"""A field that most rows had and that now comes empty was lost on the way: the source may have lost a permission.

Such a field counts as untold, so that the roster keeps what it has; the finding says so, and nobody's value changes.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import BY_KIND
from services.sync.plan.policy import GuardPolicy
from services.sync.plan.staging import Staging
from shared.kit.db import tenant_of

# kind -> column -> the column that tells of it
_FIELDS = {
    "person": {
        "email": "email",
        "login": "login_digest",
        "civic_hash": "civic_hash",
        "external_ids": "external_digests",
    },
    "enrolment": {"school_year": "school_year", "starts_on": "starts_on", "ends_on": "ends_on"},
    "group": {"school_form": "school_form"},
    "unit": {"code": "code", "parent_id": "parent_id"},
    "duty": {"starts_on": "starts_on", "ends_on": "ends_on"},
}
# A protected person has no email here that could be missed.
_GONE = "p.{told} IS NOT NULL AND r.{told} IS NULL AND NOT ('{column}' = ANY (r.untold)) {unless}"
_COUNT = """
SELECT {counts} FROM r_{kind} r JOIN {table} p ON p.tenant_id = :tenant AND p.id = r.target
WHERE p.source = :source AND p.ended_at IS NULL
"""
_HAD = "SELECT count({told}) FROM {table} WHERE tenant_id = :tenant AND source = :source AND ended_at IS NULL"
_KEEP = """
UPDATE r_{kind} r SET untold = r.untold || ARRAY['{column}'] FROM {table} p
WHERE p.tenant_id = :tenant AND p.id = r.target AND {gone}
"""
_PLACE = """
SELECT i.file, min(i.line) AS line FROM in_{kind} i JOIN r_{kind} r ON r.id = i.id
WHERE '{column}' = ANY (r.untold) GROUP BY i.file
"""


async def keep_vanished(
    session: AsyncSession, staging: Staging, source: str, policy: GuardPolicy
) -> list[dict[str, Any]]:
    """Keep the fields that vanished; returns them with how many rows of how many. Finding: field_vanished."""
    values = {"tenant": tenant_of(session), "source": source}
    found = []
    for kind, fields in _FIELDS.items():
        counts = await _counts(session, kind, fields, values)
        for column, count in counts.items():
            names = {"kind": kind, "table": BY_KIND[kind].table, "column": column, "told": fields[column]}
            limit = policy.limit("field_vanished", kind)
            if not limit.is_passed(count, 0):
                continue
            had = int(await session.scalar(text(_HAD.format(**names)), values) or 0)
            if limit.is_passed(count, had):
                await session.execute(text(_KEEP.format(**names, gone=_gone(kind, column, fields[column]))), values)
                await staging.find("field_vanished", _PLACE.format(**names))
                found.append({"kind": kind, "part": column, "count": count, "base": had})
    return found


async def _counts(
    session: AsyncSession, kind: str, fields: Mapping[str, str], values: Mapping[str, Any]
) -> dict[str, int]:
    counts = ", ".join(
        f"count(*) FILTER (WHERE {_gone(kind, column, told)}) AS {column}" for column, told in fields.items()
    )
    statement = _COUNT.format(counts=counts, kind=kind, table=BY_KIND[kind].table)
    return dict((await session.execute(text(statement), values)).one()._mapping)


def _gone(kind: str, column: str, told: str) -> str:
    unless = "AND NOT r.protected AND NOT p.protected" if (kind, column) == ("person", "email") else ""
    return _GONE.format(column=column, told=told, unless=unless)
