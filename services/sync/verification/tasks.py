"""The worker's part: look at all units of a tenant, after every change and once a day."""

from typing import Any

from services.sync.recheck.service import VERIFY_JOB
from services.sync.settings import Settings
from services.sync.verification.facts import Limits
from services.sync.verification.service import VerificationService
from shared.queue import JobContext, JobHandler


def limits_of(settings: Settings) -> Limits:
    return Limits(settings.verification_max_age_days, settings.verification_max_errors, settings.verification_max_drift)


def handlers(settings: Settings) -> dict[str, JobHandler]:
    """The job handlers of verification."""

    async def look(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            whole = await VerificationService(session, limits_of(settings)).look()
        return {"holds": whole.holds, "drift": whole.drift}

    return {VERIFY_JOB: look}
