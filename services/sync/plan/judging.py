"""Brings together what a plan is judged by, judges it, and leaves the numbers with the run for those that follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.facts import count_facts, count_staged, find_duplicates, surplus_of
from services.sync.plan.guard import Facts, judge
from services.sync.plan.memory import dripped, is_older, recall
from services.sync.plan.models import Run
from services.sync.plan.policy import GuardPolicy
from services.sync.plan.suspicion import Case, record_cases
from services.sync.plan.touching import NotPart
from services.sync.plan.yearroll import Rolled, roll_year
from services.sync.reading.frames import Done
from shared.kit import clock
from shared.kit.db import tenant_of

_POLICY = "SELECT document FROM guard_policy WHERE tenant_id = :tenant AND source = :source"
# By the unit that the delivery names first, of whom it tells under another id than before.
_MOVED_AT = """
SELECT r.at_unit, count(*) AS n FROM in_person t JOIN r_person r ON r.id = t.id
JOIN person p ON p.tenant_id = :tenant AND p.id = t.target
WHERE t.moved AND p.source = :source AND r.at_unit IS NOT NULL GROUP BY 1 ORDER BY 1
"""
_NAMES = {"end": "ended", "change": "changed"}

Numbers = dict[str | None, dict[str, int]]


@dataclass(frozen=True)
class Seen:
    """What the steps of planning have seen on their way.

    `staged`: how many ties of each kind were delivered, where they are not all staged. `tightened`: how many persons
    became protected on the way.
    """

    done: Done
    moved: int
    cases: Sequence[Case]
    revived: Mapping[str, int]
    vanished: Sequence[Mapping[str, Any]]
    staged: Mapping[str, int] | None = None
    tightened: int = 0


async def policy_of(session: AsyncSession, source: str) -> GuardPolicy:
    """The policy in force for a source: the customer's, or the defaults alone."""
    document = await session.scalar(text(_POLICY), {"tenant": tenant_of(session), "source": source})
    return GuardPolicy.of(document or {})


async def judge_run(session: AsyncSession, run: Run, policy: GuardPolicy, seen: Seen) -> None:
    """Set guard, reasons, facts and the report of a year roll. The run has its counts; cases are queued.

    Raises NotPart where only a part is staged, and more must be looked at.
    """
    memory = await recall(session, run.source)
    rolled = await roll_year(session, run) if policy.rolls_on(clock.today()) else Rolled()
    totals, units = _explained(run, rolled)
    counted = await count_facts(session, run.id, run.source, run.counts, rolling=bool(rolled.report))
    staged = dict(seen.staged or await count_staged(session))
    surplus = surplus_of(staged, run.counts)
    if seen.staged is not None and any(count > memory.surplus.get(kind, 0) for kind, count in surplus.items()):
        raise NotPart
    ended = {kind: row["ended"] for kind, row in totals.items()}
    facts = Facts(
        totals=totals,
        units=units,
        files=run.files,
        parts=counted.parts,
        revived=seen.revived,
        fields=counted.fields,
        vanished=seen.vanished,
        drip=await dripped(session, run.source, ended),
        duplicates=await find_duplicates(session, surplus, memory.surplus) if memory.is_known else [],
        unfetched=await _unfetched(session, run) if seen.done.counts.get("incomplete_fetch") else (),
        cut_short=memory.cut_short(run.files),
        moved=seen.moved,
        moved_at=await _moved_at(session, run) if seen.moved else {},
        tightened=seen.tightened,
        doubtful=len(seen.cases),
        waiting=await _queue(session, run, policy, seen.cases),
        lifted=counted.lifted,
        taken_over=counted.taken_over,
        promoted=counted.promoted,
        let_go=counted.let_go,
        is_older=await is_older(session, run.source, run.upload_id, memory),
        unmatched_classes=rolled.unmatched if rolled.report else None,
        classes=rolled.classes,
    )
    run.guard, run.guard_reasons = judge(facts, policy)
    run.facts = {"ended": ended, "surplus": surplus, "staged": staged}
    run.year_roll = rolled.report or None


async def _queue(session: AsyncSession, run: Run, policy: GuardPolicy, cases: Sequence[Case]) -> int:
    """Queue the cases for somebody to decide, and say how many: none where they are too many to be chance."""
    persons = sum(run.counts["person"][name] for name in ("changed", "ended", "unchanged"))
    if policy.limit("identities_doubtful", "person").is_passed(len(cases), persons):
        return 0
    await record_cases(session, run, cases)
    return len(cases)


async def _moved_at(session: AsyncSession, run: Run) -> dict[str, int]:
    values = {"tenant": run.tenant_id, "source": run.source}
    return {str(row.at_unit): row.n for row in await session.execute(text(_MOVED_AT), values)}


async def _unfetched(session: AsyncSession, run: Run) -> Sequence[str]:
    statement = text("SELECT incomplete FROM upload WHERE tenant_id = :tenant AND id = :upload")
    return await session.scalar(statement, {"tenant": run.tenant_id, "upload": run.upload_id}) or ()


def _explained(run: Run, rolled: Rolled) -> tuple[dict[str, dict[str, int]], list[dict[str, Any]]]:
    """The run's numbers with what the year roll explains counted apart."""
    totals = {kind: dict(row) for kind, row in run.counts.items()}
    units = [dict(row) for row in run.counts_by_unit]
    if not rolled.explained:
        return totals, units
    for row in units:
        found = rolled.explained.get(row["kind"], {}).get(row["unit_id"], {})
        for op, count in found.items():
            for numbers in (row, totals[row["kind"]]):
                numbers[_NAMES[op]] -= count
                numbers["explained"] = numbers.get("explained", 0) + count
    return totals, units
