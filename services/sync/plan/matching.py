"""Finds for each delivered row the roster row that it speaks of: source id, then login name, then national number.

Never by name. Where the marks contradict each other, the row is a finding and the roster stays as it is.
"""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.staging import Staging
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
_TWICE = """
SELECT id, file, line FROM (
    SELECT id, file, line, row_number() OVER (
        PARTITION BY civic_hash ORDER BY target IS NULL, line, id) AS turn
    FROM in_person WHERE civic_hash IS NOT NULL AND NOT bad) d
WHERE turn > 1
"""
_BY_MARK = """
WITH candidate AS (
    SELECT DISTINCT ON (t.id) t.id AS row_id, p.id AS person_id
    FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.{mark} = t.{mark} AND {condition}
    WHERE t.target IS NULL AND NOT t.bad AND NOT EXISTS (SELECT FROM in_person o WHERE o.target = p.id)
    ORDER BY t.id, p.id),
chosen AS (SELECT DISTINCT ON (person_id) row_id, person_id FROM candidate ORDER BY person_id, row_id)
UPDATE in_person t SET target = c.person_id, moved = true FROM chosen c WHERE t.id = c.row_id
"""
# A login name may be given to somebody else once its owner has left, so only present owners are recognised by it.
_LOGIN_CONDITION = """
p.ended_at IS NULL AND (p.civic_hash IS NULL OR t.civic_hash IS NULL OR p.civic_hash = t.civic_hash)
"""
_CIVIC_CONDITION = f"t.id NOT IN (SELECT id FROM ({_TWICE}) twice)"
_REUSED = """
UPDATE in_person t SET held = true, bad = true FROM person p
WHERE p.tenant_id = :tenant AND p.id = t.target AND NOT t.moved AND NOT t.bad
  AND p.civic_hash <> t.civic_hash AND p.login_digest <> t.login_digest
"""
_CIVIC_CHANGED = """
SELECT t.file, t.line FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.id = t.target
WHERE NOT t.bad AND p.civic_hash <> t.civic_hash
"""
_CONFLICT = """
SELECT t.file, t.line FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.civic_hash = t.civic_hash
WHERE NOT t.bad AND t.target IS NOT NULL AND p.id <> t.target AND p.ended_at IS NULL
  AND NOT EXISTS (SELECT FROM in_person o WHERE o.target = p.id)
"""
_SAME_LOGIN = """
SELECT id, file, line FROM (
    SELECT t.id, t.file, t.line, row_number() OVER (
        PARTITION BY t.login_digest
        ORDER BY p.login_digest IS NOT DISTINCT FROM t.login_digest DESC, t.line, t.id) AS turn
    FROM in_person t LEFT JOIN person p ON p.tenant_id = :tenant AND p.id = t.target
    WHERE t.login_digest IS NOT NULL AND NOT t.bad) d
WHERE turn > 1
"""
_LOGIN_OF_ANOTHER = """
SELECT t.id, t.file, t.line FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.login_digest = t.login_digest
WHERE NOT t.bad AND p.ended_at IS NULL AND p.id IS DISTINCT FROM t.target
  AND NOT EXISTS (SELECT FROM in_person o WHERE o.target = p.id)
"""
_LOSE_LOGIN = """
UPDATE in_person SET login = NULL, login_digest = NULL, login_scope = NULL WHERE id IN (SELECT id FROM ({rows}) r)
"""
# The person is kept with the login name, which the change feed withholds until the domain is proved to be the tenant's.
_FOREIGN_LOGIN = """
SELECT t.file, t.line FROM in_person t WHERE NOT t.bad AND t.login_scope IS NOT NULL
  AND NOT EXISTS (SELECT FROM login_scope s WHERE s.tenant_id = :tenant AND s.domain = t.login_scope)
"""
_SID_KINDS = {"unit": "unit", "person": "person", "group": "school_group", "activity": "activity"}


async def match(session: AsyncSession, staging: Staging, source: str) -> int:
    """Set `target` on every staged row that is known; returns how many persons came back under another id."""
    values = {"tenant": tenant_of(session), "source": source}

    async def run(statement: str) -> None:
        await session.execute(text(statement), values)

    for kind, table in _SID_KINDS.items():
        await run(_ONCE.format(kind=kind))
        await run(_BY_ID.format(kind=kind, table=table))
    await run("ANALYZE in_person (target, login_digest, civic_hash)")
    await run(_PROTECT)
    await staging.find("same_person_twice", _TWICE)
    await run(_BY_MARK.format(mark="login_digest", condition=_LOGIN_CONDITION))
    await run(_BY_MARK.format(mark="civic_hash", condition=_CIVIC_CONDITION))
    moved = await staging.find("identity_moved", "SELECT file, line FROM in_person WHERE moved")
    await run(_REUSED)
    await staging.find("id_reused", "SELECT file, line FROM in_person WHERE held")
    await staging.find("identity_conflict", _CONFLICT, values)
    await staging.find("civic_changed", _CIVIC_CHANGED, values)
    for rows in (_SAME_LOGIN, _LOGIN_OF_ANOTHER):
        if await staging.find("login_taken", rows, values):
            await run(_LOSE_LOGIN.format(rows=rows))
    await staging.find("login_foreign", _FOREIGN_LOGIN, values)
    await run(_KEEP_MARK)
    await run(_NAMELESS)
    return moved
