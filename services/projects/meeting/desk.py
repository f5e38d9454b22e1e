"""What one caller does with meetings: plan, move, hold, write minutes, set an agenda, and what came of it.

A joint body's meetings are both sides'; a body of one side is that side's. The customer may change all.
"""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.body.change import apply, tell
from services.projects.body.errors import Unresolved
from services.projects.body.models import Body
from services.projects.body.service import BodyService
from services.projects.body.vocabulary import Mandate
from services.projects.decision.desk import DecisionDesk
from services.projects.decision.models import Decision
from services.projects.decision.schemas import OutcomeCreate
from services.projects.decision.service import DecisionService
from services.projects.meeting.agenda import mistakes, too_long, unallocated
from services.projects.meeting.errors import AgendaDoesNotAddUp, AlreadyLinked, MeetingAhead, MeetingOver
from services.projects.meeting.models import ActionItem, AgendaItem, Meeting, MeetingState
from services.projects.meeting.schemas import (
    ActionItemCreate,
    AgendaInput,
    MeetingChange,
    MeetingCreate,
    MeetingDecisionCreate,
)
from services.projects.meeting.service import MeetingService, cadence_of, summon_by
from services.projects.phase.service import PhaseService
from services.projects.progress.schemas import ActivityCreate
from services.projects.progress.service import ProgressService
from services.projects.project.rights import demand, refusal_to_change_row
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.web.preconditions import check_version

OVER = (MeetingState.held, MeetingState.cancelled)
_AFTERWARDS = {"minutes", "attachments"}
USUAL_MINUTES = 60


