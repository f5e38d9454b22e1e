"""The worker's part: look at all units of a tenant, after every change and once a day."""

from typing import Any

from services.sync.recheck.service import VERIFY_JOB
from services.sync.settings import Settings
from services.sync.verification.limits import limits_of
from services.sync.verification.service import VerificationService
from shared.queue import JobContext, JobHandler


def handlers(settings: Settings) -> dict[str, JobHandler]:
    """The job handlers of verification."""

    async def look(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            whole = await VerificationService(session, await limits_of(session, settings)).look()
        return {"holds": whole.holds, "drift": whole.drift}

    return {VERIFY_JOB: look}
