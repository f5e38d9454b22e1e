"""Jobs: asked for in a transaction, run under a lease, taken over when lost, fenced, cancelled, given up."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.kit import clock
from shared.kit.db import Database
from shared.kit.ids import new_id
from shared.kit.kit_tables import NO_TENANT
from shared.kit.problems import Conflict
from shared.queue import JobContext, LeaseTiming, Schedule, cancel_job, leases, start_job
from shared.queue.housekeeping import Housekeeping
from shared.queue.leases import Lease, LeaseLost
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner
from shared.queue.schedule import Scheduler
from tests.shared.queue.conftest import Pair, Toy

QUICK = LeaseTiming(lease=0.4, heartbeat=0.1, longest=5, drain=0.2)
STATE = "SELECT state, attempts FROM job"


async def ask(toy: Toy, tenant: UUID | None, kind: str = "work", **options: Any) -> UUID:
    async with toy.app.transaction(tenant) as session:
        return await start_job(session, kind, {"unitId": new_id()}, **options)


def runner_of(toy: Toy, handler: Callable[[JobContext], Awaitable[Any]], timing: LeaseTiming = QUICK) -> JobRunner:
    return JobRunner({"work": handler}, toy.app, toy.relay, Metrics(), timing=timing)


async def run_until(runner: JobRunner, toy: Toy, *states: str, seconds: float = 5) -> list[tuple[object, ...]]:
    """What the worker's loop does, until the only job is in one of `states`."""
    async with asyncio.timeout(seconds):
        while True:
            await runner.step()
            rows = await toy.rows(STATE)
            if rows[0][0] in states:
                return rows
            await asyncio.sleep(0.03)


async def add_effect(ctx: JobContext) -> None:
    async with ctx.transaction() as session:
        await session.execute(
            text("INSERT INTO effect (tenant_id, id, serial) VALUES (:tenant, :id, :serial)"),
            {"tenant": session.info["tenant"], "id": new_id(), "serial": ctx.attempt},
        )


async def test_a_job_runs_in_its_tenant_and_tells_its_progress_and_result(pair: Pair, tenant: UUID) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    async def work(ctx: JobContext) -> dict[str, Any]:
        await add_effect(ctx)
        async with ctx.transaction() as session:
            assert session.info["traceparent"] == trace
        await ctx.progress(3, 4, "comparing")
        return {"unitId": ctx.params["unitId"]}

    async with pair.shelf.app.transaction(tenant, traceparent=trace) as session:
        unit = new_id()
        job_id = await start_job(session, "work", {"unitId": unit}, created_by=unit)
    await run_until(runner_of(pair.shelf, work), pair.shelf, "succeeded")
    columns = "id, tenant_id, progress_done, progress_total, message, result, attempts, created_by"
    assert await pair.shelf.rows(f"SELECT {columns} FROM job") == [
        (job_id, tenant, 3, 4, "comparing", {"unitId": str(unit)}, 1, unit)
    ]
    assert await pair.shelf.rows("SELECT tenant_id FROM effect") == [(tenant,)]


async def test_a_job_is_asked_for_exactly_when_the_transaction_commits(pair: Pair, tenant: UUID) -> None:
    with pytest.raises(RuntimeError, match="no"):
        async with pair.shelf.app.transaction(tenant) as session:
            await start_job(session, "work", {})
            raise RuntimeError("no")
    assert await pair.shelf.rows(STATE) == []


async def test_free_text_never_enters_a_job(pair: Pair, tenant: UUID) -> None:
    async with pair.shelf.app.transaction(tenant) as session:
        for text_ in ("Astrid Lindqvist", "astrid@skola.test", ""):
            with pytest.raises(ValueError, match="who"):
                await start_job(session, "work", {"who": text_})


async def test_replicas_run_a_job_once(pair: Pair, tenant: UUID) -> None:
    for _ in range(6):
        await ask(pair.shelf, tenant)
    runners = [JobRunner({"work": add_effect}, pair.shelf.app, pair.shelf.relay, Metrics(), slots=6) for _ in range(3)]
    for _ in range(6):
        await asyncio.gather(*[runner.step() for runner in runners])
    for runner in runners:
        await runner.drain()
    assert await pair.shelf.rows("SELECT count(*) FROM effect") == [(6,)]


