"""Finds for each delivered row the roster row that it speaks of: by the source's id, then what somebody has decided,
external ids, login name of an own domain, national number. Units also by their official code.

Never by name. Where the marks contradict each other, the row is a case and the roster stays as it is.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.staging import Staging, at_once
from services.sync.plan.suspicion import Case, hold_suspicious, settle_decided
from shared.kit.db import tenant_of

_ONCE = "DELETE FROM in_{kind} t USING in_{kind} o WHERE t.bad AND o.sid = t.sid AND NOT o.bad"
_BY_ID = """
UPDATE in_{kind} t SET target = p.id FROM {table} p
WHERE p.tenant_id = :tenant AND p.source = :source AND p.source_id = t.sid
"""

# One delivery may speak of a person many times; one mark of protection anywhere is enough.
_PROTECT = """
UPDATE in_person t SET protected = true WHERE NOT t.protected AND (
    t.sid IN (SELECT sid FROM in_protect)
    OR t.civic_hash IN (SELECT civic_hash FROM in_person WHERE protected AND civic_hash IS NOT NULL))
"""
_KEEP_MARK = """
UPDATE in_person t SET protected = p.protected FROM person p
WHERE p.tenant_id = :tenant AND p.id = t.target AND 'protected' = ANY (t.untold)
"""
_NAMELESS = """
UPDATE in_person SET given_name = NULL, family_name = NULL, email = NULL, login = NULL, external_ids = NULL
WHERE protected AND (given_name IS NOT NULL OR family_name IS NOT NULL OR email IS NOT NULL OR login IS NOT NULL
                     OR external_ids IS NOT NULL)
"""
# Of several rows their ids decide, not where they stand: exports come in any order. Nor does it matter to what is found
# who of them is known already: the next delivery finds the same.
_TWICE = """
SELECT id, file, line FROM (
    SELECT id, file, line, row_number() OVER (PARTITION BY civic_hash ORDER BY {first}sid) AS turn
    FROM in_person WHERE civic_hash IS NOT NULL AND NOT bad) d
WHERE turn > 1
"""
# With every delivery, all of these have to be looked at.
_SHARING = """
INSERT INTO in_again SELECT id FROM in_person
WHERE NOT bad AND {mark} IN (SELECT {mark} FROM in_person WHERE id IN (SELECT id FROM in_noted))
"""
_BY_MARK = """
WITH candidate AS (
    SELECT DISTINCT ON (t.id) t.id AS row_id, t.sid, p.id AS person_id
    FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.{mark} = t.{mark} AND {condition}
    WHERE t.target IS NULL AND NOT t.bad AND NOT EXISTS (SELECT FROM in_person o WHERE o.target = p.id)
    ORDER BY t.id, p.id),
chosen AS (SELECT DISTINCT ON (person_id) row_id, person_id FROM candidate ORDER BY person_id, sid)
UPDATE in_person t SET target = c.person_id, moved = true FROM chosen c WHERE t.id = c.row_id
"""
# A login name may be given to somebody else once its owner has left, so only present owners are recognised by it.
_LOGIN_CONDITION = """
p.ended_at IS NULL AND (p.civic_hash IS NULL OR t.civic_hash IS NULL OR p.civic_hash = t.civic_hash)
AND (t.login_scope IS NULL OR t.login_scope IN (SELECT s.domain FROM login_scope s WHERE s.tenant_id = :tenant))
"""
_HAS_EXTERNAL = """
SELECT EXISTS (SELECT FROM in_person WHERE target IS NULL AND NOT bad AND external_digests IS NOT NULL)
"""
_BY_EXTERNAL = """
WITH candidate AS (
    SELECT DISTINCT ON (t.id) t.id AS row_id, t.sid, p.id AS person_id
    FROM (SELECT id, sid, civic_hash, unnest(external_digests) AS digest FROM in_person
          WHERE target IS NULL AND NOT bad) t
    JOIN (SELECT id, civic_hash, unnest(external_digests) AS digest FROM person
          WHERE tenant_id = :tenant AND external_digests IS NOT NULL) p
         ON p.digest = t.digest AND NOT coalesce(p.civic_hash <> t.civic_hash, false)
    WHERE NOT EXISTS (SELECT FROM in_person o WHERE o.target = p.id)
    ORDER BY t.id, p.id),
chosen AS (SELECT DISTINCT ON (person_id) row_id, person_id FROM candidate ORDER BY person_id, sid)
UPDATE in_person t SET target = c.person_id, moved = true FROM chosen c WHERE t.id = c.row_id
"""
# A code that two units carry tells neither of them.
_UNIT_BY_CODE = """
WITH coded AS (
    SELECT code, min(id::text)::uuid AS id FROM unit
    WHERE tenant_id = :tenant AND ended_at IS NULL AND code IS NOT NULL GROUP BY code HAVING count(*) = 1),
