"""Changing activities: the row, its journal, its event, and the gates that wait for it, in one transaction."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.errors import ActivityAwaited, ActivityNotFound, NotDividable
from services.projects.activity.models import Activity
from services.projects.activity.rights import may_know_of, refusal_to_edit
from services.projects.activity.service import ActivityService
from services.projects.gate.service import GateService
from services.projects.phase.service import PhaseService
from services.projects.plan.vocabulary import ActivityKind, PlanState
from services.projects.progress.editing import NAMES_PLAN, Editor, Frame
from services.projects.progress.rollup import MOVING, follow
from services.projects.progress.schemas import ActivityChange, ActivityCreate
from services.projects.progress.telling import enter, facts_of, tell, tell_batch, write
from services.projects.progress.units import row_at, unknown_units
from services.projects.project.errors import PlanIsApproved
from services.projects.project.models import Project
from services.projects.project.rights import demand, refusal_to_change_row
from services.projects.project.service import ProjectService
from services.projects.unit.service import UnitService
from shared.auth.principal import Principal
from shared.contracts.projects import ActivityAdded, ActivityRemoved
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import Invalid
from shared.kit.text import Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


class ProgressService:
    """Changes to activities, made by one caller.

    `is_agreed` is for a change that was decided as a change request: an approved plan takes no other.
    """

    def __init__(self, session: AsyncSession, caller: Principal, *, is_agreed: bool = False) -> None:
        self._session = session
        self._caller = caller
        self._is_agreed = is_agreed
        self._activities = ActivityService(session)
        self._gates = GateService(session)
        self._projects = ProjectService(session)

    async def frame(self, project: Project, fields: Collection[str]) -> Frame:
        """What these fields of a project's rows can name."""
        is_approved = project.plan_state == PlanState.approved and not self._is_agreed
        if NAMES_PLAN.isdisjoint(fields):
            return Frame(is_approved=is_approved)
        phases, tracks = await PhaseService(self._session).held(project.id)
        return Frame(phases, tracks, is_approved)

    async def change(self, activity_id: UUID, version: int, change: ActivityChange) -> Activity:
        """Raises ActivityNotFound, NotYours, StaleVersion, ProjectClosed, and what `Editor.changed` raises.

        A change that changes nothing leaves no trace.
        """
        activity = await self._held(activity_id)
        demand(refusal_to_edit(self._caller, activity, change.model_fields_set))
        check_version(version, activity.version)
        project = await self._projects.get_active(activity.project_id)
        editor = Editor(self._caller, await self.frame(project, change.model_fields_set))
        children = await self._activities.children([activity.id]) if change.state is not None else ()
        values = editor.changed(activity, change, has_children=bool(children))
        if not values:
            return activity
        before, after = write(activity, values)
        await enter(self._session, "activity.change", activity, before, after)
        await tell(self._session, activity, after)
        if "state" in values:
            await self._gates.reevaluate([activity.project_id], activity_id=activity.id)
        if activity.parent_id is not None and not MOVING.isdisjoint(values):
            await self._roll_up(activity.project_id, activity.parent_id)
        return activity

    async def create(self, project_id: UUID, new: ActivityCreate) -> Activity:
        """Raises ProjectNotFound, ProjectClosed, and what `Editor.new` raises."""
        project = await self._projects.get_active(project_id)
        editor = Editor(self._caller, await self.frame(project, NAMES_PLAN))
        activity = blank(self._session, project_id, await self._activities.last_position(project_id) + 1)
        values = editor.new(activity, new)
        for name, value in values.items():
            setattr(activity, name, value)
        self._activities.add([activity])
        await enter(self._session, "activity.create", activity, {}, facts_of(activity, values.keys()))
        event = ActivityAdded(project_id=project_id, activity_id=activity.id, version=activity.version)
        await publish(self._session, event)
        return activity

    async def remove(self, activity_id: UUID, version: int) -> None:
        """Hide a row and its rows per unit. Raises ActivityNotFound, NotYours, StaleVersion, ProjectClosed,
        PlanIsApproved, ActivityAwaited."""
        activity = await self._held(activity_id)
        demand(refusal_to_change_row(self._caller, activity.side))
        check_version(version, activity.version)
        await self._replannable(activity.project_id)
        children = await self._activities.children([activity.id])
        removed = [activity, *await self._activities.lock_all([child.id for child in children])]
        awaiting = await self._gates.waiting_for([row.id for row in removed])
        if awaiting:
            raise ActivityAwaited([(gate.id, gate.key, Text.model_validate(gate.title)) for gate in awaiting])
        for row in removed:
            row.deleted_at = clock.now()
            row.touch()
        before = {"state": activity.state, "source_ref": activity.source_ref}
        after = {"children": len(removed) - 1}
        await record(self._session, "activity.delete", "activity", activity.id, before=before, after=after)
        event = ActivityRemoved(
            project_id=activity.project_id,
            activity_id=activity.id,
            version=activity.version,
            children=len(removed) - 1,
        )
        await publish(self._session, event)
        if activity.parent_id is not None:
            await self._roll_up(activity.project_id, activity.parent_id)

    async def add_units(self, activity_id: UUID, unit_ids: Sequence[UUID]) -> tuple[list[Activity], list[Activity]]:
        """Let a row be carried out at these units: the rows added, and those that were there. Repeating adds nothing.

        Raises ActivityNotFound, NotYours, ProjectClosed, PlanIsApproved, NotDividable, and Invalid for a unit that is
        unknown or has ended.
        """
        parent = await self._held(activity_id)
        demand(refusal_to_change_row(self._caller, parent.side))
        await self._replannable(parent.project_id)
        if parent.parent_id is not None:
            raise NotDividable()
        errors = unknown_units(unit_ids, await UnitService(self._session).by_ids(unit_ids))
        if errors:
            raise Invalid(errors=errors)
        standing = {child.unit_id: child for child in await self._activities.children([parent.id])}
        wanted = list(dict.fromkeys(unit_ids))
        added = [row_at(parent, unit_id) for unit_id in wanted if unit_id not in standing]
        if added:
            parent.fan_out = parent.fan_out or {"per": "chosen_unit"}
            self._activities.add(added)
            after = {"units": [str(row.unit_id) for row in added]}
            await record(self._session, "activity.add_units", "activity", parent.id, after=after)
            await tell_batch(self._session, added, [])
            await self._roll_up(parent.project_id, parent.id)
        return added, [standing[unit_id] for unit_id in wanted if unit_id in standing]

    async def _held(self, activity_id: UUID) -> Activity:
        activity = await self._activities.lock(activity_id)
        if not may_know_of(self._caller, activity):
            raise ActivityNotFound()
        return activity

    async def _replannable(self, project_id: UUID) -> None:
        project = await self._projects.get_active(project_id)
        if project.plan_state == PlanState.approved and not self._is_agreed:
            raise PlanIsApproved()

    async def _roll_up(self, project_id: UUID, parent_id: UUID) -> None:
        for moved in await follow(self._session, [parent_id]):
            await self._gates.reevaluate([project_id], activity_id=moved)


def blank(session: AsyncSession, project_id: UUID, position: int) -> Activity:
    """A row of the authority's own before anything is said about it; it is no row of any source."""
    return Activity(
        tenant_id=tenant_of(session),
        project_id=project_id,
        phase_id=UUID(int=0),
        position=position,
        title={},
        kind=ActivityKind.task.value,
    )
