"""Undoing: the inverse of an applied run is a plan of its own, with a hash, approved by people, applied as a version.

Only the newest run can be undone, since a later one rests on it. Protection stays, and who was erased stays erased.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.applying import lock_head
from services.sync.plan.comparing import count_planned, plan_hash
from services.sync.plan.entities import ENTITIES
from services.sync.plan.guard import Facts, judge
from services.sync.plan.judging import policy_of
from services.sync.plan.models import Run
from services.sync.plan.staging import set_based
from services.sync.run.service import RunService
from services.sync.undo.errors import NothingToUndo, NotTheNewest, UndoUnderway
from services.sync.undo.repository import UndoRepository
from shared.contracts.sync import Counts, RunPlanned
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish, start_job

UNDO_JOB = "roster-undo"
_NEVER = ("marking", "erasure")
_OPS = {"revive": "created", "change": "changed", "end": "ended"}
_NONE = {"created": 0, "changed": 0, "ended": 0, "unchanged": 0}


class UndoService:
    """Undoing of runs of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._undos = UndoRepository(session)

    async def start(self, run_id: UUID, started_by: UUID, reason: str) -> Run:
        """Ask the worker for the inverse of a run. Raises NotFound, NothingToUndo, NotTheNewest, UndoUnderway."""
        undone = await self._undos.locked(run_id)
        await self._check(undone)
        if other := await self._undos.underway(run_id):
            raise UndoUnderway(runId=str(other))
        new = new_id()
        job_id = await start_job(self._session, UNDO_JOB, {"runId": new}, created_by=started_by)
        run = Run(
            tenant_id=tenant_of(self._session),
            id=new,
            kind="undo",
            source=undone.source,
            state="queued",
            undoes_run_id=run_id,
            job_id=job_id,
            started_by=started_by,
        )
        self._session.add(run)
        runs = RunService(self._session)
        await runs.watch_later(new)
        await runs.forget_later(new)
        await record(self._session, "run.undo", "run", run.id, after={"undoesRunId": str(run_id)}, reason=reason)
        return run

    async def locked(self, run_id: UUID) -> Run:
        return await self._undos.locked(run_id)

    async def plan(self, run: Run) -> None:
        """Plan the inverse for a queued run. Raises NotTheNewest where another run came first."""
        if run.undoes_run_id is None:
            raise NothingToUndo()
        await set_based(self._session)
        run.base_version = await lock_head(self._session)
        undone = await self._undos.locked(run.undoes_run_id)
        await self._check(undone)
        await self._undos.plan(run.id, undone.id)
        run.counts_by_unit = _by_unit(await count_planned(self._session, run.id))
        run.counts = _totals(run.counts_by_unit)
        await self._judge(run, undone)
        run.plan_hash = await plan_hash(self._session, run.id)
        run.state = "planned"
        run.touch()
        counts = {kind: Counts.model_validate(numbers) for kind, numbers in run.counts.items()}
        await publish(self._session, RunPlanned(run_id=run.id, guard=run.guard or "clear", findings=0, counts=counts))

    async def _check(self, undone: Run) -> None:
        if undone.state != "applied" or undone.applied_version is None or undone.kind in _NEVER:
            raise NothingToUndo(state=undone.state, kind=undone.kind)
        if newer := await self._undos.newer(undone.applied_version):
            raise NotTheNewest(newestRunId=str(newer))

    async def _judge(self, run: Run, undone: Run) -> None:
        """An undo is never held, since it only brings back what was; what ends much asks for a second person."""
        totals = {kind: row | {"unchanged": _left(undone, kind)} for kind, row in run.counts.items()}
        policy = await policy_of(self._session, run.source)
        _, reasons = judge(Facts(totals=totals, units=run.counts_by_unit, files=[]), policy)
        needs_two = [reason for reason in reasons if reason["level"] != "note"]
        run.guard_reasons = [reason | {"level": "second_person"} for reason in needs_two]
        run.guard = "second_person" if needs_two or undone.guard in ("second_person", "held") else "clear"


def _left(undone: Run, kind: str) -> int:
    """How many rows of a kind the undone run left as they were: the base that an end is a share of."""
    return int(undone.counts.get(kind, _NONE)["unchanged"])


def _by_unit(planned: Mapping[str, Mapping[str | None, Mapping[str, int]]]) -> list[dict[str, Any]]:
    rows = []
    for kind in (entity.kind for entity in ENTITIES):
        for unit in sorted(planned[kind], key=str):
            row = dict(_NONE)
            for op, count in planned[kind][unit].items():
                row[_OPS[op]] += count
            rows.append({"kind": kind, "unit_id": unit, **row})
    return rows


def _totals(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    totals = {entity.kind: dict(_NONE) for entity in ENTITIES}
    for row in rows:
        for name in totals[row["kind"]]:
            totals[row["kind"]][name] += row[name]
    return totals