once AS (SELECT code FROM in_unit WHERE code IS NOT NULL GROUP BY code HAVING count(*) = 1)
UPDATE in_unit t SET target = c.id FROM coded c
WHERE t.target IS NULL AND NOT t.bad AND c.code = t.code AND t.code IN (SELECT code FROM once)
  AND NOT EXISTS (SELECT FROM in_unit o WHERE o.target = c.id)
"""
_CIVIC_CONDITION = f"t.id NOT IN (SELECT id FROM ({_TWICE.format(first='target IS NULL, ')}) twice)"
# Recognised in another register's rows is not moved: two registers may well know one person.
_MOVED = """
SELECT t.file, t.line FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.id = t.target
WHERE t.moved AND p.source = :source
"""
_CIVIC_CHANGED = """
SELECT t.file, t.line FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.id = t.target
WHERE NOT t.bad AND p.civic_hash <> t.civic_hash
"""
_SAME_LOGIN = """
SELECT id, file, line FROM (
    SELECT t.id, t.file, t.line, row_number() OVER (
        PARTITION BY t.login_digest
        ORDER BY p.login_digest IS NOT DISTINCT FROM t.login_digest DESC, t.sid) AS turn
    FROM in_person t LEFT JOIN person p ON p.tenant_id = :tenant AND p.id = t.target
    WHERE t.login_digest IS NOT NULL AND NOT t.bad) d
WHERE turn > 1
"""
_LOGIN_OF_ANOTHER = """
SELECT t.id, t.file, t.line FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.login_digest = t.login_digest
WHERE NOT t.bad AND p.ended_at IS NULL AND p.id IS DISTINCT FROM t.target
  AND NOT EXISTS (SELECT FROM in_person o WHERE o.target = p.id)
"""
# The roster keeps the login name that it has for the person.
_LOSE_LOGIN = """
UPDATE in_person SET login = NULL, login_digest = NULL, login_scope = NULL, untold = untold || ARRAY['login']
WHERE id IN (SELECT id FROM in_noted)
"""
# The person is kept with the login name, which the change feed withholds until the domain is proved to be the tenant's.
_FOREIGN_LOGIN = """
SELECT t.file, t.line FROM in_person t WHERE NOT t.bad AND t.login_scope IS NOT NULL
  AND NOT EXISTS (SELECT FROM login_scope s WHERE s.tenant_id = :tenant AND s.domain = t.login_scope)
"""
_SID_KINDS = {"unit": "unit", "person": "person", "group": "school_group", "activity": "activity"}


@dataclass(frozen=True)
class Matched:
    """How many persons of this source came back under another id, and the rows that nobody could trust."""

    moved: int
    suspected: list[Case]


async def match(session: AsyncSession, staging: Staging, source: str) -> Matched:
    """Set `target` on every staged row that is known."""
    values = {"tenant": tenant_of(session), "source": source}

    async def run(statement: str) -> None:
        await session.execute(text(statement), values)

    for kind, table in _SID_KINDS.items():
        await run(_ONCE.format(kind=kind))
        await run(_BY_ID.format(kind=kind, table=table))
    await run(_UNIT_BY_CODE)
    await run("ANALYZE in_person (target, login_digest, civic_hash)")
    await run(_PROTECT)
    await settle_decided(session, source)
    if await _note(session, staging, "same_person_twice", _TWICE.format(first="")):
        await run(_SHARING.format(mark="civic_hash"))
    if await session.scalar(text(_HAS_EXTERNAL)):
        await run(_BY_EXTERNAL)
    await run(_BY_MARK.format(mark="login_digest", condition=_LOGIN_CONDITION))
    await run(_BY_MARK.format(mark="civic_hash", condition=_CIVIC_CONDITION))
    moved = await staging.find("identity_moved", _MOVED, values)
    suspected = await hold_suspicious(session, staging, source)
    await staging.find("civic_changed", _CIVIC_CHANGED, values)
    if await _note(session, staging, "login_taken", _SAME_LOGIN):
        await run(_SHARING.format(mark="login_digest"))
        await run(_LOSE_LOGIN)
    if await _note(session, staging, "login_taken", _LOGIN_OF_ANOTHER):
        await run(_LOSE_LOGIN)
        staging.passing.add("login_taken")  # once its owner is gone
    await staging.find("login_foreign", _FOREIGN_LOGIN, values)
    await run(_KEEP_MARK)
    await run(_NAMELESS)
    return Matched(moved, suspected)


async def _note(session: AsyncSession, staging: Staging, rule: str, rows: str) -> int:
    """Record a finding for each of `rows`. They stand in `in_noted` then: to find them, everybody is gone through."""
    await at_once(session, ["DROP TABLE IF EXISTS pg_temp.in_noted"])
    used = {"tenant": tenant_of(session)} if ":tenant" in rows else {}
    await session.execute(text(f"CREATE TEMPORARY TABLE in_noted ON COMMIT DROP AS {rows}"), used)
    return await staging.find(rule, "SELECT file, line FROM in_noted")
