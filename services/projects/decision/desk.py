"""What one caller does with decisions: put a question, prepare it, take it, withdraw it.

Both sides prepare; only the customer's approver takes a decision, and only for a body with a mandate. What was taken
is never edited: a successor takes its place when it is decided itself.
"""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.body.change import apply, tell
from services.projects.body.errors import Unresolved
from services.projects.body.service import BodyService
from services.projects.decision.errors import (
    CellUnreadable,
    DecisionFinal,
    DecisionKeyTaken,
    DecisionWithdrawn,
    NotYetDecided,
    OptionUnknown,
)
from services.projects.decision.models import Decision
from services.projects.decision.schemas import DecisionChange, DecisionCreate, OutcomeCreate
from services.projects.decision.service import DecisionService
from services.projects.decision.vocabulary import DecisionState
from services.projects.plan.columns import window_values
from services.projects.plan.vocabulary import ActivityState
from services.projects.project.rights import demand, refusal_to_decide
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.contracts.projects import ActivityChanged
from shared.contracts.projects_steering import DecisionSuperseded, DecisionTaken
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

_IDS = {"body_id", "activity_id", "supersedes_id"}


class DecisionDesk:
    """The decisions of one caller. Every method raises NotYours and ProjectClosed."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._decisions = DecisionService(session)
        self._bodies = BodyService(session)
        self._activities = ActivityService(session)
        self._projects = ProjectService(session)

    async def put(self, project_id: UUID, new: DecisionCreate) -> Decision:
        """Raises ProjectNotFound, DecisionKeyTaken, NotYetDecided, BodyNotFound, AdvisoryBody, Unresolved."""
        await self._projects.get_active(project_id)
        key = await self._key(project_id, new)
        await self._demand_body(project_id, new.body_id)
        decision = Decision(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            **(new.model_dump(mode="json", exclude=_IDS | {"needed_by"}) | {"key": key}),
            **new.model_dump(include=_IDS),
            **window_values(new.needed_by.widened() if new.needed_by else None),
        )
        await self._bind(decision)
        await self._decisions.add([decision])
        after = {"key": key, "supersedes_id": new.supersedes_id, "body_id": new.body_id}
        await tell(self._session, project_id, "decision", "create", decision, after=after)
        if new.supersedes_id is None:
            await self._decisions.tell_taken(decision)
        await self._decisions.tell_overdue(project_id)
        return decision

    async def change(self, decision_id: UUID, version: int, change: DecisionChange) -> Decision:
        """Raises DecisionNotFound, StaleVersion, DecisionFinal, DecisionWithdrawn, AdvisoryBody, Unresolved."""
        decision = await self._open(decision_id)
        check_version(version, decision.version)
        if change.body_id is not None:
            await self._demand_body(decision.project_id, change.body_id)
        values: dict[str, Any] = change.model_dump(mode="json", exclude_unset=True, exclude=_IDS | {"needed_by"})
        values |= change.model_dump(exclude_unset=True, include=_IDS)
        if "needed_by" in change.model_fields_set:
            values |= window_values(change.needed_by.widened() if change.needed_by else None)
        before, after = apply(decision, values)
        if after:
            await self._bind(decision)
            await tell(self._session, decision.project_id, "decision", "change", decision, before=before, after=after)
            await self._decisions.tell_overdue(decision.project_id)
        return decision

    async def take(self, decision_id: UUID, said: OutcomeCreate, *, meeting_id: UUID | None = None) -> Decision:
        """Settle the question for good.

        Raises DecisionNotFound, DecisionFinal, DecisionWithdrawn, AdvisoryBody, OptionUnknown, CellUnreadable.
        """
        decision = await self._open(decision_id)
        demand(refusal_to_decide(self._caller, Scope.decisions_write))
        body = await self._bodies.deciding(_owner(decision, said), decision.project_id)
        known = [option["key"] for option in decision.options]
        if (known or said.option_key is not None) and said.option_key not in known:
            raise OptionUnknown(known)
        if decision.modality is not None and decision.function is None:
            raise CellUnreadable()
        await self._replace_former(decision)
        decision.state = DecisionState.decided.value
        decision.body_id, decision.meeting_id = body.id, meeting_id
        decision.option_key, decision.outcome = said.option_key, said.outcome
        decision.valid_from = said.valid_from or clock.today()
        decision.decided_at, decision.decided_by = clock.now(), self._caller.subject
        decision.touch()
        after = {"state": decision.state, "body_id": body.id, "option_key": said.option_key, "meeting_id": meeting_id}
        await tell(self._session, decision.project_id, "decision", "take", decision, after=after)
        taken = DecisionTaken(
            project_id=decision.project_id, decision_id=decision.id, decision_key=decision.key, body_id=body.id
        )
        await publish(self._session, taken)
        # What waited for it waits no more: explanations leave an answered question out.
        await self._mark(decision, {"by": decision.by_side, "question": decision.question, "answered": True})
        await self._decisions.tell_taken(decision)
        await self._decisions.tell_overdue(decision.project_id)
        return decision

    async def withdraw(self, decision_id: UUID, reason: str) -> Decision:
        """Take back a question that nobody has answered. Raises DecisionNotFound, DecisionFinal, DecisionWithdrawn."""
        decision = await self._open(decision_id)
        decision.state = DecisionState.withdrawn.value
        decision.touch()
        after = {"state": decision.state}
        await tell(self._session, decision.project_id, "decision", "withdraw", decision, after=after, reason=reason)
        await self._decisions.tell_overdue(decision.project_id)
        return decision

    async def _open(self, decision_id: UUID) -> Decision:
        """The decision, held, while it can still be changed."""
        decision = await self._decisions.get(decision_id, lock=True)
        if decision.state == DecisionState.withdrawn:
            raise DecisionWithdrawn()
        if decision.state != DecisionState.open:
            raise DecisionFinal(decision.id, decision.project_id)
        await self._projects.get_active(decision.project_id)
        return decision

    async def _key(self, project_id: UUID, new: DecisionCreate) -> str:
        if new.supersedes_id is None:
            if new.key is None:
                raise _key_missing()
            known = await self._decisions.of_key(project_id, new.key)
            if any(one.state in (DecisionState.open, DecisionState.decided) for one in known):
                raise DecisionKeyTaken()
            return new.key
        former = await self._decisions.get(new.supersedes_id, lock=True)
        if former.project_id != project_id:
            raise Unresolved("#/supersedesId", new.supersedes_id)
        if former.state != DecisionState.decided:
            raise NotYetDecided()
        if any(one.state == DecisionState.open for one in await self._decisions.of_key(project_id, former.key)):
            raise DecisionKeyTaken()
        return former.key

    async def _demand_body(self, project_id: UUID, body_id: UUID | None) -> None:
        if body_id is not None:
            await self._bodies.deciding(body_id, project_id)

    async def _bind(self, decision: Decision) -> None:
        """Let the activity that waits say what it waits for."""
        await self._mark(decision, {"by": decision.by_side, "question": decision.question})

    async def _mark(self, decision: Decision, needed: dict[str, Any]) -> None:
        if decision.activity_id is None:
            return
        activity = await self._activities.lock(decision.activity_id)
        if activity.project_id != decision.project_id:
            raise Unresolved("#/activityId", decision.activity_id)
        if activity.needed_decision == needed:
            return
        activity.needed_decision = needed
        activity.touch()
        changed = ActivityChanged(
            project_id=activity.project_id,
            activity_id=activity.id,
            version=activity.version,
            state=ActivityState(activity.state).value,
            fields=("neededDecision",),
        )
        await publish(self._session, changed)

    async def _replace_former(self, decision: Decision) -> None:
        if decision.supersedes_id is None:
            return
        former = await self._decisions.get(decision.supersedes_id, lock=True)
        former.state = DecisionState.superseded.value
        former.touch()
        await self._session.flush()  # before its successor is decided: a question has one answer in force
        told = DecisionSuperseded(
            project_id=former.project_id, decision_id=former.id, decision_key=former.key, successor_id=decision.id
        )
        await tell(
            self._session, former.project_id, "decision", "supersede", former, after={"successor_id": decision.id}
        )
        await publish(self._session, told)


def _owner(decision: Decision, said: OutcomeCreate) -> UUID:
    body_id = said.body_id or decision.body_id
    if body_id is None:
        text = Text(
            sv="Ange vilket organ som beslutar", en="Say which body decides", da="Angiv hvilket organ der beslutter"
        )
        raise Invalid(errors=[FieldError(pointer="#/bodyId", detail=text, code="missing")])
    return body_id


def _key_missing() -> Invalid:
    text = Text(sv="Ge frågan en nyckel, eller ange supersedesId", en="Give the question a key, or give supersedesId")
    return Invalid(errors=[FieldError(pointer="#/key", detail=text, code="missing")])
