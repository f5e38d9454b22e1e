"""The worker's part: erase a pack when its time is over."""

from typing import Any
from uuid import UUID

from services.sync.evidence.service import PURGE_JOB, EvidenceService
from shared.queue import JobContext, JobHandler


async def purge(ctx: JobContext) -> dict[str, Any]:
    async with ctx.transaction() as session:
        await EvidenceService(session).purge(UUID(ctx.params["packId"]))
    return {}


HANDLERS: dict[str, JobHandler] = {PURGE_JOB: purge}
