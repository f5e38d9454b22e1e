"""The guard against ids that were given to somebody else: rows whose marks speak against the person that they name.

Such a row is held: the roster keeps the person with everything that ties it, until somebody has decided. Whoever the
marks speak of instead is kept as well, since the register still knows them. Decisions are remembered, for as long as
the row carries the marks that they were made on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.models import Run
from services.sync.plan.staging import Staging
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id

_CREATE = (
    "DROP TABLE IF EXISTS pg_temp.in_withheld",
    "CREATE TEMPORARY TABLE in_withheld (row_id uuid, sid text, file text, line integer, kind text, person_id uuid,"
    " other_id uuid, protected boolean) ON COMMIT DROP",
)
# A case that was decided `same` for a row of another id: that id means this person from now on.
_DECIDED = """
UPDATE in_person t SET target = c.person_id, moved = true FROM correlation_case c, person p
WHERE c.tenant_id = :tenant AND c.source = :source AND c.source_id = t.sid AND c.kind = 'perhaps_same'
  AND c.decision = 'same' AND c.civic_hash IS NOT DISTINCT FROM t.civic_hash
  AND t.target IS NULL AND NOT t.bad AND p.tenant_id = c.tenant_id AND p.id = c.person_id
  AND NOT EXISTS (SELECT FROM in_person o WHERE o.target = c.person_id)
"""
_CONFIRMED = """
(coalesce(p.civic_hash = t.civic_hash, false) OR coalesce(p.login_digest = t.login_digest, false)
 OR coalesce(p.external_digests && t.external_digests, false))
"""
_UNDECIDED = """
NOT EXISTS (SELECT FROM correlation_case c
            WHERE c.tenant_id = :tenant AND c.source = :source AND c.source_id = t.sid AND c.person_id = p.id
              AND c.decision = 'same' AND c.civic_hash IS NOT DISTINCT FROM t.civic_hash
              AND c.login_digest IS NOT DISTINCT FROM t.login_digest)
"""
_REUSED = f"""
INSERT INTO in_withheld
SELECT t.id, t.sid, t.file, t.line, 'id_reused', p.id, o.id, t.protected
FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.id = t.target
LEFT JOIN LATERAL (
    SELECT q.id FROM person q
    WHERE q.tenant_id = :tenant AND q.ended_at IS NULL AND q.id <> p.id
      AND (q.civic_hash = t.civic_hash OR q.login_digest = t.login_digest) ORDER BY q.id LIMIT 1) o ON true
WHERE NOT t.moved AND NOT t.bad AND NOT {_CONFIRMED}
  AND (p.civic_hash <> t.civic_hash OR (p.given_name <> t.given_name AND p.family_name <> t.family_name))
  AND {_UNDECIDED}
"""
# A number that the roster knows of somebody else who is present: swapped in the register, or shifted by a row.
_CONFLICT = f"""
INSERT INTO in_withheld
SELECT DISTINCT ON (t.id) t.id, t.sid, t.file, t.line, 'identity_conflict', p.id, q.id, t.protected
FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.id = t.target
JOIN person q ON q.tenant_id = :tenant AND q.civic_hash = t.civic_hash AND q.id <> p.id AND q.ended_at IS NULL
WHERE NOT t.bad AND p.civic_hash IS DISTINCT FROM t.civic_hash AND {_UNDECIDED}
  AND NOT EXISTS (SELECT FROM in_withheld w WHERE w.row_id = t.id)
ORDER BY t.id, q.id
"""
_HOLD = """
UPDATE in_person t SET held = true, bad = true, target = NULL FROM in_withheld w WHERE w.row_id = t.id
"""
_CASE = """
INSERT INTO correlation_case AS c (tenant_id, id, version, created_at, updated_at, kind, source, source_id, person_id,
    other_id, run_id, file, line, civic_hash, login_digest, state)
SELECT :tenant, :id, 1, :now, :now, :kind, :source, t.sid, :person, :other, :run, t.file, t.line, t.civic_hash,
       t.login_digest, 'open'
FROM in_person t WHERE t.id = :row
ON CONFLICT (tenant_id, source, source_id, person_id) DO UPDATE
SET run_id = excluded.run_id, file = excluded.file, line = excluded.line, kind = excluded.kind,
    other_id = excluded.other_id, updated_at = excluded.updated_at, version = c.version + 1, state = 'open',
    decision = CASE WHEN c.civic_hash IS NOT DISTINCT FROM excluded.civic_hash
                     AND c.login_digest IS NOT DISTINCT FROM excluded.login_digest THEN c.decision END,
    civic_hash = excluded.civic_hash, login_digest = excluded.login_digest
"""
# What the register has mended asks nobody any more. It comes back if the row does.
_GONE = """
UPDATE correlation_case SET state = 'gone', version = version + 1, updated_at = :now
WHERE tenant_id = :tenant AND source = :source AND state = 'open' AND run_id <> :run
"""


@dataclass(frozen=True)
class Case:
    """Two that may be one, or one that may be two: a delivered row and the person of the roster that it touches."""

    kind: str
    row_id: UUID
    source_id: str
    file: str
    line: int
    person_id: UUID
    other_id: UUID | None = None


async def settle_decided(session: AsyncSession, source: str) -> None:
    """Let remembered decisions speak before any guess is made."""
    values = {"tenant": tenant_of(session), "source": source}
    for statement in _CREATE:
        await session.execute(text(statement))
    await session.execute(text(_DECIDED), values)


async def hold_suspicious(session: AsyncSession, staging: Staging, source: str) -> list[Case]:
    """Hold the rows whose marks speak against their person. Findings: id_reused, identity_conflict."""
    values = {"tenant": tenant_of(session), "source": source}
    await session.execute(text(_REUSED), values)
    await session.execute(text(_CONFLICT), values)
    for rule in ("id_reused", "identity_conflict"):
        await staging.find(rule, "SELECT file, line FROM in_withheld WHERE kind = :kind", {"kind": rule})
    await session.execute(text(_HOLD))
    rows = await session.execute(text("SELECT * FROM in_withheld"))
    return [Case(row.kind, row.row_id, row.sid, row.file, row.line, row.person_id, row.other_id) for row in rows]


async def record_cases(session: AsyncSession, run: Run, cases: Sequence[Case]) -> None:
    """Queue the cases for somebody to decide; those that this delivery no longer gives rise to leave the queue."""
    values = {"tenant": run.tenant_id, "source": run.source, "run": run.id, "now": clock.now()}
    for case in cases:
        more = {"id": new_id(), "kind": case.kind, "row": case.row_id}
        await session.execute(text(_CASE), values | more | {"person": case.person_id, "other": case.other_id})
    await session.execute(text(_GONE), values)
