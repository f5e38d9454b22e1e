"""A plan that came to nothing holds names and numbers of children whom nobody applied: after a month they go.

So does one that has waited as long: what it was made from is no longer what the register says.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.sync.run.service import FORGET_JOB, RunService
from shared.queue import JobContext, JobHandler

_NAMES = text("""
UPDATE planned_person SET given_name = NULL, family_name = NULL, email = NULL, login = NULL, login_digest = NULL,
       login_scope = NULL, civic_hash = NULL, civic_cipher = NULL, external_ids = NULL, external_digests = NULL,
       before = NULL
WHERE tenant_id = :tenant AND run_id = :run
""")


async def forget(ctx: JobContext) -> dict[str, Any]:
    """Forget whom a run would have changed, unless it was applied; one that is worked on is looked at later."""
    async with ctx.transaction() as session:
        runs = RunService(session)
        run = await runs.locked(UUID(ctx.params["runId"]))
        if run.state == "planned":
            await runs.fail(run, "stale", "waited_too_long")
        if run.state in ("queued", "applying"):
            await runs.forget_later(run.id, timedelta(days=1))
        if run.state not in ("failed", "stale", "cancelled"):
            return {"state": run.state}
        await session.execute(_NAMES, {"tenant": run.tenant_id, "run": run.id})
    return {"state": run.state}


HANDLERS: dict[str, JobHandler] = {FORGET_JOB: forget}
