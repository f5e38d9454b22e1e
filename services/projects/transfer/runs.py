"""Transfers as they are run, tried first and checked by every unit."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.project.rights import demand
from services.projects.project.service import ProjectService
from services.projects.transfer.changes import demand_routed, tell
from services.projects.transfer.errors import FlowNotFound, RunClosed, UnitsUnchecked, UnitUnknown
from services.projects.transfer.models import MigrationCheck, MigrationRun
from services.projects.transfer.rights import refusal_to_check, refusal_to_run
from services.projects.transfer.schemas import CheckCreate, RunChange, RunCreate
from services.projects.transfer.service import TransferService
from services.projects.transfer.vocabulary import CheckResult, RunKind, RunState
from services.projects.unit.service import UnitService
from shared.auth.principal import Principal
from shared.kit import clock
from shared.web.preconditions import check_version


class TransferRuns:
    """Runs by one caller. Every method raises NotYours, and ProjectClosed for a closed project."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._transfers = TransferService(session)
        self._projects = ProjectService(session)

    async def start(self, project_id: UUID, given: RunCreate) -> MigrationRun:
        """Raises ProjectNotFound, FlowNotFound, RoutingIncomplete, UnitUnknown."""
        await self._projects.get_active(project_id)
        demand(refusal_to_run(self._caller))
        flow = await self._transfers.flow(given.flow_id)
        if flow.project_id != project_id:
            raise FlowNotFound()
        demand_routed(flow, await self._transfers.placed(project_id), given.kind)
        if given.kind is RunKind.live and not given.unit_ids:
            raise UnitUnknown("#/unitIds")
        units = {unit.id for unit in await UnitService(self._session).current()}
        for place, unit_id in enumerate(given.unit_ids):
            if unit_id not in units:
                raise UnitUnknown(f"#/unitIds/{place}")
        run = MigrationRun(tenant_id=flow.tenant_id, project_id=project_id, flow_id=flow.id, kind=given.kind)
        await self._transfers.keep(run)
        checks = [
            MigrationCheck(tenant_id=run.tenant_id, project_id=project_id, run_id=run.id, unit_id=unit_id)
            for unit_id in sorted(set(given.unit_ids))
        ]
        await self._transfers.keep(*checks)
        await tell(self._session, "run", "create", run, {"kind": run.kind, "flow_id": flow.id, "units": len(checks)})
        return run

    async def change(self, run_id: UUID, version: int, change: RunChange) -> MigrationRun:
        """Raises RunNotFound, StaleVersion, RunClosed, UnitsUnchecked for a live run."""
        run = await self._transfers.run(run_id, lock=True)
        demand(refusal_to_run(self._caller))
        check_version(version, run.version)
        await self._demand_started(run)
        if "items" in change.model_fields_set:
            run.items = change.items
        if change.state is not None:
            if change.state is RunState.done and run.kind == RunKind.live:
                await self._demand_checked(run)
            run.state, run.finished_at = change.state.value, clock.now()
        run.touch()
        await tell(self._session, "run", "change", run, {"state": run.state, "items": run.items})
        return run

    async def check(self, run_id: UUID, given: CheckCreate) -> MigrationRun:
        """What a unit found. Raises RunNotFound, RunClosed, UnitUnknown."""
        run = await self._transfers.run(run_id, lock=True)
        demand(refusal_to_check(self._caller, given.unit_id))
        await self._demand_started(run)
        for check in await self._transfers.checks([run_id]):
            if check.unit_id == given.unit_id:
                check.result, check.note = given.result.value, given.note
                check.checked_by, check.checked_at = self._caller.subject, clock.now()
                run.touch()
                await tell(self._session, "run", "check", run, {"unit_id": given.unit_id, "result": given.result})
                return run
        raise UnitUnknown("#/unitId")

    async def _demand_started(self, run: MigrationRun) -> None:
        await self._projects.get_active(run.project_id)
        if run.state != RunState.started:
            raise RunClosed()

    async def _demand_checked(self, run: MigrationRun) -> None:
        checks = await self._transfers.checks([run.id])
        left = [check.unit_id for check in checks if check.result != CheckResult.ok]
        if left:
            raise UnitsUnchecked(left)