async def test_a_lost_job_is_taken_over_and_its_former_worker_is_shut_out(pair: Pair, tenant: UUID) -> None:
    await ask(pair.shelf, tenant)
    async with pair.shelf.relay.transaction(None) as session:
        lost = await leases.claim(session, ["work"], "a worker that froze", 0.1)
    assert isinstance(lost, Lease)
    runner = runner_of(pair.shelf, add_effect)
    await runner.step()
    assert await pair.shelf.rows("SELECT lease_owner FROM job") == [("a worker that froze",)]
    assert await run_until(runner, pair.shelf, "succeeded") == [("succeeded", 2)]
    ghost = JobContext(lost, pair.shelf.app, pair.shelf.relay)
    with pytest.raises(LeaseLost):
        await add_effect(ghost)
    with pytest.raises(LeaseLost):
        await ghost.progress(1)
    async with pair.shelf.relay.transaction(None) as session:
        with pytest.raises(LeaseLost):
            await leases.end(session, lost, "failed")
    assert await pair.shelf.rows("SELECT serial FROM effect") == [(2,)]


async def test_a_takeover_waits_for_the_transaction_that_a_frozen_worker_is_in(pair: Pair, tenant: UUID) -> None:
    await ask(pair.shelf, tenant)
    async with pair.shelf.relay.transaction(None) as session:
        frozen = await leases.claim(session, ["work"], "frozen", 0.05)
    assert isinstance(frozen, Lease)
    async with JobContext(frozen, pair.shelf.app, pair.shelf.relay).transaction():
        await asyncio.sleep(0.1)
        async with pair.shelf.relay.transaction(None) as session:
            assert await leases.claim(session, ["work"], "next", 5) is None
    async with pair.shelf.relay.transaction(None) as session:
        taken = await leases.claim(session, ["work"], "next", 5)
    assert isinstance(taken, Lease)
    assert taken.attempt == 2


async def test_a_long_job_keeps_its_lease(pair: Pair, tenant: UUID) -> None:
    async def slow(ctx: JobContext) -> None:
        await asyncio.sleep(1.0)

    await ask(pair.shelf, tenant)
    first, second = runner_of(pair.shelf, slow), runner_of(pair.shelf, slow)
    await first.step()
    assert await run_until(second, pair.shelf, "succeeded") == [("succeeded", 1)]


async def test_a_job_that_loses_its_worker_each_time_is_given_up_in_sight(pair: Pair, tenant: UUID) -> None:
    await ask(pair.shelf, tenant, max_attempts=2)
    for _ in range(2):
        async with pair.shelf.relay.transaction(None) as session:
            assert isinstance(await leases.claim(session, ["work"], "doomed", 0.01), Lease)
        await asyncio.sleep(0.02)
    assert await run_until(runner_of(pair.shelf, add_effect), pair.shelf, "failed") == [("failed", 3)]
    ((problem,),) = await pair.shelf.rows("SELECT problem ->> 'type' FROM job")
    assert str(problem).endswith("/job-lost")
    assert await pair.shelf.rows("SELECT * FROM effect") == []


async def test_an_unforeseen_fault_is_tried_again_and_then_shown_without_its_text(pair: Pair, tenant: UUID) -> None:
    async def broken(ctx: JobContext) -> None:
        raise ValueError("Astrid Lindqvist lives here")

    await ask(pair.shelf, tenant, max_attempts=2)
    assert await run_until(runner_of(pair.shelf, broken), pair.shelf, "failed") == [("failed", 2)]
    ((problem,),) = await pair.shelf.rows("SELECT problem FROM job")
    assert isinstance(problem, dict)
    assert problem["type"].endswith("/job-failed")
    assert "Astrid" not in str(problem)


async def test_a_problem_is_an_answer_and_not_tried_again(pair: Pair, tenant: UUID) -> None:
    async def refuse(ctx: JobContext) -> None:
        raise Conflict("the roster was replaced")

    await ask(pair.shelf, tenant)
    assert await run_until(runner_of(pair.shelf, refuse), pair.shelf, "failed") == [("failed", 1)]
    assert await pair.shelf.rows("SELECT problem ->> 'detail' FROM job") == [("the roster was replaced",)]


async def test_a_running_job_is_cancelled_within_a_heartbeat(pair: Pair, tenant: UUID) -> None:
    job_id = await ask(pair.shelf, tenant)
    started = asyncio.Event()

    async def endless(ctx: JobContext) -> None:
        started.set()
        await asyncio.Event().wait()

    runner = runner_of(pair.shelf, endless)
    await runner.step()
    await started.wait()
    async with pair.shelf.app.transaction(new_id()) as session:
        assert not await cancel_job(session, job_id)
    async with pair.shelf.app.transaction(tenant) as session:
        assert await cancel_job(session, job_id)
    assert await run_until(runner, pair.shelf, "cancelled") == [("cancelled", 1)]
    async with pair.shelf.app.transaction(tenant) as session:
        assert not await cancel_job(session, job_id)


async def test_a_waiting_job_is_cancelled_at_once(pair: Pair, tenant: UUID) -> None:
    job_id = await ask(pair.shelf, tenant)
    async with pair.shelf.app.transaction(tenant) as session:
        assert await cancel_job(session, job_id)
    assert await pair.shelf.rows(STATE) == [("cancelled", 0)]


