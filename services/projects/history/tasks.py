"""The chain over the journal: sealed every few minutes, its head sent out signed every day."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from services.projects.history.service import HistoryService
from shared.auth.jws import SigningKey
from shared.queue import JobContext, JobHandler
from shared.queue.schedule import Schedule

log = structlog.get_logger(__name__)

SEAL = "journal.seal"
SEND_HEADS = "journal.send_heads"


async def seal_journals(ctx: JobContext) -> dict[str, Any]:
    """Add a link to the chain of every tenant with new entries; may run twice."""
    seals = 0
    tenants = await _tenants(ctx)
    for done, tenant in enumerate(tenants, start=1):
        async with ctx.transaction(tenant) as session:
            seals += await HistoryService(session).seal()
        await ctx.progress(done, len(tenants))
    return {"tenants": len(tenants), "seals": seals}


def send_heads(key_file: Path | None) -> JobHandler:
    """The job that tells the head of every chain, signed with the service's own key (its public half is known)."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        if key_file is None:
            log.warning("chain heads stay in the house: no client_key_file")
            return {"heads": 0}
        key, heads = SigningKey.from_pem(key_file.read_bytes()), 0
        for tenant in await _tenants(ctx):
            async with ctx.transaction(tenant) as session:
                heads += await HistoryService(session).send_head(key.sign)
        return {"heads": heads}

    return run


async def _tenants(ctx: JobContext) -> Sequence[UUID]:
    async with ctx.transaction() as session:
        return await HistoryService(session).tenants()


def history_jobs(key_file: Path | None) -> Mapping[str, JobHandler]:
    """The periodic work of this feature, by kind."""
    return {SEAL: seal_journals, SEND_HEADS: send_heads(key_file)}


HISTORY_SCHEDULE = (
    Schedule(SEAL, timedelta(minutes=5)),
    Schedule(SEND_HEADS, timedelta(days=1), offset=timedelta(hours=2)),
)
