"""Making plans: facts are read, a child process solves, what it found is stored whole or not at all."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from services.training.planning.building import Builder
from services.training.planning.facts import Facts, PlannedSession
from services.training.planning.facts import Plan as Proposed
from services.training.planning.mending import Mender
from services.training.planning.problem import Problem
from services.training.planning.solve import explain, mend, solve
from services.training.proposal.errors import SolverLost
from services.training.proposal.service import SOLVE, Input, Numbers, ProposalService
from shared.queue import JobContext, run_in_child
from shared.queue.faults import WorkTooLarge, WorkTooLong

__all__ = ["SOLVE", "mended", "solve_plan"]

_MEMORY_MB = 4096
_GRACE = 30
"""Seconds beside the solver's own, for building and reading the models."""
_EXPLAIN = 30
_TRIES = 2
_MENDS = 4


class NoPlan(Exception):
    """There is no plan; `findings` say why."""

    def __init__(self, findings: dict[str, Any]) -> None:
        self.findings = findings


async def solve_plan(ctx: JobContext) -> dict[str, Any]:
    """Make the plan that a job names; may run twice, and stores nothing before the end."""
    plan_id = UUID(ctx.params["plan"])
    async with ctx.transaction() as session:
        plan = await ProposalService(session).solving(plan_id)
        if plan is None:
            return {"planId": str(plan_id)}
        given = await ProposalService(session).input(plan)
        is_mending = plan.base_id is not None
    try:
        found = await (
            mended(given.facts, given.published, catch_up=given.catch_up) if is_mending else _plan(ctx, given)
        )
    except NoPlan as none:
        return await _refuse(ctx, plan_id, "refused", none.findings)
    except (WorkTooLarge, WorkTooLong) as fault:
        if ctx.attempt < _TRIES:
            raise SolverLost() from None
        return await _refuse(ctx, plan_id, "failed", {"reason": fault.slug})
    async with ctx.transaction() as session:
        service = ProposalService(session)
        plan = await service.solving(plan_id)
        if plan is not None:
            await service.keep(plan, given, *found)
    return {"planId": str(plan_id), "sessions": len(found[0]["sessions"])}


async def _refuse(ctx: JobContext, plan_id: UUID, state: str, findings: dict[str, Any]) -> dict[str, Any]:
    async with ctx.transaction() as session:
        service = ProposalService(session)
        plan = await service.solving(plan_id)
        if plan is not None:
            await service.refuse(plan, state, findings)
    return {"planId": str(plan_id), "state": state}


Found = tuple[Proposed, list[PlannedSession], Numbers]


async def _plan(ctx: JobContext, given: Input) -> Found:
    """One course after the other, each in a child of its own; what one takes is gone for the next."""
    builder, answers = await asyncio.to_thread(Builder, given.facts), []
    courses = given.facts["courses"]
    seconds = max(1.0, given.asked.seconds / max(1, len(courses)))
    for number in range(len(courses)):
        problem = await asyncio.to_thread(builder.problem, number)
        if not problem.free:
            continue
        work = run_in_child(solve, problem.to_json(), seconds, memory_mb=_MEMORY_MB, seconds=seconds + _GRACE)
        answer = await _watched(ctx, work, number, len(courses))
        if answer["verdict"] != "solved":
            raise NoPlan(await _why(problem, answer["verdict"], given, number, builder))
        await asyncio.to_thread(builder.add, number, answer["placed"], answer["sessions"])
        answers.append(answer)
    builder.back_up()
    sums = (sum(answer[name] for answer in answers) for name in ("bound", "cost", "cost_bound"))
    return builder.plan, [], Numbers(*sums)


async def _watched(ctx: JobContext, work: Awaitable[Any], done: int, total: int) -> Any:
    """Wait for the child and tell each few seconds that it works; cancelling kills it."""
    task = asyncio.ensure_future(work)
    try:
        passed = 0
        while True:
            await ctx.progress(done, total, f"course {done + 1} of {total}, {passed} s")
            await asyncio.wait({task}, timeout=3)
            if task.done():
                return task.result()
            passed += 3
    finally:
        task.cancel()


async def _why(problem: Problem, verdict: str, given: Input, number: int, builder: Builder) -> dict[str, Any]:
    """What stands in the way, with ids in place of the solver's numbers."""
    course, forms, units = given.facts["courses"][number], builder.forms(), sorted(given.facts["units"])
    if verdict == "unknown":
        return {"reason": "not_in_time", "conflicts": [], "relaxations": []}
    found = await run_in_child(explain, problem.to_json(), _EXPLAIN, memory_mb=_MEMORY_MB, seconds=_EXPLAIN + _GRACE)
    conflicts = [
        {
            "course": course["id"],
            "low": course["low"],
            "rules": each["rules"],
            "forms": [forms[track] for track in each["tracks"]],
            "units": [units[unit] for unit in each["units"]],
            "people": each["people"],
            "most": each["most"],
            "slots": [given.facts["slots"][slot][0] for slot in each["slots"]],
        }
        for each in found["conflicts"]
    ]
    return {"reason": "infeasible", "conflicts": conflicts, "relaxations": found["relaxations"]}


async def mended(facts: Facts, published: list[PlannedSession], *, catch_up: bool) -> Found:
    """Keep what stands; seat who lost their seat, in one more session where that was asked for."""
    mender = await asyncio.to_thread(Mender, facts, published)
    for number in range(len(facts["courses"])):
        tries = 1 if catch_up else 0
        for _ in range(_MENDS):
            problem, sessions = await asyncio.to_thread(mender.problem, number)
            if not problem.free:
                break
            answer = await run_in_child(mend, problem.to_json(), sessions, memory_mb=_MEMORY_MB, seconds=_GRACE)
            waiting = mender.take(number, answer["placed"])
            if mender.drop_small(number):
                continue
            can_catch_up = tries and waiting and mender.catch_up(number, waiting)
            tries = 0
            if not can_catch_up:
                break
    mender.back_up()
    return mender.plan(), mender.cancelled, Numbers()
