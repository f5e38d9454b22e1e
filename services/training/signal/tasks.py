"""When signals are computed: soon after something happened, and as time passes (a day after a session, go-live)."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.coverage.service import CoverageService
from services.training.signal.service import SignalService, ask_signals
from shared.contracts.base import Event
from shared.queue import EventEnvelope, JobContext

SWEEP = "signals.sweep"


async def on_training_changed(session: AsyncSession, envelope: EventEnvelope, event: Event) -> None:
    """A seat, a session or the coverage changed. Our own feed tells it, so that who takes a seat waits for nothing."""
    await ask_signals(session)


async def refresh_signals(ctx: JobContext) -> dict[str, Any]:
    """Compute the signals of the job's tenant; may run twice."""
    async with ctx.transaction() as session:
        return {"changed": await SignalService(session).refresh()}


async def sweep_signals(ctx: JobContext) -> dict[str, Any]:
    """Compute the signals of every tenant that has a roster, one transaction each; may run twice."""
    async with ctx.transaction() as session:
        tenants = await CoverageService(session).tenants()
    changed = 0
    for done, tenant in enumerate(tenants, start=1):
        async with ctx.transaction(tenant) as session:
            changed += await SignalService(session).refresh()
        await ctx.progress(done, len(tenants))
    return {"tenants": len(tenants), "changed": changed}
