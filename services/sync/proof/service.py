"""A delivery whose facts the roster has already: found out by the prints of its files, concluded without reading on.

The base is a run of the same source after which the roster has not changed at all, and which found nothing that it
would not find again. Anything else (another mapping, policy, login scope or decided case, a version in between, an
unproved fetch, a week gone by since the last whole comparison) makes the run a whole one, which also finds what has
drifted unseen.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from collections.abc import Mapping as Named
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.beside import Beside, beside_of
from services.sync.plan.entities import ENTITIES
from services.sync.plan.manual import SOURCE as BY_HAND
from services.sync.plan.models import Run
from services.sync.plan.policy import GuardPolicy
from services.sync.plan.suspicion import Case
from services.sync.plan.touching import inside
from services.sync.proof.models import RunProof
from services.sync.reading.frames import Done
from services.sync.reading.mapping import Mapping
from services.sync.upload.models import Upload
from shared.kit import clock
from shared.kit.db import tenant_of

Sign = Callable[[Named[str, Any]], str]
WHOLE_EVERY = timedelta(days=7)
# Formats that are files of rows themselves.
_ROWS = (None, "oneroster")

# Found again each time that the same facts are compared, also with the roster that they made.
_STEADY = {
    "login_foreign", "login_taken", "same_person_twice",
    "orphan_person", "orphan_unit", "orphan_group", "orphan_activity", "school_form_unknown",
}  # fmt: skip
# Here the order of the rows decides, which a print does not tell.
_BY_ORDER = {"conflicting_rows"}
# Of what was not proved whole, the same facts say more once they are.
_UNPROVED = {"incomplete_fetch"}
# Found in the delivery as a whole: it cannot be told from a part.
_OF_ALL = {"field_vanished", "optional_file_missing"}

_SURROUNDINGS = """
SELECT (SELECT string_agg(domain, ' ' ORDER BY domain) FROM login_scope WHERE tenant_id = :tenant) AS scopes,
       (SELECT document::text FROM guard_policy WHERE tenant_id = :tenant AND source = :source) AS policy,
       (SELECT concat(count(*), '/', max(decided_at)) FROM correlation_case
        WHERE tenant_id = :tenant AND source = :source AND decision IS NOT NULL) AS decided,
       coalesce((SELECT version FROM roster_head WHERE tenant_id = :tenant), 0) AS head
"""
# The newest run of the source that was compared with the roster and after which nothing has changed.
_BASE = """
SELECT r.id, p.prints, p.is_settled, p.mirrors, p.beside, p.whole_at
FROM run_proof p JOIN run r ON r.tenant_id = p.tenant_id AND r.id = p.id
WHERE p.tenant_id = :tenant AND p.source = :source AND p.surroundings = :surroundings AND p.prints IS NOT NULL
  AND p.same_as IS NULL AND (p.is_settled OR p.mirrors) AND p.whole_at > :since
  AND coalesce(r.applied_version, CASE WHEN r.state = 'planned' THEN r.base_version END) = :head
  AND (r.state = 'applied' OR NOT EXISTS (
       SELECT FROM jsonb_each(r.counts) k WHERE (k.value->>'created')::int + (k.value->>'changed')::int
                                              + (k.value->>'ended')::int > 0))
