"""The worker's part: once a day, erase what has been kept long enough, in every tenant that holds a copy."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from services.sync.copy.service import CopyService
from services.sync.settings import Settings
from shared.kit.files import FileStore
from shared.queue import JobContext, JobHandler, Schedule

SWEEP = "copy-sweep"
COPY_SCHEDULE = (Schedule(SWEEP, every=timedelta(days=1), offset=timedelta(hours=1, minutes=30)),)
_TENANTS = text("SELECT copy_tenants()")


def handlers(settings: Settings) -> dict[str, JobHandler]:
    """The job handlers of copies."""
    store = FileStore(settings.file_key_bytes())

    async def sweep(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            tenants = (await session.execute(_TENANTS)).scalars().all()
        gone = 0
        for done, tenant in enumerate(tenants, start=1):
            async with ctx.transaction(tenant) as session:
                gone += await CopyService(session, store).purge(settings.superseded_days)
            await ctx.progress(done, len(tenants))
        return {"purged": gone}

    return {SWEEP: sweep}