class MeetingDesk:
    """The meetings of one caller. Every method raises NotYours and ProjectClosed."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._meetings = MeetingService(session)
        self._bodies = BodyService(session)
        self._projects = ProjectService(session)

    async def plan(self, body_id: UUID, new: MeetingCreate) -> Meeting:
        """Raises BodyNotFound, BodyNotAtWork, MeetingTooClose naming both meetings."""
        body = await self.held_body(body_id)
        project = await self._projects.get(body.project_id)
        cadence = cadence_of(body, project.stage)
        await self._meetings.demand_room(body, new.held_on, (cadence and cadence.min_interval_days) or 0)
        usual = (cadence and cadence.duration_minutes) or USUAL_MINUTES
        days = new.summons_days if new.summons_days is not None else body.summons_days
        meeting = Meeting(
            tenant_id=body.tenant_id,
            project_id=body.project_id,
            body_id=body_id,
            **(new.model_dump(exclude={"summons_days"}) | {"duration_minutes": new.duration_minutes or usual}),
            summon_by=summon_by(new.held_on, days),
        )
        await self._meetings.add([meeting])
        after = {"body_id": body_id, "held_on": meeting.held_on}
        await tell(self._session, body.project_id, "meeting", "create", meeting, after=after)
        return meeting

    async def change(self, meeting_id: UUID, version: int, change: MeetingChange) -> Meeting:
        """Raises MeetingNotFound, StaleVersion, MeetingOver, MeetingAhead, MeetingTooClose, BodyNotAtWork."""
        body, meeting = await self._held(meeting_id)
        check_version(version, meeting.version)
        values: dict[str, Any] = change.model_dump(exclude_unset=True)
        if meeting.state in OVER and not _AFTERWARDS.issuperset(values):
            raise MeetingOver()
        if change.held_on is not None and change.held_on != meeting.held_on:
            project = await self._projects.get(body.project_id)
            cadence = cadence_of(body, project.stage)
            minimum = (cadence and cadence.min_interval_days) or 0
            await self._meetings.demand_room(body, change.held_on, minimum, meeting.id)
            lead = (meeting.held_on - meeting.summon_by).days if meeting.summon_by else None
            values["summon_by"] = summon_by(change.held_on, lead)
        await self._demand_agenda_fits(meeting, change)
        values |= self._state_values(meeting, change)
        before, after = apply(meeting, values)
        if after:
            traced = {name: "changed" if name == "attachments" else value for name, value in after.items()}
            before = {name: value for name, value in before.items() if name != "attachments"}
            await tell(self._session, body.project_id, "meeting", "change", meeting, before=before, after=traced)
        if after.get("state") == MeetingState.held:
            project = await self._projects.get(body.project_id)
            await self._session.flush()
            await self._meetings.tell_held(body, (await self._meetings.punctuality([body], project.stage))[body.id])
        return meeting

    async def set_agenda(self, meeting_id: UUID, version: int, wanted: AgendaInput) -> Meeting:
        """Replace the agenda. Raises MeetingNotFound, StaleVersion, MeetingOver, AgendaDoesNotAddUp, Unresolved."""
        body, meeting = await self._held(meeting_id)
        check_version(version, meeting.version)
        if meeting.state in OVER:
            raise MeetingOver()
        if wrong := mistakes(meeting.local_start, meeting.duration_minutes, wanted.items):
            raise AgendaDoesNotAddUp(wrong)
        known = {one.id for one in await DecisionService(self._session).in_force(body.project_id)}
        for number, item in enumerate(wanted.items):
            if item.decision_id is not None and item.decision_id not in known:
                raise Unresolved(f"#/items/{number}/decisionId", item.decision_id)
        rows = [
            AgendaItem(
                tenant_id=meeting.tenant_id,
                meeting_id=meeting_id,
                position=position,
                **item.model_dump(exclude={"starts_at"}),
            )
            for position, item in enumerate(wanted.items, start=1)
        ]
        await self._meetings.replace_agenda(meeting_id, rows)
        meeting.touch()
        await tell(self._session, body.project_id, "meeting", "agenda", meeting, after={"items": len(rows)})
        return meeting

    async def act(self, meeting_id: UUID, wanted: ActionItemCreate) -> ActionItem:
        """Link an activity, or add one to the plan. Raises MeetingNotFound, AlreadyLinked, Unresolved,
        ActivityNotFound."""
        body, meeting = await self._held(meeting_id)
        activity_id = wanted.activity_id
        if activity_id is not None:
            activity = await ActivityService(self._session).get(activity_id)
            if activity.project_id != body.project_id:
                raise Unresolved("#/activityId", activity_id)
            if activity_id in {one.activity_id for one in await self._meetings.actions(meeting_id)}:
                raise AlreadyLinked()
        else:
            activity_id = await self._new_activity(body, meeting, wanted)
        item = ActionItem(tenant_id=meeting.tenant_id, meeting_id=meeting_id, activity_id=activity_id)
        await self._meetings.add([item])
        meeting.touch()
        after = {"activity_id": activity_id}
        await tell(self._session, body.project_id, "meeting", "act", meeting, after=after)
        return item

    async def decide(self, meeting_id: UUID, said: MeetingDecisionCreate) -> Decision:
        """Take a decision at the meeting, for its body. Raises MeetingAhead, MeetingOver, and what taking raises."""
        meeting = await self._meetings.get(meeting_id)
        if meeting.state == MeetingState.cancelled:
            raise MeetingOver()
        if meeting.held_on > clock.today():
            raise MeetingAhead()
        decision = await DecisionService(self._session).get(said.decision_id)
        if decision.project_id != meeting.project_id:
            raise Unresolved("#/decisionId", said.decision_id)
        outcome = OutcomeCreate.model_validate(
            said.model_dump(exclude={"decision_id", "body_id"}) | {"body_id": meeting.body_id}
        )
        return await DecisionDesk(self._session, self._caller).take(said.decision_id, outcome, meeting_id=meeting_id)

    async def held_body(self, body_id: UUID) -> Body:
        """The body, locked: of two that plan at once the second sees the first one's meeting."""
        body = await self._bodies.get(body_id, lock=True)
        demand(refusal_to_change_row(self._caller, body.side, Scope.bodies_write))
        await self._projects.get_active(body.project_id)
        return body

    async def _held(self, meeting_id: UUID) -> tuple[Body, Meeting]:
        meeting = await self._meetings.get(meeting_id)
        body = await self.held_body(meeting.body_id)
        return body, await self._meetings.get(meeting_id, lock=True)

    async def _demand_agenda_fits(self, meeting: Meeting, change: MeetingChange) -> None:
        """A meeting cannot be made shorter than its agenda."""
        if change.duration_minutes is None:
            return
        over = -unallocated(change.duration_minutes, await self._meetings.agenda(meeting.id))
        if over > 0:
            raise AgendaDoesNotAddUp([too_long(over, "#/durationMinutes")])

    def _state_values(self, meeting: Meeting, change: MeetingChange) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if change.minutes is not None and change.minutes != meeting.minutes:
            found["minutes_by"] = self._caller.subject
        if change.state is None:
            return found
        day = change.held_on or meeting.held_on
        if change.state == MeetingState.held and day > clock.today():
            raise MeetingAhead()
        if change.state == MeetingState.summoned:
            return found | {"summoned_at": meeting.summoned_at or clock.now()}
        return found | {"closed_at": clock.now()}

    async def _new_activity(self, body: Body, meeting: Meeting, wanted: ActionItemCreate) -> UUID:
        """A task in the phase that is named, else in the one that runs on the day of the meeting, else in the last.

        A body with a mandate gives tasks in an approved plan too; others ask by a change request.
        """
        phases = await PhaseService(self._session).list_after(body.project_id, None, None)
        running = [
            one for one in phases if one.window is not None and one.window.start <= meeting.held_on <= one.window.end
        ]
        phase_id = wanted.phase_id or (running or list(phases))[-1].id
        window = wanted.due_on and {"start": wanted.due_on, "end": wanted.due_on, "precision": "day"}
        row = {
            "title": {"sv": wanted.title},
            "phase_id": phase_id,
            "side": wanted.side,
            "owner_id": wanted.owner_id,
            "window": window,
        }
        given = {name: value for name, value in row.items() if value is not None}
        progress = ProgressService(self._session, self._caller, is_agreed=body.mandate == Mandate.decides)
        return (await progress.create(body.project_id, ActivityCreate.model_validate(given))).id