ORDER BY p.id DESC LIMIT 1
"""
_OTHERS = """
SELECT DISTINCT source FROM run
WHERE tenant_id = :tenant AND source NOT IN (:source, :by_hand) AND kind = 'delivery' AND state = 'applied'
"""
_HOLDS = "EXISTS (SELECT FROM {table} WHERE tenant_id = :tenant AND source = ANY (:others) AND ended_at IS NULL)"
# Nobody is told apart from older runs any more.
_FORGET = """
UPDATE run_proof SET beside = NULL
WHERE tenant_id = :tenant AND source = :source AND beside IS NOT NULL AND id <> ALL (:kept)
"""
_FOUND = "SELECT rule, file, line FROM finding WHERE tenant_id = :tenant AND run_id = :run"
_SAME_AS = "SELECT same_as FROM run_proof WHERE tenant_id = :tenant AND id = :run"


@dataclass(frozen=True)
class Compared:
    """What comparing has found beyond what the reader said: rules, those of which the next run may find less, cases."""

    found: Collection[str]
    passing: Collection[str]
    cases: Sequence[Case]


@dataclass(frozen=True)
class FormerRun:
    """A run whose delivery is what the roster is, but for what is `beside` that: its upload, and the places in it
    (file, line) that have to be looked at in any case."""

    run: Run
    upload: Upload
    prints: list[dict[str, Any]]
    found: list[tuple[str, int]]
    beside: Beside = field(default_factory=Beside)


@dataclass(frozen=True)
class Surroundings:
    """What decides beside the delivery, as a hash, and the roster's version; `base` is the run to compare with.

    `former` is that run where it may be enough to look at what differs from its delivery.
    """

    digest: str
    head: int
    base: UUID | None = None
    prints: list[dict[str, Any]] | None = None
    whole_at: datetime | None = None
    former: FormerRun | None = None


async def surroundings_of(session: AsyncSession, run: Run, upload: Upload) -> Surroundings:
    """Look around before a delivery is read."""
    values = {"tenant": tenant_of(session), "source": run.source}
    row = (await session.execute(text(_SURROUNDINGS), values)).one()
    mapping = Mapping.model_validate(upload.mapping).in_words()
    told = json.dumps([mapping, row.scopes, row.policy, row.decided])
    digest = hashlib.sha256(told.encode()).hexdigest()
    if upload.incomplete:
        return Surroundings(digest, row.head)
    since = clock.now() - WHOLE_EVERY
    values |= {"surroundings": digest, "since": since, "head": row.head}
    base = (await session.execute(text(_BASE), values)).first()
    if base is None:
        return Surroundings(digest, row.head)
    policy = GuardPolicy.of(json.loads(row.policy) if row.policy else {})
    former = None
    if base.mirrors and upload.mapping.get("manifest") in _ROWS and not policy.rolls_on(clock.today()):
        former = await _former_of(session, run.source, base)
    prints = base.prints if base.is_settled else None  # two persons have let it through: nobody would have to again
    return Surroundings(digest, row.head, base.id, prints, base.whole_at, former)


async def _former_of(session: AsyncSession, source: str, row: Any) -> FormerRun | None:
    """None where something that decides is not known any more."""
    tenant = tenant_of(session)
    if await _has_others(session, source):
        return None
    base = await session.get_one(Run, (tenant, row.id))
    upload = await session.get(Upload, (tenant, base.upload_id)) if base.upload_id else None
    if upload is None or upload.state != "stored" or "staged" not in base.facts:
        return None
    found = (await session.execute(text(_FOUND), {"tenant": tenant, "run": row.id})).all()
    if Counter(one.rule for one in found) != Counter(base.finding_counts):
        return None  # more was found than is kept
    beside = Beside.of(row.beside)
    lines = {(one.file, one.line) for one in found if one.line is not None}
    return FormerRun(base, upload, row.prints, sorted(lines.union(beside.lines)), beside)


async def _has_others(session: AsyncSession, source: str) -> bool:
    """Whether rows of another register stand in the roster: they may be this one's persons as well."""
    tenant = tenant_of(session)
    others = list(await session.scalars(text(_OTHERS), {"tenant": tenant, "source": source, "by_hand": BY_HAND}))
    holding = " OR ".join(_HOLDS.format(table=entity.table) for entity in ENTITIES)
    return bool(others and await session.scalar(text(f"SELECT {holding}"), {"tenant": tenant, "others": others}))


async def conclude_known(session: AsyncSession, run: Run, base_id: UUID, head: int) -> None:
    """Give `run` the outcome of comparing the facts of the base once more: every row unchanged, the same findings."""
    base = await session.get_one(Run, (tenant_of(session), base_id))
    run.base_version = head
    run.counts_by_unit = [_unchanged(row) for row in base.counts_by_unit if _delivered(row)]
    run.counts = {kind: _unchanged(row) for kind, row in base.counts.items()}
    run.finding_counts, run.files = dict(base.finding_counts), list(base.files)
    run.guard, run.guard_reasons = base.guard, list(base.guard_reasons)
    run.facts = base.facts | {"ended": dict.fromkeys(base.facts.get("ended", {}), 0)}


