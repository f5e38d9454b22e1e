"""The job that plans: a solver that is killed leaves nothing behind, and the job says so or tries again."""

import asyncio
import os
import signal
from typing import Any

import psutil
import pytest

from services.training.proposal.errors import SolverLost
from services.training.proposal.tasks import solve_plan
from tests.support.services import ServiceUnderTest
from tests.training.proposal.planning_town import PLANS, PlanContext, course, make, read, slots, solved, staff


class FirstTry(PlanContext):
    attempt = 1


async def kill_children() -> None:
    """Kill the first child process that appears, once it works."""
    while True:
        for child in psutil.Process().children():
            if "-m shared.kit.child_main" in " ".join(child.cmdline()):
                os.kill(child.pid, signal.SIGKILL)
                return
        await asyncio.sleep(0.01)


async def killed(context: PlanContext) -> Any:
    killer = asyncio.create_task(kill_children())
    try:
        return await solve_plan(context)
    finally:
        killer.cancel()


async def test_a_solver_killed_halfway_is_tried_again_and_leaves_nothing(training: ServiceUnderTest) -> None:
    await staff(training, [12])
    asked = {"name": "P", "courseIds": [await course(training)], "slots": slots(3), "parallel": 1, "seconds": 5}
    plan = await make(training, "plans", asked)
    with pytest.raises(SolverLost):
        await killed(FirstTry(training, plan=plan))
    assert (await read(training, f"{PLANS}/{plan}"))["state"] == "solving"
    assert (await read(training, f"{PLANS}/{plan}/sessions"))["items"] == []
    assert (await solved(training, plan))["state"] == "proposed"
    assert (await solved(training, plan))["version"] == 2


async def test_a_solver_killed_each_time_ends_with_a_clear_failure(training: ServiceUnderTest) -> None:
    await staff(training, [12])
    asked = {"name": "P", "courseIds": [await course(training)], "slots": slots(3), "parallel": 1, "seconds": 5}
    plan = await make(training, "plans", asked)
    await killed(PlanContext(training, plan=plan))
    problems = await read(training, f"{PLANS}/{plan}/problems")
    assert (problems["state"], problems["reason"]) == ("failed", "work-too-large")
    assert (await read(training, f"{PLANS}/{plan}/sessions"))["items"] == []


async def test_a_plan_that_was_withdrawn_meanwhile_stays_so(training: ServiceUnderTest) -> None:
    await staff(training, [12])
    asked = {"name": "P", "courseIds": [await course(training)], "slots": slots(3), "parallel": 1, "seconds": 5}
    plan = await make(training, "plans", asked)
    headers = training.as_("project_leader@*") | {"If-Match": '"1"'}
    await training.client.post(f"{PLANS}/{plan}/withdrawals", headers=headers)
    assert (await solved(training, plan))["state"] == "withdrawn"
