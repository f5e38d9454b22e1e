"""The worker's part: erase an uploaded file when its retention ends."""

from typing import Any
from uuid import UUID

from services.sync.settings import Settings
from services.sync.upload.service import PURGE_JOB, UploadService
from shared.kit.files import FileStore
from shared.queue import JobContext, JobHandler


def handlers(settings: Settings) -> dict[str, JobHandler]:
    """The job handlers of uploads."""
    store = FileStore(settings.file_key_bytes())

    async def purge(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            await UploadService(session).purge(UUID(ctx.params["uploadId"]), store)
        return {}

    return {PURGE_JOB: purge}
