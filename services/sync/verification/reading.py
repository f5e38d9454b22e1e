"""Reads the facts of a tenant: a handful of statements for all units together."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.models import Run
from services.sync.platform.models import PlatformComparison
from services.sync.platform.service import PlatformService, told_by
from services.sync.platform.ties import tells
from services.sync.roster.models import RosterHead
from services.sync.rules.platform import DUPLICATE, EXCUSED, MISSING, STALE
from services.sync.source.models import Source
from services.sync.source.service import reading_of
from services.sync.upload.service import UploadService
from services.sync.verification.facts import Facts, Heads, PlatformFacts, RegisterFacts, SignedOff, Waiting
from services.sync.verification.models import UnitSignOff
from services.sync.verification.numbers import LASTS
from services.sync.verification_policy.models import VerificationPolicy
from shared.kit import clock
from shared.kit.db import tenant_of

_HEADS = f"""
SELECT u.id, coalesce(e.n, 0) AS pupils, coalesce(d.n, 0) AS staff FROM unit u
LEFT JOIN (SELECT unit_id, count(DISTINCT person_id) AS n FROM (
               SELECT unit_id, person_id FROM enrolment WHERE tenant_id = :tenant AND {LASTS}
               UNION ALL SELECT unit_id, child_id FROM placement WHERE tenant_id = :tenant AND {LASTS}) t
           GROUP BY 1) e ON e.unit_id = u.id
LEFT JOIN (SELECT unit_id, count(DISTINCT person_id) AS n FROM duty
           WHERE tenant_id = :tenant AND {LASTS} GROUP BY 1) d ON d.unit_id = u.id
WHERE u.tenant_id = :tenant AND u.ended_at IS NULL AND (e.n > 0 OR d.n > 0) ORDER BY u.id
"""
_DUPLICATES = ("same_person_twice", "conflicting_rows", "login_taken")
_FINDINGS = """
SELECT unit_id, count(*) FILTER (WHERE severity IN ('error', 'fatal') AND NOT rule = ANY (:duplicates)) AS errors,
       count(*) FILTER (WHERE rule = ANY (:duplicates)) AS duplicates
FROM finding WHERE tenant_id = :tenant AND run_id = :run GROUP BY 1
"""
_MARKS = """
SELECT unit_id, mark FROM platform_difference
WHERE tenant_id = :tenant AND comparison_id = :comparison AND kind = ANY (:kinds) AND cause IS DISTINCT FROM :excused
"""
# Ids rise with time: whatever was asked for before the delivery came says nothing about it.
_UNCHANGED = """
SELECT f.ended_at FROM source_fetch f
WHERE f.tenant_id = :tenant AND f.source_id = (SELECT id FROM source WHERE tenant_id = :tenant AND key = :key)
  AND f.id > :upload AND f.upload_id = :upload AND f.state = 'unchanged' ORDER BY f.id DESC LIMIT 1