async def findings_of(session: AsyncSession, run_id: UUID) -> UUID:
    """The run whose findings are those of `run_id`: itself, or the one that read the same facts."""
    values = {"tenant": tenant_of(session), "run": run_id}
    return await session.scalar(text(_SAME_AS), values) or run_id


async def evidence_of(session: AsyncSession, run_id: UUID) -> str | None:
    """The signed outcome of a run; None where nothing was signed."""
    proof = await session.get(RunProof, (tenant_of(session), run_id))
    return proof.evidence if proof else None


async def keep_proof(
    session: AsyncSession, run: Run, around: Surroundings, done: Done, compared: Compared | None
) -> None:  # fmt: skip
    """Store what `run` rested on; `compared` is None where nothing was."""
    is_empty = not any(row[name] for row in run.counts.values() for name in ("created", "changed", "ended"))
    is_steady = compared is None or (set(compared.found) <= _STEADY and not compared.passing)
    is_calm = is_steady and run.guard == "clear" and not run.guard_reasons
    is_sure = not _UNPROVED & set(run.finding_counts)
    former = around.former if done.retold is not None else None
    beside = None
    if compared is not None and is_sure and not _OF_ALL & set(run.finding_counts):
        beside = await _beside(session, run, former, compared)
    session.add(
        RunProof(
            tenant_id=run.tenant_id,
            id=run.id,
            source=run.source,
            surroundings=around.digest,
            prints=done.prints,
            same_as=around.base if done.is_known else None,
            is_settled=is_sure and not _BY_ORDER & set(run.finding_counts) and (is_empty or is_calm),
            mirrors=beside is not None,
            beside=None if beside is None else beside.document(),
            whole_at=around.whole_at if former or done.is_known else clock.now(),
        )
    )
    if beside is not None:
        kept = [one for one in (run.id, around.base) if one is not None]
        await session.execute(text(_FORGET), {"tenant": run.tenant_id, "source": run.source, "kept": kept})


async def _beside(session: AsyncSession, run: Run, former: FormerRun | None, compared: Compared) -> Beside | None:
    before = None
    if not run.base_version:
        before = {}  # a roster that nothing has ever been told of
    elif former is not None:
        before = {kind: n + former.beside.more.get(kind, 0) for kind, n in delivered_totals(former.run).items()}
    scope = {entity.kind: inside(entity) for entity in ENTITIES} if former is not None else {}
    return await beside_of(session, run, before, compared.cases, scope)


async def sign_proof(session: AsyncSession, run: Run, upload: Upload, sign: Sign) -> None:
    """Put the outcome of `run` over the signature of the service: numbers and hashes, nobody's name."""
    proof = await session.get(RunProof, (run.tenant_id, run.id))
    if proof is None:
        return
    proof.evidence = sign(
        {
            "runId": str(run.id),
            "source": run.source,
            "sha256": upload.sha256,
            "sameAs": str(proof.same_as) if proof.same_as else None,
            "rosterVersion": run.base_version,
            "planHash": run.plan_hash,
            "counts": run.counts,
            "findings": run.finding_counts,
            "guard": run.guard,
            "madeAt": clock.now().isoformat(),
        }
    )


def delivered_units(base: Run) -> dict[str, dict[str | None, int]]:
    """Rows per kind and unit that the delivery of a run held."""
    counted: dict[str, dict[str | None, int]] = {}
    for row in base.counts_by_unit:
        counted.setdefault(row["kind"], {})[row["unit_id"]] = _delivered(row)
    return counted


def delivered_totals(base: Run) -> dict[str, int]:
    """Rows per kind that the delivery of a run held."""
    return {kind: _delivered(row) for kind, row in base.counts.items()}


def _delivered(row: dict[str, Any]) -> int:
    return int(row["created"] + row["changed"] + row["unchanged"])


def _unchanged(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"created": 0, "changed": 0, "ended": 0, "unchanged": _delivered(row)}
