"""Changing an approved plan: asked for with its computed impact, decided by the steering body, then carried out.

Changes of result, time and budget are the steering group's to decide (X-AGREE, IM-R2, VA-GOV1).
"""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.agreement.errors import RequestNotSubmitted, RequestSettled
from services.projects.agreement.models import ChangeRequest, RequestState
from services.projects.agreement.service import AgreementService
from services.projects.baseline.models import BaselineCause
from services.projects.baseline.service import BaselineService
from services.projects.body.service import BodyService
from services.projects.changerequest.schemas import ChangeRequestChange, ChangeRequestCreate
from services.projects.project.rights import demand, refusal_to_decide, refusal_to_propose
from services.projects.project.service import ProjectService
from services.projects.schedule.change_schemas import ScheduleChange
from services.projects.schedule.moving import MovingService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.contracts.projects_agreement import ChangeRequestDecided, ChangeRequestSubmitted
from shared.kit import clock
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

_OPEN = (RequestState.draft, RequestState.submitted)


class ChangeRequests:
    """The requests of one caller. Every method raises NotYours, ProjectClosed and, for a request, its not being there,
    StaleVersion and RequestSettled."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._projects = ProjectService(session)
        self._agreement = AgreementService(session)
        self._moving = MovingService(session)

    async def create(self, project_id: UUID, wanted: ChangeRequestCreate) -> ChangeRequest:
        """A draft with its impact. Raises ProjectNotFound, BodyNotFound, AdvisoryBody, ChangeRefused."""
        project = await self._projects.get_active(project_id)
        demand(refusal_to_propose(self._caller))
        await self._demand_body(wanted.body_id, project_id)
        request = ChangeRequest(
            tenant_id=project.tenant_id,
            project_id=project_id,
            title=wanted.title,
            reason=wanted.reason,
            concerns=[each.value for each in wanted.concerns],
            change=_stored(wanted.change),
            impact=await self._impact(project_id, wanted.change),
            impact_at=clock.now(),
            body_id=wanted.body_id,
            requested_by=self._caller.subject,
            requested_side=self._caller.side.value if self._caller.side else None,
        )
        await self._agreement.add_request(request)
        await self._note("create", request, None)
        return request

    async def change(self, request_id: UUID, version: int, wanted: ChangeRequestChange) -> ChangeRequest:
        """Adjust a draft; its impact is computed anew. Raises AdvisoryBody, ChangeRefused."""
        request = await self._held(request_id, version, RequestState.draft)
        demand(refusal_to_propose(self._caller))
        if "body_id" in wanted.model_fields_set:
            await self._demand_body(wanted.body_id, request.project_id)
            request.body_id = wanted.body_id
        if wanted.title is not None:
            request.title = wanted.title
        if wanted.reason is not None:
            request.reason = wanted.reason
        if wanted.concerns is not None:
            request.concerns = [each.value for each in wanted.concerns]
        if wanted.change is not None:
            request.change = _stored(wanted.change)
        await self._recompute(request)
        await self._note("change", request, None)
        return request

    async def submit(self, request_id: UUID, version: int) -> ChangeRequest:
        """Hand a draft to the body that decides. The impact is that of today's plan. Raises ChangeRefused."""
        request = await self._held(request_id, version, RequestState.draft)
        demand(refusal_to_propose(self._caller))
        await self._recompute(request)
        request.submitted_at = clock.now()
        await self._move(request, RequestState.submitted)
        told = ChangeRequestSubmitted(project_id=request.project_id, change_request_id=request.id)
        await publish(self._session, told)
        return request

    async def withdraw(self, request_id: UUID, version: int) -> ChangeRequest:
        """Take back what was not decided yet."""
        request = await self._held(request_id, version, *_OPEN)
        demand(refusal_to_propose(self._caller))
        await self._move(request, RequestState.withdrawn)
        return request

    async def decide(self, request_id: UUID, version: int, *, approve: bool, motive: str) -> ChangeRequest:
        """Record what the body decided, by the customer's approver. Approved, it is carried out and the plan frozen
        in the same transaction. Raises RequestNotSubmitted, AdvisoryBody, ChangeRefused."""
        request = await self._held(request_id, version, *_OPEN)
        demand(refusal_to_decide(self._caller, Scope.projects_write))
        if request.state != RequestState.submitted:
            raise RequestNotSubmitted()
        await self._demand_body(request.body_id, request.project_id)
        request.motive, request.decided_by, request.decided_at = motive, self._caller.subject, clock.now()
        if approve:
            await self._carry_out(request)
        await self._move(request, RequestState.approved if approve else RequestState.rejected)
        outcome = "approved" if approve else "rejected"
        told = ChangeRequestDecided(project_id=request.project_id, change_request_id=request.id, outcome=outcome)
        await publish(self._session, told)
        return request

    async def _carry_out(self, request: ChangeRequest) -> None:
        project = await self._projects.lock_active(request.project_id)
        change = ScheduleChange.model_validate(request.change)
        delta, _ = await self._moving.carry_out(project.id, project.version, change, self._caller, is_decided=True)
        request.impact, request.impact_at = delta.model_dump(mode="json", by_alias=True), clock.now()
        baseline = await BaselineService(self._session).take(
            project.id,
            request.title,
            BaselineCause.change_request,
            cause_id=request.id,
            reason=request.motive,
            taken_by=self._caller.subject,
        )
        request.baseline_id = baseline.id

    async def _held(self, request_id: UUID, version: int, *states: RequestState) -> ChangeRequest:
        request = await self._agreement.request(request_id, lock=True)
        check_version(version, request.version)
        await self._projects.get_active(request.project_id)
        if request.state not in states:
            raise RequestSettled()
        return request

    async def _demand_body(self, body_id: UUID | None, project_id: UUID) -> None:
        """Raises BodyNotFound, and a refusal for a body that only advises."""
        if body_id is not None:
            await BodyService(self._session).deciding(body_id, project_id)

    async def _impact(self, project_id: UUID, change: ScheduleChange) -> dict[str, Any]:
        delta = await self._moving.simulate(project_id, change)
        return delta.model_dump(mode="json", by_alias=True)

    async def _recompute(self, request: ChangeRequest) -> None:
        request.impact = await self._impact(request.project_id, ScheduleChange.model_validate(request.change))
        request.impact_at = clock.now()
        request.touch()

    async def _move(self, request: ChangeRequest, state: RequestState) -> None:
        before, request.state = request.state, state.value
        request.touch()
        await self._note(_VERBS[state], request, before)

    async def _note(self, verb: str, request: ChangeRequest, before: str | None) -> None:
        await self._session.flush()
        was = {"state": before} if before else None
        after = {"state": request.state, "body_id": request.body_id, "baseline_id": request.baseline_id}
        action = f"change_request.{verb}"
        await record(self._session, action, "change_request", request.id, before=was, after=after)


_VERBS = {
    RequestState.submitted: "submit",
    RequestState.withdrawn: "withdraw",
    RequestState.approved: "approve",
    RequestState.rejected: "reject",
}


def _stored(change: ScheduleChange) -> dict[str, Any]:
    """As it was sent: what was left out stays left out, since leaving out and emptying are not the same."""
    return change.model_dump(mode="json", by_alias=True, exclude_unset=True)
