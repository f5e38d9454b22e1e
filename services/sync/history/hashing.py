"""One hash for a state of the roster: equal for equal rosters, whoever delivered them and in whichever order."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.history.state import later, rows_of
from services.sync.plan.entities import BY_KIND, ENTITIES, Entity
from services.sync.plan.staging import set_based
from shared.kit.db import tenant_of

# Today's marking governs every past state, and who was erased is in none.
_ERASED = "o.source_id = 'erased:' || o.id"
_HIDDEN = frozenset({"given_name", "family_name", "email", "login", "external_ids"})
# Sealed anew each time; and what repeats another column.
_LEFT_OUT = frozenset({"civic_cipher", "about_id"})
_ALL = """
{first}
SELECT count(*) AS n,
       encode(sha256(coalesce(string_agg(h.digest, ''::bytea ORDER BY h.digest), ''::bytea)), 'hex') AS digest
FROM (SELECT sha256(convert_to(jsonb_build_array({values})::text, 'UTF8')) AS digest
      FROM ({rows}) s {joins} {where}) h
"""


async def state_hash(session: AsyncSession, version: int | None = None) -> str:
    """SHA-256 (64 hex digits) over every row that was present in `version` (None: is present now).

    Rows count by what they say: source ids instead of our own ids, no times of ours, no name of a source. National
    numbers and other systems' ids of persons count by the tenant's keyed hash, so states of two tenants are not equal.
    """
    return (await state_digests(session, version))[0]


async def state_digests(session: AsyncSession, version: int | None = None) -> tuple[str, dict[str, int]]:
    """The hash, and how many rows of each kind it stands for."""
    await set_based(session)
    parts, counts = [], {}
    for entity in ENTITIES:
        values = {"tenant": tenant_of(session)} | ({} if version is None else {"version": version})
        row = (await session.execute(text(hash_statement(entity, at_version=version is not None)), values)).one()
        parts.append(f"{entity.kind}:{row.n}:{row.digest}")
        counts[entity.kind] = int(row.n)
    digest = await session.scalar(
        text("SELECT encode(sha256(convert_to(:parts, 'UTF8')), 'hex')"), {"parts": "\n".join(parts)}
    )
    return str(digest), counts


def hash_statement(entity: Entity, *, at_version: bool) -> str:
    """The statement that hashes one kind: parameters tenant, and version where `at_version`."""
    joins, conditions = [], []
    if entity.kind == "person":
        joins.append("JOIN person o ON o.tenant_id = :tenant AND o.id = s.id")
        conditions.append(f"NOT {_ERASED}")
    for column, kind in entity.references.items():
        of = f"of_{column}"
        joins.append(f"LEFT JOIN {BY_KIND[kind].table} {of} ON {of}.tenant_id = :tenant AND {of}.id = s.{column}")
        if at_version:
            joins.append(f"LEFT JOIN later_{kind} was_{column} ON was_{column}.id = s.{column}")
        if kind == "person":
            conditions.append(f"NOT {_ERASED.replace('o.', of + '.')}")
    kinds = sorted(set(entity.references.values())) if at_version else []
    later_ones = ", ".join(later(BY_KIND[kind], f"later_{kind}", "version") for kind in kinds)
    told = [column for column in entity.columns if column not in _LEFT_OUT]
    return _ALL.format(
        first=f"WITH {later_ones}" if later_ones else "",
        values=", ".join(_value(entity, column, at_version=at_version) for column in told),
        rows=rows_of(entity, "version" if at_version else None),
        joins=" ".join(joins),
        where="WHERE " + " AND ".join(conditions) if conditions else "",
    )


def _value(entity: Entity, column: str, *, at_version: bool) -> str:
    if column in entity.references:
        now = f"of_{column}.source_id"
        return f"coalesce(was_{column}.was ->> 'source_id', {now})" if at_version else now
    if entity.kind == "person" and column in _HIDDEN:
        return f"CASE WHEN NOT (s.protected OR o.protected) THEN s.{column} END"
    if entity.kind == "person" and column == "protected":
        return "s.protected OR o.protected"
    if column in ("login_digest", "civic_hash"):
        return f"encode(s.{column}, 'hex')"
    return f"s.{column}"
