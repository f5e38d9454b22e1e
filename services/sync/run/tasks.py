"""The worker's part: make a plan, apply a plan. Each is one transaction, so a lost worker leaves nothing half done."""

from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.evidence.signing import EvidenceKey
from services.sync.plan.keys import civic_keys
from services.sync.plan.models import Run
from services.sync.plan.staging import Staging
from services.sync.proof.service import FormerRun, Sign, sign_proof, surroundings_of
from services.sync.reading.findings import Fatal
from services.sync.reading.frames import Found, Frame
from services.sync.reading.mapping import Mapping
from services.sync.reading.process import FormerDelivery, ReadTask, read_by, read_in_child, started
from services.sync.run.endings import code_of
from services.sync.run.errors import DeliveryUnreadable, PlanStale
from services.sync.run.marks import tighten_unplanned
from services.sync.run.planner import ReadWhole, plan_delivery
from services.sync.run.progress import told
from services.sync.run.service import APPLY_JOB, PLAN_JOB, WATCH_JOB, RunService
from services.sync.settings import Settings
from services.sync.upload.completeness import with_unproved
from services.sync.upload.models import Upload
from services.sync.upload.service import UploadService, stored_file
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.files import FileStore
from shared.queue import JobContext, JobHandler


def handlers(settings: Settings) -> dict[str, JobHandler]:
    """The job handlers of the service."""
    sign = EvidenceKey(settings.client_key_file).sign if settings.client_key_file else None
    tasks = RunTasks(FileStore(settings.file_key_bytes()), settings.file_key_bytes(), sign)
    return {PLAN_JOB: tasks.plan, APPLY_JOB: tasks.apply, WATCH_JOB: watch}


class RunTasks:
    """Job handlers with what they need of the process: the file store, the keys of numbers and of evidence."""

    def __init__(self, store: FileStore, file_key: bytes, sign: Sign | None) -> None:
        self._store = store
        self._file_key = file_key
        self._sign = sign

    async def plan(self, ctx: JobContext) -> dict[str, Any]:
        """Read the upload of a run and plan it. A delivery that cannot be read fails the run and the job."""
        run_id = UUID(ctx.params["runId"])
        await ctx.progress(0, 3, "reading the delivery")
        try:
            async with ctx.transaction() as session:
                runs = RunService(session)
                run = await runs.locked(run_id)
                if run.state == "queued" and run.upload_id is not None:
                    await runs.take_turn(run)
                    upload = await UploadService(session).get(run.upload_id)
                    async with started() as child:
                        await self._read(ctx, session, run, upload, child)
                    await runs.supersede(run)
        except Fatal as fatal:
            await self._unreadable(ctx, run_id, fatal)
            raise DeliveryUnreadable.at(fatal.finding) from None
        except Exception as error:
            await self._give_up(ctx, run_id, error)
            raise
        await ctx.progress(3, 3, "planned")
        return {"runId": str(run_id), "state": run.state, "guard": run.guard}

    async def _read(self, ctx: JobContext, session: AsyncSession, run: Run, upload: Upload, child: Process) -> None:
        keys = civic_keys(self._file_key, tenant_of(session))
        around = await surroundings_of(session, run, upload)
        former = self._former(session, around.former, upload) if around.former else None
        task = ReadTask(Mapping.model_validate(upload.mapping), keys, clock.today(), around.prints, former)

        def content() -> AsyncIterator[bytes]:
            return self._store.read(session, stored_file(upload))

        def frames(said: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
            return told(ctx, with_unproved(said, upload.incomplete))

        try:
            async with session.begin_nested():
                await plan_delivery(session, run, frames(read_by(child, task, content())), around)
        except ReadWhole:
            await session.refresh(run)
            await session.refresh(upload)
            whole = replace(task, prints=None, former=None)
            await plan_delivery(session, run, frames(read_in_child(whole, content())), around)
        if self._sign is not None:
            await sign_proof(session, run, upload, self._sign)

    def _former(self, session: AsyncSession, former: FormerRun, upload: Upload) -> FormerDelivery:
        file = stored_file(former.upload)
        return FormerDelivery(former.prints, former.found, upload.size, lambda: self._store.read(session, file))

    async def _give_up(self, ctx: JobContext, run_id: UUID, error: Exception) -> None:
        """Let the run say that it has failed once its job is not tried again."""
        if (code := code_of(error, ctx.attempt)) is None:
            return
        async with ctx.transaction() as session:
            runs = RunService(session)
            run = await runs.locked(run_id)
            was_queued = run.state == "queued"
            await runs.fail(run, "failed", code)
        if was_queued:
            async with ctx.transaction() as session:
                await self._tighten(session, await RunService(session).locked(run_id))

    async def _unreadable(self, ctx: JobContext, run_id: UUID, fatal: Fatal) -> None:
        found = fatal.finding
        async with ctx.transaction() as session:
            runs = RunService(session)
            run = await runs.locked(run_id)
            run.finding_counts = {found.rule: 1}
            await self._tighten(session, run)
            await Staging(session, run_id).keep_findings(Found([(found.rule, found.file, found.line, found.column)]))
            await runs.fail(run, "failed", found.rule)

    async def _tighten(self, session: AsyncSession, run: Run) -> None:
        """No plan comes of the delivery; whom it marks is protected nevertheless."""
        if run.upload_id is None:
            return
        upload = await UploadService(session).get(run.upload_id)
        keys = civic_keys(self._file_key, run.tenant_id)

        def read(mapping: Mapping) -> AsyncIterator[Frame]:
            content = self._store.read(session, stored_file(upload))
            return read_in_child(ReadTask(mapping, keys, clock.today()), content)

        if count := await tighten_unplanned(session, run, Mapping.model_validate(upload.mapping), read):
            run.guard_reasons = [{"code": "protection_tightened", "kind": "person", "count": count}]

    async def apply(self, ctx: JobContext) -> dict[str, Any]:
        """Apply the plan of a run as it was approved, or refuse."""
        run_id = UUID(ctx.params["runId"])
        try:
            async with ctx.transaction() as session:
                runs = RunService(session)
                run = await runs.locked(run_id)
                is_applied = run.state == "applied" or (run.state == "applying" and await runs.apply_approved(run))
        except Exception as error:
            await self._give_up(ctx, run_id, error)
            raise
        if not is_applied:
            raise PlanStale(runId=str(run_id))
        return {"runId": str(run_id), "version": run.applied_version}


async def watch(ctx: JobContext) -> dict[str, Any]:
    """See after a while whether anybody still works on a run: one whose worker was lost must not seem to go on."""
    async with ctx.transaction() as session:
        goes_on = await RunService(session).look_after(UUID(ctx.params["runId"]))
    return {"runId": ctx.params["runId"], "goesOn": goes_on}
