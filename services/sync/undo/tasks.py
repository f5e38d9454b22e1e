"""The worker's part of undoing: make the plan."""

from typing import Any
from uuid import UUID

from services.sync.run.endings import code_of
from services.sync.run.service import RunService
from services.sync.undo.service import UNDO_JOB, UndoService
from shared.queue import JobContext, JobHandler


def handlers() -> dict[str, JobHandler]:
    return {UNDO_JOB: plan_undo}


async def plan_undo(ctx: JobContext) -> dict[str, Any]:
    """Plan the inverse of a run, or let the run fail with the reason."""
    run_id = UUID(ctx.params["runId"])
    try:
        async with ctx.transaction() as session:
            undos = UndoService(session)
            run = await undos.locked(run_id)
            if run.state == "queued":
                await undos.plan(run)
    except Exception as error:
        if (code := code_of(error, ctx.attempt)) is not None:
            async with ctx.transaction() as session:
                runs = RunService(session)
                await runs.fail(await runs.locked(run_id), "failed", code)
        raise
    return {"runId": str(run_id), "state": run.state, "guard": run.guard}