"""
_PEOPLE = frozenset({"person", "enrolment"})
_PATIENCE = timedelta(days=1)
# What the register said last, and nobody has let in: the roster is not what it says, until it says something else.
_REFUSED = ("cancelled", "stale")
_DRIFT = MISSING | STALE | DUPLICATE


async def read_facts(session: AsyncSession) -> Facts:
    """Everything that verification rests on, as it is now."""
    heads = (await session.execute(text(_HEADS), {"tenant": tenant_of(session), "today": clock.today()})).all()
    signed, lapsed = await _signed(session)
    policy, platforms = await _policy(session), await _sources(session, "platform")
    named = policy.platform_source_id if policy else None
    return Facts(
        now=clock.now(),
        units=tuple(Heads(row.id, row.pupils, row.staff) for row in heads),
        registers=tuple([await _register(session, key) for key in await _register_keys(session)]),
        platforms=tuple([await _platform(session, source, policy) for source in platforms if source.id == named]),
        has_unnamed=any(source.id != named for source in platforms),
        soaks_from=policy.soaks_from if policy else None,
        signed=signed,
        lapsed=lapsed,
    )


async def _policy(session: AsyncSession) -> VerificationPolicy | None:
    query = select(VerificationPolicy).where(VerificationPolicy.tenant_id == tenant_of(session))
    return (await session.exec(query)).one_or_none()


async def _sources(session: AsyncSession, role: str) -> Sequence[Source]:
    query = select(Source).where(Source.tenant_id == tenant_of(session), Source.role == role, col(Source.is_active))
    return (await session.exec(query.order_by(col(Source.key)))).all()


async def _register_keys(session: AsyncSession) -> list[str]:
    """The declared registers in use; where none is declared, whatever delivered what was applied."""
    declared = [source.key for source in await _sources(session, "register")]
    if declared:
        return declared
    query = select(Run.source).where(Run.tenant_id == tenant_of(session), Run.kind == "delivery").distinct()
    return sorted((await session.exec(query)).all())


async def _register(session: AsyncSession, key: str) -> RegisterFacts:
    query = select(Run).where(Run.tenant_id == tenant_of(session), Run.kind == "delivery", Run.source == key)
    runs = (await session.exec(query.order_by(col(Run.id).desc()).limit(30))).all()
    undone = await _undone(session)
    newest = next((run for run in runs if run.state != "queued" and run.ended_code != "superseded"), None)
    is_refused = newest is not None and (newest.id in undone or newest.state in _REFUSED)
    read = next((run for run in runs if run.state in ("planned", "applying", "applied")), None)
    proving = [run for run in runs if run.id not in undone and _proves(run)]
    proofs = [run.ended_at or run.updated_at for run in proving]
    if newest is not None and newest.upload_id in {run.upload_id for run in proving}:
        proofs += await _unchanged(session, key, newest.upload_id)
    errors, duplicates = await _findings(session, read.id) if read else ({}, {})
    return RegisterFacts(
        source=key,
        proved_at=max(proofs, default=None),
        newest_state=newest.state if newest else None,
        newest_guard=newest.guard if newest else None,
        waiting=_waiting(newest, is_refused) if newest and (newest.state == "planned" or is_refused) else {},
        errors=errors,
        duplicates=duplicates,
    )


async def _unchanged(session: AsyncSession, key: str, upload_id: UUID | None) -> Sequence[datetime]:
    """When the source said last that it has nothing newer than this delivery: that proves it once more."""
    values = {"tenant": tenant_of(session), "key": key, "upload": upload_id}
    return list((await session.execute(text(_UNCHANGED), values)).scalars())


async def _undone(session: AsyncSession) -> set[UUID]:
    """Runs whose changes were taken back, and not brought again since: the roster is not what they delivered."""
    query = select(Run).where(Run.tenant_id == tenant_of(session), Run.kind == "undo", Run.state == "applied")
    undone: set[UUID] = set()
    for run in (await session.exec(query.order_by(col(Run.applied_version).desc()))).all():
        if run.id not in undone and run.undoes_run_id is not None:
            undone.add(run.undoes_run_id)
    return undone


def _proves(run: Run) -> bool:
    """Whether the roster is what a whole delivery told. A plan without a change proves that as well as one that was
    applied, and nobody has to approve it; but what is not whole changes little and proves nothing."""
    if run.state != "applied" and (run.guard == "held" or not _changes_nothing(run)):
        return False
    return not any(
        reason["code"] == "incomplete_fetch" and reason.get("kind") in _PEOPLE for reason in run.guard_reasons
    )


def _changes_nothing(run: Run) -> bool:
    return run.state == "planned" and not any(
        numbers[op] for numbers in run.counts.values() for op in ("created", "changed", "ended")
    )


def _waiting(run: Run, is_refused: bool) -> dict[UUID | None, Waiting]:
    is_overdue = is_refused or run.guard == "held" or clock.now() - run.updated_at > _PATIENCE
    sums: dict[UUID | None, list[int]] = defaultdict(lambda: [0, 0])
    for row in run.counts_by_unit:
        unit = UUID(row["unit_id"]) if row["unit_id"] else None
        sums[unit][0] += row["created"]
        sums[unit][1] += row["changed"] + row["ended"]
    return {unit: Waiting(missing, stale, is_overdue) for unit, (missing, stale) in sums.items() if missing or stale}


async def _findings(session: AsyncSession, run_id: UUID) -> tuple[dict[UUID | None, int], dict[UUID | None, int]]:
    values = {"tenant": tenant_of(session), "run": run_id, "duplicates": list(_DUPLICATES)}
    rows = (await session.execute(text(_FINDINGS), values)).all()
    return {row.unit_id: row.errors for row in rows}, {row.unit_id: row.duplicates for row in rows}


async def _platform(session: AsyncSession, source: Source, policy: VerificationPolicy | None) -> PlatformFacts:
    ended = await PlatformService(session).newest_ended(source.id, 10)
    done = next((row for row in ended if row.state == "done"), None)
    newest_failed = bool(ended) and ended[0].state == "failed"
    if done is None:
        return PlatformFacts(source.id, None, newest_failed=newest_failed)
    return PlatformFacts(
        source.id,
        done.ended_at,
        done.id,
        told_at=await _told_at(session, done),
        must_compare=_must_compare(policy, source),
        is_whole=not done.incomplete,
        newest_failed=newest_failed,
        differences={_unit(row): row["differences"] for row in done.units},
        excused={_unit(row): row.get("excused", {}) for row in done.units},
        marks=await _marks(session, done.id),
        heads={_unit(row): row["platform"] for row in done.units},
        ties={_unit(row): row.get("ties", {}) for row in done.units},
    )


async def _told_at(session: AsyncSession, done: PlatformComparison) -> datetime:
    """When the export came. That it is unchanged tells as much again while the roster is as it was compared with."""
    upload = await UploadService(session).get(done.upload_id)
    head = select(RosterHead.version).where(RosterHead.tenant_id == tenant_of(session))
    is_same = (await session.exec(head)).first() == done.roster_version
    return max([upload.created_at, *(await _unchanged(session, upload.source, upload.id) if is_same else [])])


def _must_compare(policy: VerificationPolicy | None, source: Source) -> frozenset[str]:
    """What the customer has said; else accounts, and what the platform's declared source tells."""
    if policy is not None and policy.must_compare is not None:
        return frozenset(policy.must_compare)
    told = tells(told_by(reading_of(source)))
    return frozenset({"accounts"} | {what for what in ("groups", "guardians") if told[f"tells_{what}"]})


def _unit(row: dict[str, Any]) -> UUID | None:
    return UUID(row["unit_id"]) if row["unit_id"] else None


async def _marks(session: AsyncSession, comparison_id: UUID) -> dict[UUID | None, frozenset[str]]:
    values = {"tenant": tenant_of(session), "comparison": comparison_id, "kinds": sorted(_DRIFT), "excused": EXCUSED}
    found: dict[UUID | None, set[str]] = defaultdict(set)
    for row in (await session.execute(text(_MARKS), values)).all():
        found[row.unit_id].add(row.mark)
    return {unit: frozenset(marks) for unit, marks in found.items()}


async def _signed(session: AsyncSession) -> tuple[dict[UUID, SignedOff], frozenset[UUID]]:
    query = select(UnitSignOff).where(UnitSignOff.tenant_id == tenant_of(session))
    rows = (await session.exec(query.order_by(col(UnitSignOff.id)))).all()
    newest = {row.unit_id: row for row in rows}
    signed = {unit: SignedOff(row.id, frozenset(row.marks)) for unit, row in newest.items() if row.lapsed_at is None}
    return signed, frozenset(unit for unit, row in newest.items() if row.lapsed_at is not None)
