"""A protection marking that tightens takes effect at once: before any plan, without approval, for the past as well."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.applying import apply_planned, lock_head
from services.sync.plan.forgetters import forget_everywhere
from services.sync.plan.matching import match
from services.sync.plan.models import Run
from services.sync.plan.placing import OF_NOBODY
from services.sync.plan.staging import Staging
from shared.contracts.sync import PersonProtected
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.kit_tables import forget_answers
from shared.queue import publish

LIFTS = "lifts_protection"
_TIGHTENED = """
SELECT p.id FROM in_person t JOIN person p ON p.tenant_id = :tenant AND p.id = t.target
WHERE t.protected AND NOT p.protected
UNION SELECT p.id FROM in_withheld w JOIN person p ON p.tenant_id = :tenant AND p.id IN (w.person_id, w.other_id)
WHERE w.protected AND NOT p.protected
ORDER BY id
"""
# What was planned, applied or held back before must not show the names either: there is no past without today's mark.
# `before` of a person entered by hand is JSON's null, which has no keys to take away.
_FORGET = """
UPDATE planned_person SET given_name = NULL, family_name = NULL, email = NULL, login = NULL, external_ids = NULL,
       before = NULLIF(before, 'null') - ARRAY['given_name', 'family_name', 'email', 'login', 'external_ids']
WHERE tenant_id = :tenant AND id = ANY (:ids)
"""
_PLAN = """
INSERT INTO planned_person (tenant_id, run_id, id, op, before, source_id, login_digest, login_scope, civic_hash,
                            civic_cipher, external_digests, protected)
SELECT tenant_id, :run, id, 'change', '{"protected": false}', source_id, login_digest, login_scope, civic_hash,
       civic_cipher, external_digests, true
FROM person WHERE tenant_id = :tenant AND id = ANY (:ids)
"""
_HIDE = f"""
WITH found AS ({{found}}), hidden AS (
    UPDATE planned_person p SET protected = true, given_name = NULL, family_name = NULL, email = NULL, login = NULL,
           external_ids = NULL, before = NULL
    FROM found f WHERE p.tenant_id = :tenant AND p.run_id = f.run_id AND p.id = f.id RETURNING p.run_id, p.source_id)
UPDATE finding t SET row_ref = NULL FROM hidden h
WHERE t.tenant_id = :tenant AND t.run_id = h.run_id AND t.row_ref = h.source_id AND t.entity NOT IN ({OF_NOBODY})
"""
# Somebody whom the roster does not know yet may stand in a plan that waits, or that never came true.
_WOULD_BE = """
SELECT p.run_id, p.id FROM in_person t JOIN run r ON r.tenant_id = :tenant AND r.applied_version IS NULL
JOIN planned_person p ON p.tenant_id = r.tenant_id AND p.run_id = r.id AND {same}
WHERE t.protected AND t.target IS NULL AND NOT p.protected
"""
_SAME = ("r.source = :source AND p.source_id = t.sid", "p.civic_hash = t.civic_hash", "p.login_digest = t.login_digest")
_HIDE_WOULD_BE = _HIDE.format(found=" UNION ".join(_WOULD_BE.format(same=same) for same in _SAME))
# A plan that lifts a mark is none that anybody has approved, once the mark is set again: its hash is another.
_HIDE_LIFTED = _HIDE.format(
    found="""
    SELECT p.run_id, p.id FROM planned_person p JOIN run r ON r.tenant_id = p.tenant_id AND r.id = p.run_id
    WHERE p.tenant_id = :tenant AND p.id = ANY (:ids) AND NOT p.protected AND r.applied_version IS NULL"""
)
_WHAT_WAITS = f"""
SELECT EXISTS (SELECT FROM in_person WHERE protected AND target IS NULL) AS is_unknown,
       EXISTS (SELECT FROM run WHERE tenant_id = :tenant AND state IN ('planned', 'applying')
               AND guard_reasons @> '[{{"code": "{LIFTS}"}}]') AS is_lifting
"""
# What a register does not tell of is no mark of its own.
_MARKED = """
SELECT target FROM in_person WHERE protected AND target IS NOT NULL AND NOT 'protected' = ANY (coalesce(untold, '{}'))
UNION SELECT unnest(ARRAY[person_id, other_id]) FROM in_withheld WHERE protected
"""
_FORGET_LIFTED = """
UPDATE planned_person SET given_name = NULL, family_name = NULL, email = NULL, login = NULL, external_ids = NULL
WHERE tenant_id = :tenant AND run_id = :run AND (before ->> 'protected')::boolean AND NOT protected
"""
_FORGET_FOUND = "DELETE FROM finding WHERE tenant_id = :tenant AND run_id = :run"
# Revived here only if present: an ended person is marked and stays ended.
_MARK_ENDED = """
UPDATE person SET protected = true, given_name = NULL, family_name = NULL, email = NULL, login = NULL,
       external_ids = NULL,
       version = version + 1
