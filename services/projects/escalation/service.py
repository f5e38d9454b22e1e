"""Escalations: raised by the operative level, answered by the strategic one, closed only then."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.body.change import tell
from services.projects.body.errors import Unresolved
from services.projects.body.models import Body
from services.projects.body.service import BodyService
from services.projects.body.vocabulary import BodyLevel
from services.projects.decision.service import DecisionService
from services.projects.escalation.errors import EscalationAnsweredAlready, EscalationUnanswered, WrongWay
from services.projects.escalation.models import Escalation, EscalationState
from services.projects.escalation.repository import EscalationRepository
from services.projects.escalation.schemas import AnswerCreate, EscalationCreate
from services.projects.project.service import ProjectService
from shared.contracts.projects_steering import EscalationAnswered, EscalationRaised
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.queue.outbox import publish


class EscalationService:
    """The escalations of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._escalations = EscalationRepository(session)
        self._bodies = BodyService(session)
        self._projects = ProjectService(session)

    async def get(self, escalation_id: UUID) -> Escalation:
        """Raises EscalationNotFound."""
        return await self._escalations.get(escalation_id)

    async def list_after(
        self, project_id: UUID, after: UUID | None, limit: int, *, is_overdue: bool = False
    ) -> Sequence[Escalation]:
        overdue_on = clock.today() if is_overdue else None
        return await self._escalations.list_after(project_id, after, limit, overdue_on=overdue_on)

    async def bring(self, project_id: UUID, new: EscalationCreate, account_id: UUID) -> Escalation:
        """Raise an item. Raises ProjectNotFound, ProjectClosed, BodyNotFound, WrongWay, Unresolved."""
        await self._projects.get_active(project_id)
        source = await self._bodies.get(new.from_body_id)
        target = await self._target(project_id, source, new.to_body_id)
        _demand_level(source, project_id, BodyLevel.operative, "#/fromBodyId")
        _demand_level(target, project_id, BodyLevel.strategic, "#/toBodyId")
        if new.activity_id is not None:
            activity = await ActivityService(self._session).get(new.activity_id)
            if activity.project_id != project_id:
                raise Unresolved("#/activityId", new.activity_id)
        escalation = Escalation(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            **(new.model_dump() | {"to_body_id": target.id}),
            raised_by=account_id,
        )
        self._escalations.add(escalation)
        bodies = {"from_body_id": source.id, "to_body_id": target.id}
        after = bodies | {"due_on": escalation.due_on}
        await tell(self._session, project_id, "escalation", "raise", escalation, after=after)
        told = EscalationRaised(project_id=project_id, escalation_id=escalation.id, due_on=escalation.due_on, **bodies)
        await publish(self._session, told)
        return escalation

    async def answer(self, escalation_id: UUID, said: AnswerCreate, account_id: UUID) -> Escalation:
        """Raises EscalationNotFound, ProjectClosed, EscalationAnsweredAlready, DecisionNotFound, Unresolved."""
        escalation = await self._held(escalation_id)
        if escalation.state != EscalationState.raised:
            raise EscalationAnsweredAlready()
        if said.decision_id is not None:
            decision = await DecisionService(self._session).get(said.decision_id)
            if decision.project_id != escalation.project_id:
                raise Unresolved("#/decisionId", said.decision_id)
        escalation.state = EscalationState.answered.value
        escalation.answer, escalation.decision_id = said.answer, said.decision_id
        escalation.answered_at, escalation.answered_by = clock.now(), account_id
        escalation.touch()
        after = {"state": escalation.state, "decision_id": said.decision_id}
        await tell(self._session, escalation.project_id, "escalation", "answer", escalation, after=after)
        told = EscalationAnswered(
            project_id=escalation.project_id, escalation_id=escalation.id, to_body_id=escalation.to_body_id
        )
        await publish(self._session, told)
        return escalation

    async def close(self, escalation_id: UUID) -> Escalation:
        """Raises EscalationNotFound, ProjectClosed, EscalationUnanswered. Closing twice changes nothing."""
        escalation = await self._held(escalation_id)
        if escalation.state == EscalationState.raised:
            raise EscalationUnanswered()
        if escalation.state == EscalationState.answered:
            escalation.state, escalation.closed_at = EscalationState.closed.value, clock.now()
            escalation.touch()
            after = {"state": escalation.state}
            await tell(self._session, escalation.project_id, "escalation", "close", escalation, after=after)
        return escalation

    async def of_account(self, account_id: UUID) -> Sequence[Escalation]:
        """What an account raised or answered."""
        return await self._escalations.of_account(account_id)

    async def forget(self, account_id: UUID) -> int:
        """Take an erased person's account off what they raised and answered; returns how many named it."""
        found = await self._escalations.of_account(account_id)
        for row in found:
            row.raised_by = None if row.raised_by == account_id else row.raised_by
            row.answered_by = None if row.answered_by == account_id else row.answered_by
            row.touch()
        await self._session.flush()
        return len(found)

    async def _held(self, escalation_id: UUID) -> Escalation:
        escalation = await self._escalations.get(escalation_id, lock=True)
        await self._projects.get_active(escalation.project_id)
        return escalation

    async def _target(self, project_id: UUID, source: Body, body_id: UUID | None) -> Body:
        if body_id is not None:
            return await self._bodies.get(body_id)
        for body in await self._bodies.of_project(project_id):
            if source.escalates_to is not None and body.key == source.escalates_to:
                return body
        raise Unresolved("#/toBodyId", None)


def _demand_level(body: Body, project_id: UUID, level: BodyLevel, pointer: str) -> None:
    if body.project_id != project_id:
        raise Unresolved(pointer, body.id)
    if body.level != level:
        raise WrongWay(pointer)
