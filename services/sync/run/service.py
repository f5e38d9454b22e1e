"""The life of a run: started from an upload, planned by the worker, approved by people, applied exactly as approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.applying import apply_planned, lock_head
from services.sync.plan.comparing import plan_hash
from services.sync.plan.models import Approval, FindingRow, PlannedRow, Run
from services.sync.plan.staging import set_based
from services.sync.run.errors import (
    AlreadyApproved,
    CustomerApproves,
    PlanDiffers,
    PlanHeld,
    PlanStale,
    PlatformIsCompared,
    RunNotPlanned,
    UploadNotStored,
)
from services.sync.run.query import FindingQuery, ItemQuery
from services.sync.run.repository import RunRepository
from services.sync.upload.service import UploadService
from shared.auth import Principal, Side
from shared.contracts.sync import RunFailed
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish, start_job

PLAN_JOB = "roster-plan"
APPLY_JOB = "roster-apply"
_NEEDED = {"clear": 1, "second_person": 2}


@dataclass(frozen=True)
class Approved:
    """How far the approvals of a run have come; `job_id` once it is being applied."""

    run: Run
    given: int
    needed: int


class RunService:
    """Runs of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._runs = RunRepository(session)

    async def start(self, upload_id: UUID, started_by: UUID | None) -> Run:
        """Ask the worker for a plan. Raises NotFound, UploadNotStored, PlatformIsCompared."""
        upload = await UploadService(self._session).get(upload_id)
        if upload.state != "stored":
            raise UploadNotStored(state=upload.state)
        if await UploadService(self._session).is_of_platform(upload):
            raise PlatformIsCompared()
        run_id = new_id()
        job_id = await start_job(self._session, PLAN_JOB, {"runId": run_id}, created_by=started_by)
        run = Run(
            tenant_id=tenant_of(self._session),
            id=run_id,
            kind="delivery",
            source=upload.source,
            state="queued",
            upload_id=upload_id,
            job_id=job_id,
            started_by=started_by,
        )
        self._runs.add(run)
        await record(self._session, "run.start", "run", run.id, after={"uploadId": str(upload_id)})
        return run

    async def get(self, run_id: UUID) -> tuple[Run, Sequence[Approval]]:
        return await self._runs.get(run_id), await self._runs.approvals(run_id)

    async def list_before(self, before: UUID | None, limit: int) -> Sequence[Run]:
        return await self._runs.list_before(before, limit)

    async def findings(self, run_id: UUID, asked: FindingQuery, after: UUID | None, limit: int) -> Sequence[FindingRow]:
        await self._runs.get(run_id)
        return await self._runs.findings(run_id, asked, after, limit)

    async def items(self, run_id: UUID, query: ItemQuery) -> tuple[list[tuple[str, PlannedRow]], set[UUID]]:
        """Planned rows, and which of the persons among them are protected today."""
        await self._runs.get(run_id)
        found = await self._runs.items(run_id, query)
        return found, await self._runs.protected_now([row.id for kind, row in found if kind == "person"])

    async def approve(self, run_id: UUID, plan: str, caller: Principal) -> Approved:
        """Approve exactly the plan with this hash; the last approval that is needed starts the application of it."""
        if caller.side is not Side.customer:
            raise CustomerApproves()
        run = await self._runs.get(run_id, lock=True)
        self._check(run, plan)
        if run.base_version != await self._runs.head():
            raise PlanStale(baseVersion=run.base_version, version=await self._runs.head())
        earlier = await self._runs.approvals(run_id)
        if any(approval.account_id == caller.subject for approval in earlier):
            raise AlreadyApproved()
        approval = Approval(
            tenant_id=run.tenant_id, run_id=run.id, account_id=caller.subject, plan_hash=plan, approved_at=clock.now()
        )
        self._runs.add(approval)
        needed, given = _NEEDED[run.guard or "second_person"], len(earlier) + 1
        await record(self._session, "run.approve", "run", run.id, after={"planHash": plan, "given": given})
        if given >= needed:
            run.state = "applying"
            run.job_id = await start_job(self._session, APPLY_JOB, {"runId": run.id}, created_by=caller.subject)
        run.touch()
        return Approved(run, given, needed)

    def _check(self, run: Run, plan: str) -> None:
        if run.state != "planned":
            raise RunNotPlanned(state=run.state)
        if run.plan_hash != plan:
            raise PlanDiffers()
        if run.guard == "held":
            raise PlanHeld(reasons=run.guard_reasons)

    async def locked(self, run_id: UUID) -> Run:
        """The run, locked until the transaction ends: for the worker."""
        return await self._runs.get(run_id, lock=True)

    async def apply(self, run: Run) -> bool:
        """Apply the approved plan; False, and nothing changed, where roster or plan are not those approved."""
        await set_based(self._session)
        head = await lock_head(self._session)
        if run.base_version != head or run.plan_hash != await plan_hash(self._session, run.id):
            await self.fail(run, "stale", "plan_stale")
            return False
        applied = await apply_planned(self._session, run, "run")
        await record(self._session, "run.apply", "run", run.id, after={"version": applied.version_to})
        return True

    async def fail(self, run: Run, state: str, reason: str) -> None:
        """End the run without a change of the roster."""
        run.state, run.ended_at = state, clock.now()
        run.touch()
        await record(self._session, "run.fail", "run", run.id, after={"state": state, "reason": reason})
        await publish(self._session, RunFailed(run_id=run.id, reason=reason))