WHERE tenant_id = :tenant AND id = ANY (:ids) AND ended_at IS NOT NULL
"""
_AGAIN = """
SELECT id FROM planned_person
WHERE tenant_id = :tenant AND run_id = :run AND protected AND NOT coalesce((before ->> 'protected')::boolean, true)
ORDER BY id
"""
_PRESENT = "SELECT id FROM person WHERE tenant_id = :tenant AND id = ANY (:ids) AND ended_at IS NULL ORDER BY id"


async def tighten_staged(session: AsyncSession, source: str) -> int:
    """Protect every known person whom the staged delivery marks and the roster does not; returns how many."""
    ids = list(await session.scalars(text(_TIGHTENED), {"tenant": tenant_of(session)}))
    if ids:
        await protect(session, ids, source)
    waits = (await session.execute(text(_WHAT_WAITS), {"tenant": tenant_of(session)})).one()
    if waits.is_unknown:
        await session.execute(text(_HIDE_WOULD_BE), {"tenant": tenant_of(session), "source": source})
    if waits.is_lifting:
        await keep_protected(session, list(await session.scalars(text(_MARKED))))
    return len(ids)


async def tighten_alone(session: AsyncSession, staging: Staging, run: Run) -> int:
    """The same of a delivery of which nothing is planned: what is found on the way is said of no plan."""
    await staging.index()
    await lock_head(session)
    await match(session, staging, run.source)
    await session.execute(text(_FORGET_FOUND), {"tenant": run.tenant_id, "run": run.id})
    return await tighten_staged(session, run.source)


async def keep_protected(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Let no plan that waits, or is just being applied, lift the protection of persons who are marked once more."""
    await session.execute(text(_HIDE_LIFTED), {"tenant": tenant_of(session), "ids": list(ids)})


async def forget_lifted(session: AsyncSession, run: Run) -> None:
    """The plan of `run` comes to nothing: the names of those whose protection it would have lifted go at once."""
    if any(reason["code"] == LIFTS for reason in run.guard_reasons):
        await session.execute(text(_FORGET_LIFTED), {"tenant": run.tenant_id, "run": run.id})


async def protect(session: AsyncSession, ids: Sequence[UUID], source: str) -> None:
    """Protect these persons: names gone from roster and plans, a version of its own, a recall event for each."""
    tenant = tenant_of(session)
    values = {"tenant": tenant, "ids": list(ids)}
    await lock_head(session)
    await forget_everywhere(session, ids)  # first, while there are names to be looked for in what people wrote
    await session.execute(text(_FORGET), values)
    await session.execute(text(_MARK_ENDED), values)
    present = list(await session.scalars(text(_PRESENT), values))
    run = Run(tenant_id=tenant, kind="marking", source=source, state="applying", counts=_counts(len(present)))
    session.add(run)
    await session.flush()
    await session.execute(text(_PLAN), {"tenant": tenant, "ids": present, "run": run.id})
    applied = await apply_planned(session, run, "marking")
    await _tell(session, ids, run.id, applied.version_to)


async def protect_again(session: AsyncSession, run: Run, version: int) -> None:
    """Undoing has brought back a mark that a run had lifted: what bears the names meanwhile is forgotten as well."""
    values = {"tenant": tenant_of(session), "run": run.id}
    if ids := list(await session.scalars(text(_AGAIN), values)):
        await forget_everywhere(session, ids)
        await session.execute(text(_FORGET), {"tenant": tenant_of(session), "ids": ids})
        await _tell(session, ids, run.id, version)


async def _tell(session: AsyncSession, ids: Sequence[UUID], run_id: UUID, version: int) -> None:
    """Answers that are kept for repeated requests go, the journal says so, and the others recall their copies."""
    await forget_answers(session)
    for person_id in ids:
        await record(session, "person.protect", "person", person_id, after={"runId": str(run_id)})
        await publish(session, PersonProtected(person_id=person_id, version=version))


def _counts(changed: int) -> dict[str, dict[str, int]]:
    return {"person": {"created": 0, "changed": changed, "ended": 0, "unchanged": 0}}
