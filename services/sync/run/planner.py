"""From a stored delivery to a plan: read, stage, match, compare, judge. Everything in the caller's one transaction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.applying import lock_head
from services.sync.plan.beside import Numbers
from services.sync.plan.comparing import Comparison, compare, count_planned, plan_hash
from services.sync.plan.entities import ENTITIES
from services.sync.plan.judging import Seen, judge_run, policy_of
from services.sync.plan.marking import tighten_staged
from services.sync.plan.matching import match
from services.sync.plan.models import Run
from services.sync.plan.placing import place_findings
from services.sync.plan.resolving import count_delivered, resolve
from services.sync.plan.staging import Staging, row_by_row, set_based
from services.sync.plan.suspicion import Case
from services.sync.plan.touching import (
    NotPart,
    count_delivered_in_part,
    refuse_collisions,
    refuse_strays,
    resolved,
    scope_beside,
    touch,
)
from services.sync.plan.vanishing import keep_vanished
from services.sync.plan.withholding import withhold
from services.sync.proof.service import Compared, FormerRun, Surroundings, conclude_known, delivered_units, keep_proof
from services.sync.reading.frames import Done, Found, Frame, Rows
from services.sync.recheck.service import ask_verification
from shared.contracts.sync import Counts, RunPlanned
from shared.kit import clock
from shared.queue import publish

_OPS = {"create": "created", "revive": "created", "change": "changed", "end": "ended"}


class ReadWhole(Exception):
    """What was left out in reading must be read: the roster has moved, or more is touched than was known."""


async def plan_delivery(
    session: AsyncSession, run: Run, frames: AsyncIterator[Frame], around: Surroundings | None = None
) -> None:
    """Make the plan of `run` from what the reader says. Raises what the frames raise; then nothing may be kept.

    `around` is what the reader was told of the facts that are known; ReadWhole where that was not enough.
    """
    staging = Staging(session, run.id)
    done = await _take_in(staging, frames)
    cases = None
    if done.is_known and around is not None and around.base is not None:
        if await lock_head(session) != around.head:
            raise ReadWhole
        await conclude_known(session, run, around.base, around.head)
    elif done.retold is not None and around is not None and around.former is not None:
        try:
            cases = await _compare(session, run, staging, done, around)
        except NotPart:
            raise ReadWhole from None
    else:
        cases = await _compare(session, run, staging, done)
    run.plan_hash = await plan_hash(session, run.id)
    run.state = "planned"
    run.touch()
    if around is not None:
        compared = None if cases is None else Compared(staging.found, staging.passing, cases)
        await keep_proof(session, run, around, done, compared)
    counts = {kind: Counts.model_validate(numbers) for kind, numbers in run.counts.items()}
    event = RunPlanned(run_id=run.id, guard=run.guard, findings=sum(run.finding_counts.values()), counts=counts)
    await publish(session, event)
    await ask_verification(session)


async def _compare(
    session: AsyncSession, run: Run, staging: Staging, done: Done, around: Surroundings | None = None
) -> Sequence[Case]:  # fmt: skip
    """Compare what is staged; with `around`, what differs from the delivery of `around.former`. Returns the cases."""
    former = around.former if around else None
    await staging.index(is_small=former is not None)
    if await lock_head(session) != (around.head if around else None) and former is not None:
        raise NotPart
    policy = await policy_of(session, run.source)
    if former is not None:
        if policy.rolls_on(clock.today()):
            raise NotPart
        await row_by_row(session)
        await scope_beside(session, run.source, former.beside)
        await refuse_collisions(session, run.source)
    matched = await match(session, staging, run.source)
    if former is not None:
        await touch(session, run.source)
    tightened = await tighten_staged(session, run.source)
    run.base_version = await lock_head(session)
    await resolve(session, staging)
    if former is not None:
        await resolved(session)
    vanished = await keep_vanished(session, staging, run.source, policy)
    if former is not None and vanished:
        raise NotPart
    await compare(session, Comparison(run.id, run.source, done.incomplete, staging.kinds, in_part=former is not None))
    # What is planned now is joined with itself.
    await set_based(session)
    cases = await withhold(session, staging, run, policy, matched.suspected)
    if former is not None:
        await row_by_row(session)
    await place_findings(session, run.id)
    delivered = await _delivered(session, run, former, done)
    planned = await count_planned(session, run.id)
    run.counts_by_unit = _by_unit(delivered, planned)
    run.counts = _totals(run.counts_by_unit)
    run.finding_counts, run.files = _added(done.counts, staging.found), done.files
    seen = Seen(done, matched.moved, cases, _revived(planned), vanished, _retold(former, done), tightened)
    await judge_run(session, run, policy, seen)
    return cases


async def _delivered(session: AsyncSession, run: Run, former: FormerRun | None, done: Done) -> Numbers:
    """Rows per kind and unit of the whole delivery. Raises NotPart where too little of it is staged."""
    if former is None:
        return await count_delivered(session)
    await refuse_strays(session, run.id)
    told = delivered_units(former.run)
    return await count_delivered_in_part(session, run.source, told, former.beside, done.retold or {})


async def _take_in(staging: Staging, frames: AsyncIterator[Frame]) -> Done:
    done: Done | None = None
    is_made = False
    async for frame in frames:
        # Not before it is needed: of a delivery that says nothing new, nothing is staged.
        if not is_made and (isinstance(frame, Rows) or (isinstance(frame, Done) and not frame.is_known)):
            await staging.create()
            is_made = True
        if isinstance(frame, Rows):
            await staging.copy(frame)
        elif isinstance(frame, Found):
            await staging.keep_findings(frame)
        else:
            done = frame
    if done is None:
        raise RuntimeError("the reader ended without a summary")
    return done


def _by_unit(
    delivered: Mapping[str, Mapping[str | None, int]], planned: Mapping[str, Mapping[str | None, Mapping[str, int]]]
) -> list[dict[str, Any]]:
    """A row of gross numbers for each kind and unit. What was delivered and is not planned is unchanged."""
    rows = []
    for kind in (entity.kind for entity in ENTITIES):
        for unit in sorted({*delivered[kind], *planned[kind]}, key=str):
            row = dict.fromkeys(("created", "changed", "ended"), 0)
            for op, count in planned[kind].get(unit, {}).items():
                row[_OPS[op]] += count
            unchanged = max(0, delivered[kind].get(unit, 0) - row["created"] - row["changed"])
            rows.append({"kind": kind, "unit_id": unit, **row, "unchanged": unchanged})
    return rows


def _revived(planned: Mapping[str, Mapping[str | None, Mapping[str, int]]]) -> dict[str, int]:
    return {kind: sum(ops.get("revive", 0) for ops in units.values()) for kind, units in planned.items()}


def _totals(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    totals = {entity.kind: dict.fromkeys(("created", "changed", "ended", "unchanged"), 0) for entity in ENTITIES}
    for row in rows:
        for name in totals[row["kind"]]:
            totals[row["kind"]][name] += row[name]
    return totals


def _retold(former: FormerRun | None, done: Done) -> dict[str, int] | None:
    if former is None:
        return None
    return {kind: count + (done.retold or {}).get(kind, 0) for kind, count in former.run.facts["staged"].items()}


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {rule: one.get(rule, 0) + other.get(rule, 0) for rule in sorted({*one, *other})}
