"""The worker's part: fetch, with no transaction open while the source is talked to; look every minute what is due."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text

from services.sync.fetching.connector import Connector, Fetch, Fetched
from services.sync.fetching.errors import FetchFailed, translated
from services.sync.fetching.package import Package, PackageSink, package_sink
from services.sync.fetching.registry import CONNECTORS, READS_PREVIOUS
from services.sync.fetching.service import FETCH_JOB, Begun, FetchService
from services.sync.fetching.trust import egress_for
from services.sync.settings import Settings
from services.sync.source.service import sealer
from services.sync.upload.service import Keeping, NewUpload, Proved, UploadService, stored_file
from shared.kit import clock
from shared.kit.egress import EgressError
from shared.kit.files import FileStore
from shared.queue import JobContext, JobHandler, Schedule
from shared.queue.jobs import MAX_ATTEMPTS
from shared.queue.leases import LeaseLost

log = structlog.get_logger(__name__)

SWEEP = "source-sweep"
FETCHING_SCHEDULE = (Schedule(SWEEP, every=timedelta(minutes=1)),)
_TENANTS = text("SELECT fetch_tenants(:now)")


def handlers(settings: Settings, connectors: Mapping[str, Connector] = CONNECTORS) -> dict[str, JobHandler]:
    """The job handlers of fetching."""
    tasks = FetchTasks(settings, connectors)
    return {FETCH_JOB: tasks.fetch, SWEEP: tasks.sweep}


class FetchTasks:
    """Job handlers with what they need of the process."""

    def __init__(self, settings: Settings, connectors: Mapping[str, Connector]) -> None:
        self._settings = settings
        self._connectors = connectors
        self._seals = sealer(settings.file_key_bytes())
        store = FileStore(settings.file_key_bytes())
        self._keeping = Keeping(store, settings.max_upload_bytes, settings.upload_retention_days)

    async def sweep(self, ctx: JobContext) -> dict[str, Any]:
        """Ask for what is due in every tenant."""
        asked = 0
        async with ctx.transaction() as session:
            tenants = (await session.execute(_TENANTS, {"now": clock.now()})).scalars().all()
        for tenant in tenants:
            async with ctx.transaction(tenant) as session:
                asked += await FetchService(session, self._seals).ask_due()
        return {"asked": asked}

    async def fetch(self, ctx: JobContext) -> dict[str, Any]:
        """Fetch one delivery, keep it and hand it on."""
        fetch_id = UUID(ctx.params["fetchId"])
        try:
            async with ctx.transaction() as session:
                begun = await FetchService(session, self._seals).begin(fetch_id)
            if begun is None:
                return {"fetchId": str(fetch_id), "state": "ended"}
            return await self._attempt(ctx, begun)
        except FetchFailed as problem:
            return await self._failed(ctx, fetch_id, problem)
        except EgressError as error:
            return await self._failed(ctx, fetch_id, translated(error))
        except Exception as error:
            if not isinstance(error, LeaseLost) and ctx.attempt >= MAX_ATTEMPTS:
                async with ctx.transaction() as session:
                    await FetchService(session, self._seals).give_up(fetch_id, "fault")
            raise

    async def _attempt(self, ctx: JobContext, begun: Begun) -> dict[str, Any]:
        await ctx.progress(0, None, "reaching the source")
        previous = await self._previous(ctx, begun)
        try:
            with package_sink(self._keeping.max_bytes) as sink:
                fetch = Fetch(
                    source_id=begun.source_id,
                    settings=begun.settings,
                    credentials=begun.credentials,
                    memory=begun.memory,
                    egress=egress_for(self._settings, begun.settings),
                    sink=sink,
                    previous=previous,
                    progress=ctx.progress,
                    now=clock.now(),
                    remember=partial(self._remember, ctx, begun),
                )
                fetched = await self._connectors[begun.settings.kind].fetch(fetch)
                sink.finish()
                outcome = await self._keep(ctx, begun, sink, fetched)
        finally:
            if previous is not None:
                previous.close()
        await self._afterwards(fetched, begun)
        return outcome

    async def _remember(self, ctx: JobContext, begun: Begun, memory: Mapping[str, Any]) -> None:
        async with ctx.transaction() as session:
            await FetchService(session, self._seals).remember(begun, memory)

    async def _previous(self, ctx: JobContext, begun: Begun) -> Package | None:
        """The package that was brought the last time, for connectors that add to it."""
        if begun.previous is None or begun.settings.kind not in READS_PREVIOUS:
            return None
        async with ctx.transaction() as session:
            return await Package.read(self._keeping.store.read(session, stored_file(begun.previous)))

    async def _keep(self, ctx: JobContext, begun: Begun, sink: PackageSink, fetched: Fetched) -> dict[str, Any]:
        async with ctx.transaction() as session:
            fetches = FetchService(session, self._seals)
            await fetches.still_meant(begun)
            if fetched.is_unchanged:
                await fetches.unchanged(begun, fetched.memory)
                return {"fetchId": str(begun.fetch_id), "state": "unchanged"}
            await ctx.progress(sink.size, sink.size, "storing the delivery")
            source = await fetches.source_of(begun.fetch_id)
            new = NewUpload.of(source, sink.size, sink.sha256)
            proved = Proved(fetched.proof, fetched.incomplete)
            upload = await UploadService(session).keep(new, proved, sink.pieces(), self._keeping, None)
            await fetches.stored(begun.fetch_id, upload, fetched.memory, fetched.notes)
        return {"fetchId": str(begun.fetch_id), "state": "stored", "uploadId": str(upload.id)}

    async def _afterwards(self, fetched: Fetched, begun: Begun) -> None:
        """What is to be done at the source once we hold the delivery; it is held whether that succeeds or not."""
        if fetched.afterwards is None:
            return
        try:
            await fetched.afterwards()
        except (FetchFailed, EgressError) as error:
            log.warning("source not tidied up", source=str(begun.source_id), fault=type(error).__name__)

    async def _failed(self, ctx: JobContext, fetch_id: UUID, problem: FetchFailed) -> dict[str, Any]:
        async with ctx.transaction() as session:
            is_tried_again = await FetchService(session, self._seals).failed(fetch_id, problem)
        if is_tried_again:
            return {"fetchId": str(fetch_id), "state": "waiting", "problem": problem.slug}
        raise problem