async def test_a_job_that_hangs_is_stopped(pair: Pair, tenant: UUID) -> None:
    async def hang(ctx: JobContext) -> None:
        await asyncio.Event().wait()

    await ask(pair.shelf, tenant, max_attempts=1)
    runner = runner_of(pair.shelf, hang, LeaseTiming(lease=0.5, heartbeat=0.05, longest=0.1))
    assert await run_until(runner, pair.shelf, "failed") == [("failed", 1)]


async def test_shutdown_puts_a_running_job_back_without_counting_the_attempt(pair: Pair, tenant: UUID) -> None:
    async def endless(ctx: JobContext) -> None:
        await asyncio.Event().wait()

    await ask(pair.shelf, tenant)
    runner = runner_of(pair.shelf, endless)
    await runner.step()
    await asyncio.sleep(0.05)
    await runner.drain()
    assert await pair.shelf.rows(STATE) == [("queued", 0)]
    assert not await runner.step()


async def test_work_for_later_waits(pair: Pair, tenant: UUID) -> None:
    await ask(pair.shelf, tenant, after=timedelta(hours=1))
    assert not await runner_of(pair.shelf, add_effect).step()


async def test_a_worker_leaves_kinds_that_it_does_not_know(pair: Pair, tenant: UUID) -> None:
    await ask(pair.shelf, tenant, kind="newer-than-this-release")
    assert not await runner_of(pair.shelf, add_effect).step()
    assert await pair.shelf.rows(STATE) == [("queued", 0)]


async def test_a_tenants_job_cannot_act_in_another_tenant(pair: Pair, tenant: UUID) -> None:
    async def trespass(ctx: JobContext) -> None:
        async with ctx.transaction(new_id()):
            raise AssertionError("must not be reached")

    await ask(pair.shelf, tenant, max_attempts=1)
    await run_until(runner_of(pair.shelf, trespass), pair.shelf, "failed")


async def test_periodic_work_is_made_once_per_slot_and_acts_in_the_tenants_that_it_names(
    pair: Pair, tenant: UUID
) -> None:
    async def sweep(ctx: JobContext) -> None:
        assert ctx.tenant is None
        async with ctx.transaction(tenant) as session:
            assert session.info["tenant"] == tenant
            await session.execute(
                text("INSERT INTO effect (tenant_id, id, serial) VALUES (:t, :id, 0)"), {"t": tenant, "id": new_id()}
            )

    hourly = [Schedule("work", timedelta(hours=1))]
    for replica in [Scheduler(hourly, pair.shelf.relay) for _ in range(3)]:
        await replica.step()
        await replica.step()
    assert await pair.shelf.rows("SELECT tenant_id, state FROM job") == [(NO_TENANT, "queued")]
    await run_until(runner_of(pair.shelf, sweep), pair.shelf, "succeeded")
    assert await pair.shelf.rows("SELECT tenant_id FROM effect") == [(tenant,)]
    with clock.frozen(clock.now() + timedelta(hours=1)):
        await Scheduler(hourly, pair.shelf.relay).step()
    assert await pair.shelf.rows("SELECT count(*) FROM job") == [(2,)]


async def test_jobs_are_seen_in_their_own_tenant_alone(pair: Pair, tenant: UUID) -> None:
    await ask(pair.shelf, tenant)
    await ask(pair.shelf, None)
    counts: list[int] = []
    for viewer in (tenant, new_id(), None):
        async with pair.shelf.app.transaction(viewer) as session:
            counts.append((await session.execute(text("SELECT count(*) FROM job"))).scalar_one())
    assert counts == [1, 0, 1]


async def test_old_jobs_and_stored_answers_are_pruned(pair: Pair, tenant: UUID) -> None:
    job_id = await ask(pair.shelf, tenant)
    async with pair.shelf.app.transaction(tenant) as session:
        await cancel_job(session, job_id)
        await session.execute(
            text("INSERT INTO idempotency VALUES (:t, '\\x01', '\\x02', 201, '{}', '\\x03', now())"), {"t": tenant}
        )
    keeper = Housekeeping(pair.shelf.relay)
    await keeper.step()
    count = "SELECT (SELECT count(*) FROM job), (SELECT count(*) FROM idempotency)"
    assert await pair.shelf.rows(count) == [(1, 1)]
    with clock.frozen(clock.now() + timedelta(days=91)):
        await keeper.step()
    assert await pair.shelf.rows(count) == [(0, 0)]


async def test_a_stored_answer_is_hidden_from_the_relay_role(pair: Pair) -> None:
    relay: Database = pair.shelf.relay
    with pytest.raises(Exception, match="permission denied"):
        async with relay.transaction(None) as session:
            await session.execute(text("SELECT body FROM idempotency"))
