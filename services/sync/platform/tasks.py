"""The worker's part: read a platform's export in a child process and compare it, in one transaction."""

from typing import Any
from uuid import UUID

from services.sync.plan.keys import civic_keys
from services.sync.platform.service import READ_JOB, PlatformService
from services.sync.reading.findings import Fatal
from services.sync.reading.mapping import Mapping
from services.sync.reading.process import ReadTask, read_in_child
from services.sync.settings import Settings
from services.sync.upload.service import UploadService, stored_file
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.files import FileStore
from shared.queue import JobContext, JobHandler
from shared.queue.jobs import MAX_ATTEMPTS
from shared.queue.leases import LeaseLost


def handlers(settings: Settings) -> dict[str, JobHandler]:
    """The job handlers of comparisons."""
    tasks = PlatformTasks(FileStore(settings.file_key_bytes()), settings.file_key_bytes())
    return {READ_JOB: tasks.read}


class PlatformTasks:
    """Job handlers with what they need of the process: the file store and the key of national numbers."""

    def __init__(self, store: FileStore, file_key: bytes) -> None:
        self._store = store
        self._file_key = file_key

    async def read(self, ctx: JobContext) -> dict[str, Any]:
        """Compare the export of `comparisonId`, or of `uploadId` as whoever fetched it names it."""
        comparison_id = await self._comparison(ctx)
        await ctx.progress(0, 2, "reading the export")
        try:
            async with ctx.transaction() as session:
                platform = PlatformService(session)
                comparison = await platform.get(comparison_id, lock=True)
                if comparison.state == "queued":
                    upload = await UploadService(session).get(comparison.upload_id)
                    keys = civic_keys(self._file_key, tenant_of(session))
                    task = ReadTask(Mapping.model_validate(upload.mapping), keys, clock.today())
                    content = self._store.read(session, stored_file(upload))
                    await platform.compare(comparison, upload, read_in_child(task, content))
        except Fatal as fatal:
            await self._fail(ctx, comparison_id, fatal.finding.rule)
        except Exception as error:
            if not isinstance(error, LeaseLost) and ctx.attempt >= MAX_ATTEMPTS:
                await self._fail(ctx, comparison_id, "fault")
            raise
        await ctx.progress(2, 2, "compared")
        return {"comparisonId": str(comparison_id)}

    async def _comparison(self, ctx: JobContext) -> UUID:
        if "comparisonId" in ctx.params:
            return UUID(ctx.params["comparisonId"])
        async with ctx.transaction() as session:
            return (await PlatformService(session).prepare(UUID(ctx.params["uploadId"]))).id

    async def _fail(self, ctx: JobContext, comparison_id: UUID, problem: str) -> None:
        async with ctx.transaction() as session:
            platform = PlatformService(session)
            await platform.fail(await platform.get(comparison_id, lock=True), problem)
