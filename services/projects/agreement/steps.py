"""Agreeing on a plan: proposed by either side, approved or returned by the customer (X-AGREE, HAN-A1.05)."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.agreement.errors import WrongPlanState
from services.projects.agreement.models import PlanStep
from services.projects.agreement.service import AgreementService
from services.projects.baseline.models import BaselineCause
from services.projects.baseline.service import BaselineService
from services.projects.plan.vocabulary import PlanState
from services.projects.project.models import Project
from services.projects.project.rights import demand, refusal_to_decide, refusal_to_propose
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.contracts.base import Event
from shared.contracts.projects_agreement import PlanApproved, PlanProposed, PlanReturned
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


class PlanSteps:
    """The steps of one caller. Every method raises ProjectNotFound, NotYours, StaleVersion, ProjectClosed,
    WrongPlanState."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._projects = ProjectService(session)
        self._agreement = AgreementService(session)

    async def propose(self, project_id: UUID, version: int, comment: str) -> PlanStep:
        """Put the plan to the customer. Supplier or customer, whoever leads their side."""
        project = await self._locked(project_id)
        demand(refusal_to_propose(self._caller))
        _demand_state(project, version, PlanState.draft)
        return await self._move(project, PlanState.proposed, comment, PlanProposed(project_id=project_id))

    async def give_back(self, project_id: UUID, version: int, comment: str) -> PlanStep:
        """Back to adjusting: a proposal by either side, an approved plan by the customer's approver alone."""
        project = await self._locked(project_id)
        is_approved = project.plan_state == PlanState.approved
        refused = (
            refusal_to_decide(self._caller, Scope.projects_write) if is_approved else refusal_to_propose(self._caller)
        )
        demand(refused)
        _demand_state(project, version, PlanState.proposed, PlanState.approved)
        return await self._move(project, PlanState.draft, comment, PlanReturned(project_id=project_id))

    async def approve(self, project_id: UUID, version: int, comment: str) -> PlanStep:
        """The customer's approver agrees: the plan is frozen, and changes go by change request from now on."""
        project = await self._locked(project_id)
        demand(refusal_to_decide(self._caller, Scope.projects_write))
        _demand_state(project, version, PlanState.proposed)
        number = await self._agreement.approvals(project_id) + 1
        baseline = await BaselineService(self._session).take(
            project_id,
            f"Baseline {number}",
            BaselineCause.approval,
            cause_id=project_id,
            reason=comment,
            taken_by=self._caller.subject,
        )
        event = PlanApproved(project_id=project_id, baseline_id=baseline.id)
        return await self._move(project, PlanState.approved, comment, event, baseline.id)

    async def _locked(self, project_id: UUID) -> Project:
        return await self._projects.lock_active(project_id)

    async def _move(
        self, project: Project, state: PlanState, comment: str, event: Event, baseline_id: UUID | None = None
    ) -> PlanStep:
        step = PlanStep(
            tenant_id=project.tenant_id,
            project_id=project.id,
            from_state=project.plan_state,
            to_state=state.value,
            comment=comment,
            actor_id=self._caller.subject,
            actor_side=self._caller.side.value if self._caller.side else None,
            baseline_id=baseline_id,
        )
        before = {"plan_state": project.plan_state}
        project.plan_state = state.value
        project.touch()
        await self._agreement.add_step(step)
        after = {"plan_state": state.value, "baseline_id": baseline_id}
        await record(self._session, f"plan.{_VERBS[state]}", "project", project.id, before=before, after=after)
        await publish(self._session, event)
        return step


_VERBS = {PlanState.draft: "return", PlanState.proposed: "propose", PlanState.approved: "approve"}


def _demand_state(project: Project, version: int, *states: PlanState) -> None:
    check_version(version, project.version)
    if project.plan_state not in states:
        raise WrongPlanState(project.plan_state, states)
