"""The end of what trials keep for a day."""

from typing import Any

from services.identity.secret.sealing import Sealer
from services.identity.settings import Settings
from services.identity.tenant.service import TenantService
from services.identity.trial.service import TrialService
from shared.queue import JobContext, JobHandler

FORGET = "login_trials.forget"


def forget_trials(settings: Settings) -> JobHandler:
    """The job that deletes the values of trials whose day is over; they are unreadable before it runs."""
    sealer = Sealer(settings.file_key_bytes())

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            tenants = [tenant.id for tenant in await TenantService(session).everyone()]
        dropped = 0
        for tenant in tenants:
            async with ctx.transaction(tenant) as session:
                dropped += await TrialService(session, sealer).drop_evidence()
        return {"dropped": dropped}

    return run
