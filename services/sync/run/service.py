"""The life of a run: started from an upload, planned by the worker, approved by people, applied exactly as approved."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.person.behind import is_same_person
from services.sync.plan.applying import apply_planned, lock_head
from services.sync.plan.comparing import plan_hash
from services.sync.plan.entities import persons_of
from services.sync.plan.guard import is_releasable
from services.sync.plan.marking import forget_lifted, protect_again
from services.sync.plan.models import Approval, FindingRow, PlannedRow, Run
from services.sync.plan.staging import row_by_row, set_based
from services.sync.proof.service import evidence_of, findings_of
from services.sync.recheck.service import ask_verification
from services.sync.run.errors import (
    AlreadyApproved,
    CustomerApproves,
    PersonApproves,
    PlanDiffers,
    PlanHeld,
    PlanStale,
    PlatformIsCompared,
    ReasonMissing,
    RunNotPlanned,
    RunOver,
    UploadNotStored,
)
from services.sync.run.query import FindingQuery, ItemQuery
from services.sync.run.repository import RunRepository
from services.sync.upload.service import UploadService
from shared.auth import Principal, Side
from shared.auth.assurance import is_program
from shared.contracts.sync import RunFailed
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.kit.problems import NotFound
from shared.queue import publish, start_job
from shared.queue.jobs import cancel_job

PLAN_JOB = "roster-plan"
APPLY_JOB = "roster-apply"
WATCH_JOB = "roster-watch"
FORGET_JOB = "plan-forget"
NAMES_KEPT = timedelta(days=30)
WATCH_AFTER = timedelta(minutes=10)
# Up to this share of the rows are found one by one sooner than by going through all.
_SMALL = 0.05
_NEEDED = {"clear": 1, "second_person": 2, "held": 2}


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
        for older in await self._runs.waiting(upload.source, besides=run_id, state="queued"):
            await self.fail(older, "stale", "superseded")
        self._runs.add(run)
        await self.watch_later(run_id)
        await self.forget_later(run_id)
        await record(self._session, "run.start", "run", run.id, after={"uploadId": str(upload_id)})
        return run

    async def get(self, run_id: UUID) -> tuple[Run, Sequence[Approval]]:
        return await self._runs.get(run_id), await self._runs.approvals(run_id)

    async def evidence(self, run_id: UUID) -> str:
        """What was read and planned, as a JWS. Raises NotFound, also where the service signs nothing."""
        await self._runs.get(run_id)
        if (evidence := await evidence_of(self._session, run_id)) is None:
            raise NotFound()
        return evidence

    async def list_before(self, before: UUID | None, limit: int) -> Sequence[Run]:
        return await self._runs.list_before(before, limit)

    async def unit_names(self, ids: Collection[UUID]) -> dict[str, str]:
        return await self._runs.unit_names(ids) if ids else {}

    async def findings(self, run_id: UUID, asked: FindingQuery, after: UUID | None, limit: int) -> Sequence[FindingRow]:
        await self._runs.get(run_id)
        return await self._runs.findings(await findings_of(self._session, run_id), asked, after, limit)

    async def items(self, run_id: UUID, query: ItemQuery) -> tuple[list[tuple[str, PlannedRow]], set[UUID]]:
        """Planned rows, and which of the persons whom they are about are protected, today or by the plan."""
        await self._runs.get(run_id)
        found = await self._runs.items(run_id, query)
        persons = {one for kind, row in found for one in persons_of(kind, row)}
        return found, await self._runs.protected_in(run_id, persons)

    async def approve(self, run_id: UUID, plan: str, caller: Principal, reason: str | None = None) -> Approved:
        """Approve exactly the plan with this hash; the last approval that is needed starts the application of it.

        A held plan is released by two persons, each with a reason; one from which something is missing by nobody.
        """
        if caller.side is not Side.customer:
            raise CustomerApproves()
        if is_program(caller):
            raise PersonApproves()
        run = await self._runs.get(run_id, lock=True)
        self._check(run, plan, reason)
        if run.base_version != await self._runs.head():
            raise PlanStale(baseVersion=run.base_version, version=await self._runs.head())
        earlier = await self._runs.approvals(run_id)
        if any(is_same_person(caller, approval.account_id, approval.person_id) for approval in earlier):
            raise AlreadyApproved()
        approval = Approval(
            tenant_id=run.tenant_id,
            run_id=run.id,
            account_id=caller.subject,
            person_id=caller.person,
            plan_hash=plan,
            reason=reason,
            approved_at=clock.now(),
        )
        self._runs.add(approval)
        needed, given = _NEEDED[run.guard or "second_person"], len(earlier) + 1
        action = "run.release" if run.guard == "held" else "run.approve"
        after = {"planHash": plan, "given": given, "guard": [one["code"] for one in run.guard_reasons]}
        await record(self._session, action, "run", run.id, after=after, reason=reason)
        if given >= needed:
            run.state = "applying"
            run.job_id = await start_job(self._session, APPLY_JOB, {"runId": run.id}, created_by=caller.subject)
            await self.watch_later(run.id)
        run.touch()
        return Approved(run, given, needed)

    async def cancel(self, run_id: UUID) -> Run:
        """Call off a run that is queued or waits with a plan. Raises RunOver."""
        run = await self._runs.get(run_id, lock=True)
        if run.state not in ("queued", "planned"):
            raise RunOver(state=run.state)
        if run.state == "queued" and run.job_id is not None:
            await cancel_job(self._session, run.job_id)
        await self.fail(run, "cancelled", "cancelled")
        return run

    async def take_turn(self, run: Run) -> None:
        """Wait until no other delivery of the source is being planned; the turn ends with the transaction."""
        await self._runs.lock_source(run.source)

    async def supersede(self, run: Run) -> None:
        """A newer plan of a source takes the place of those that wait, or of which somebody is saying the last word.

        Those are named in the newer one: nobody waits here for the row of a run that waits for the roster.
        """
        run.facts = run.facts | {"supersedes": [str(one) for one in await self._runs.unapplied(run)]}
        for older in await self._runs.waiting(run.source, besides=run.id, state="planned"):
            await self.fail(older, "stale", "superseded")

    async def recall(self, source: str) -> None:
        """A decision that the plans of a source rest on was taken back: those that wait are not to be applied."""
        for run in await self._runs.waiting(source, besides=None, state="planned"):
            await self.fail(run, "stale", "decision_taken_back")

    async def look_after(self, run_id: UUID) -> bool:
        """Let a run fail whose worker was lost for good; True while there is something to wait for."""
        run = await self._runs.get(run_id, lock=True)
        if run.state not in ("queued", "applying"):
            return False
        if await self._runs.job_goes_on(run.job_id):
            await self.watch_later(run_id)
            return True
        await self.fail(run, "failed", "worker_lost")
        return False

    async def forget_later(self, run_id: UUID, after: timedelta = NAMES_KEPT) -> None:
        """Let the names in the plan go in time, where it comes to nothing."""
        await start_job(self._session, FORGET_JOB, {"runId": run_id}, after=after)

    async def watch_later(self, run_id: UUID) -> None:
        """See after a while whether anybody still works on it."""
        await start_job(self._session, WATCH_JOB, {"runId": run_id}, after=WATCH_AFTER)

    def _check(self, run: Run, plan: str, reason: str | None) -> None:
        if run.state != "planned":
            raise RunNotPlanned(state=run.state)
        if run.plan_hash != plan:
            raise PlanDiffers()
        if run.guard == "held" and not is_releasable(run.guard_reasons):
            raise PlanHeld(reasons=run.guard_reasons)
        if run.guard == "held" and not (reason or "").strip():
            raise ReasonMissing(reasons=run.guard_reasons)

    async def locked(self, run_id: UUID) -> Run:
        """The run, locked until the transaction ends: for the worker."""
        return await self._runs.get(run_id, lock=True)

    async def apply_approved(self, run: Run) -> bool:
        """Apply the plan if those who must have approved exactly this one: counted again, whatever the state says."""
        needed = _NEEDED[run.guard or "second_person"]
        given = {
            one.person_id or one.account_id
            for one in await self._runs.approvals(run.id)
            if one.plan_hash == run.plan_hash
        }
        if len(given) < needed:
            await self.fail(run, "failed", "approval_missing")
            return False
        return await self.apply(run)

    async def apply(self, run: Run) -> bool:
        """Apply the approved plan; False, and nothing changed, where roster or plan are not those approved."""
        await (row_by_row if _is_small(run) else set_based)(self._session)
        head = await lock_head(self._session)
        if run.base_version != head or run.plan_hash != await plan_hash(self._session, run.id):
            await self.fail(run, "stale", "plan_stale")
            return False
        if await self._runs.is_superseded(run):
            await self.fail(run, "stale", "superseded")
            return False
        applied = await apply_planned(self._session, run, "run")
        if run.kind == "undo":
            await protect_again(self._session, run, applied.version_to)
        await record(self._session, "run.apply", "run", run.id, after={"version": applied.version_to})
        await ask_verification(self._session)
        return True

    async def fail(self, run: Run, state: str, reason: str) -> None:
        """End the run without a change of the roster."""
        run.state, run.ended_at, run.ended_code = state, clock.now(), reason
        run.touch()
        await forget_lifted(self._session, run)
        await record(self._session, "run.fail", "run", run.id, after={"state": state, "reason": reason})
        await publish(self._session, RunFailed(run_id=run.id, reason=reason))
        await ask_verification(self._session)


def _is_small(run: Run) -> bool:
    changing = sum(row.get(name, 0) for row in run.counts.values() for name in ("created", "changed", "ended"))
    return bool(changing <= _SMALL * sum(row.get("unchanged", 0) for row in run.counts.values()))
