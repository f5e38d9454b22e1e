"""Telling the record stores, every minute, what has happened since."""

from typing import Any
from uuid import UUID

import structlog

from services.training.coverage.service import CoverageService
from services.training.settings import Settings
from services.training.statement.service import RecordStoreService, StoreSeal
from services.training.statement.telling import NotTold, Teller
from services.training.statement.wording import statement
from shared.queue import JobContext, JobHandler

log = structlog.get_logger(__name__)

TELL = "statements.tell"
_BATCHES = 40
"""Requests to one store in one run; the rest follows with the next."""


def tell_stores(settings: Settings) -> JobHandler:
    """The job. A worker that dies after the store's answer tells the same again, which changes nothing there."""
    teller, seal = Teller(settings.egress()), StoreSeal(settings.file_key_bytes())

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            tenants = await CoverageService(session).tenants()
        told = 0
        for done, tenant in enumerate(tenants, start=1):
            told += await _tell(ctx, tenant, teller, seal, settings.public_url)
            await ctx.progress(done, len(tenants))
        return {"tenants": len(tenants), "told": told}

    return run


async def _tell(ctx: JobContext, tenant: UUID, teller: Teller, seal: StoreSeal, home: str) -> int:
    told = 0
    for _ in range(_BATCHES):
        async with ctx.transaction(tenant) as session:
            due = await RecordStoreService(session, seal).due()
        if due is None:
            break
        way, facts = due
        try:
            await teller.tell(way, [statement(fact, way.key, home, tenant) for fact in facts])
        except NotTold as failed:
            log.warning("record_store_failed", tenant=str(tenant), reason=str(failed))
            async with ctx.transaction(tenant) as session:
                await RecordStoreService(session, seal).failed(str(failed))
            break
        async with ctx.transaction(tenant) as session:
            await RecordStoreService(session, seal).told(facts)
        told += len(facts)
    return told
