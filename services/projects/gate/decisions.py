"""What people decide about gates: passing, waiving a criterion, attesting one. Only the customer passes and waives."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.baseline.models import BaselineCause
from services.projects.baseline.service import BaselineService
from services.projects.gate.errors import (
    AlreadyAttested,
    CriterionUnknown,
    GateBlocked,
    GateClosed,
    NotAttestable,
    NothingToWaive,
)
from services.projects.gate.evaluation import Judged
from services.projects.gate.models import Attestation, GateWaiver
from services.projects.gate.service import GateService, GateView
from services.projects.gate.vocabulary import CLOSED, SATISFIED, CriterionState, GateState
from services.projects.plan.vocabulary import CriterionKind
from services.projects.project.rights import demand, refusal_to_attest, refusal_to_decide
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.contracts.projects import GatePassed, GateWaived
from shared.kit import clock
from shared.kit.journal import record
from shared.queue.outbox import publish


class GateDecisions:
    """The decisions of one caller. Every method raises GateNotFound, NotYours, GateClosed and ProjectClosed."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._gates = GateService(session)
        self._projects = ProjectService(session)

    async def pass_gate(self, gate_id: UUID) -> GateView:
        """Close the phase. Raises GateBlocked with each mandatory criterion that is unmet, unknown or stale."""
        view = await self._gates.get(gate_id, lock=True)
        demand(refusal_to_decide(self._caller))
        await self._demand_undecided(view)
        if view.state is not GateState.ready:
            raise GateBlocked(
                [_named(each) for each in view.blocking],
                [(each.criterion.key, each.observation.explanation) for each in view.blocking],
            )
        waivers = sum(each.criterion.is_mandatory and each.waiver is not None for each in view.judged)
        gate = view.gate
        gate.passed_at, gate.passed_by = clock.now(), self._caller.subject
        view.state = GateState.waived if waivers else GateState.passed
        await self._gates.turn(view, view.state, self._caller)
        passed = GatePassed(project_id=gate.project_id, gate_id=gate.id, gate_key=gate.key, waivers=waivers)
        await publish(self._session, passed)
        await BaselineService(self._session).take(
            gate.project_id, gate.key, BaselineCause.gate, cause_id=gate.id, taken_by=self._caller.subject
        )
        return view

    async def waive(self, gate_id: UUID, criterion_id: UUID, reason: str) -> GateView:
        """Go on without a criterion. Raises CriterionUnknown, NothingToWaive."""
        view = await self._gates.get(gate_id, lock=True)
        demand(refusal_to_decide(self._caller))
        await self._demand_undecided(view)
        judged = _find(view, criterion_id)
        if judged.state in SATISFIED:
            raise NothingToWaive()
        waiver = GateWaiver(
            tenant_id=view.gate.tenant_id,
            criterion_id=criterion_id,
            reason=reason,
            state_then=judged.state.value,
            waived_by=self._caller.subject,
        )
        after = {"criterion_id": criterion_id, "waiver_id": waiver.id}
        before = {"criterion": judged.state.value}
        await record(self._session, "gate.waive", "gate", gate_id, before=before, after=after, reason=reason)
        gate = view.gate
        told = GateWaived(
            project_id=gate.project_id,
            gate_id=gate.id,
            gate_key=gate.key,
            criterion_id=criterion_id,
            waiver_id=waiver.id,
        )
        await publish(self._session, told)
        return await self._gates.keep(gate, waiver)

    async def attest(self, gate_id: UUID, criterion_id: UUID, statement: str) -> GateView:
        """State that a criterion holds. Raises CriterionUnknown, NotAttestable, AlreadyAttested."""
        view = await self._gates.get(gate_id, lock=True)
        await self._demand_undecided(view)
        judged = _find(view, criterion_id)
        if judged.criterion.kind != CriterionKind.attestation:
            raise NotAttestable()
        demand(refusal_to_attest(self._caller, str(judged.criterion.params["side"])))
        if judged.observation.state is CriterionState.met:
            raise AlreadyAttested()
        given = Attestation(
            tenant_id=view.gate.tenant_id,
            criterion_id=criterion_id,
            statement=statement,
            side=str(self._caller.side),
            attested_by=self._caller.subject,
        )
        after = {"criterion_id": criterion_id, "attestation_id": given.id}
        await record(self._session, "gate.attest", "gate", gate_id, after=after)
        return await self._gates.keep(view.gate, given)

    async def _demand_undecided(self, view: GateView) -> None:
        if view.state in CLOSED:
            raise GateClosed()
        await self._projects.get_active(view.gate.project_id)


def _find(view: GateView, criterion_id: UUID) -> Judged:
    for judged in view.judged:
        if judged.criterion.id == criterion_id:
            return judged
    raise CriterionUnknown()


def _named(judged: Judged) -> dict[str, str]:
    return {"criterionId": str(judged.criterion.id), "key": judged.criterion.key, "state": judged.state.value}
