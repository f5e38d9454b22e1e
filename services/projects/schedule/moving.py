"""Simulating changes of plans, and carrying one out: all of it or nothing, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.activity.service import ActivityService
from services.projects.calendar.schemas import ProjectCalendarChange
from services.projects.calendar.service import CalendarService
from services.projects.dependency.service import DependencyService
from services.projects.gate.service import GateService
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.schedule.change_schemas import (
    CalendarChanges,
    CalendarPreviewCreate,
    ScheduleChange,
    ScheduleChangeAcross,
    ScheduleDelta,
)
from services.projects.schedule.checking import checked
from services.projects.schedule.delta import show_delta
from services.projects.schedule.errors import LINK_UNKNOWN, NOT_IN_PLAN, ChangeRefused, RowChangedMeanwhile
from services.projects.schedule.plan import Plan, PlanActivity
from services.projects.schedule.service import ScheduleService
from services.projects.schedule.what_if import Outcome
from shared.auth.principal import Principal
from shared.contracts.projects import ProjectRescheduled
from shared.kit.journal import record
from shared.kit.problems import FieldError
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

_ALL_GATES = 10_000


class MovingService:
    """What-if for the session's tenant, and moving a plan."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._activities = ActivityService(session)
        self._calendars = CalendarService(session)
        self._dependencies = DependencyService(session)
        self._gates = GateService(session)
        self._projects = ProjectService(session)
        self._schedules = ScheduleService(session)

    async def simulate(self, project_id: UUID, asked: ScheduleChange) -> ScheduleDelta:
        """Raises ProjectNotFound, ChangeRefused, DependencyCircle, PlanTooLong. Saves nothing."""
        project = await self._projects.get(project_id)
        plan = await self._schedules.plan_of(project)
        return await self._delta(await self._outcome(project, plan, asked), asked)

    async def simulate_across(self, asked: ScheduleChangeAcross) -> list[ScheduleDelta]:
        """The same for several projects, each with the moves and links of its own rows."""
        projects = [await self._projects.get(each) for each in dict.fromkeys(asked.project_ids)]
        plans = [await self._schedules.plan_of(project) for project in projects]
        _demand_known(plans, asked)
        found = []
        for project, plan in zip(projects, plans, strict=True):
            own = _own_part(plan, asked, {key: on for key, on in asked.options.items() if key in project.options})
            found.append(await self._delta(await self._outcome(project, plan, own), own))
        return found

    async def preview(self, asked: CalendarPreviewCreate) -> list[ScheduleDelta]:
        """What other days would move in each project; projects where nothing moves are left out."""
        chosen = asked.project_ids or await self._projects.active_ids()
        change = ScheduleChange(calendar_changes=asked.calendar_changes)
        await self._demand_units(asked.calendar_changes)
        found = [await self.simulate(each, change) for each in dict.fromkeys(chosen)]
        return [each for each in found if each.moved or each.new_conflicts or each.solved_conflicts]

    async def carry_out(
        self, project_id: UUID, version: int, asked: ScheduleChange, caller: Principal, *, is_decided: bool = False
    ) -> tuple[ScheduleDelta, int]:
        """Make a simulated change so; returns what was moved and the project's new version.

        `is_decided`: a change request was decided, so that an approved plan may move. Raises what `simulate` raises,
        and ProjectClosed, PlanIsApproved, StaleVersion, RowChangedMeanwhile.
        """
        project = await self._projects.lock_active(project_id)
        if not is_decided:
            await self._projects.get_replannable(project_id)
        check_version(version, project.version)
        plan = await self._schedules.plan_of(project)
        outcome = await self._outcome(project, plan, asked)
        delta = await self._delta(outcome, asked)
        await self._move_rows(outcome)
        await self._change_frame(project_id, asked, caller)
        project.options = {**project.options, **asked.options}
        project.touch()
        await self._tell(project, delta)
        if asked.options:
            await self._gates.reevaluate([project_id])
        return delta, project.version

    async def _outcome(self, project: Project, plan: Plan, asked: ScheduleChange) -> Outcome:
        await self._demand_units(asked.calendar_changes)
        change = checked(plan, asked, project_options=project.options)
        return await self._schedules.simulate(plan, change)

    async def _delta(self, outcome: Outcome, asked: ScheduleChange) -> ScheduleDelta:
        gates = await self._gates.list_after(outcome.plan.project_id, None, _ALL_GATES) if outcome.moved else []
        return show_delta(outcome, {move.activity_id for move in asked.moves}, gates)

    async def _demand_units(self, asked: CalendarChanges) -> None:
        for number, added in enumerate(asked.add):
            await self._calendars.demand_unit(added.unit_id, f"#/calendarChanges/add/{number}/unitId")

    async def _move_rows(self, outcome: Outcome) -> None:
        """Write what differs between the two plans. Raises RowChangedMeanwhile."""
        old, new = outcome.plan.activities, outcome.changed.activities
        changed = {key: row for key, row in new.items() if row is not old[key] and row != old[key]}
        held = await self._activities.lock_all(list(changed))
        if {row.id: row.version for row in held} != {key: row.version for key, row in changed.items()}:
            raise RowChangedMeanwhile()
        for row in held:
            _write(row, changed[row.id])
        await self._session.flush()

    async def _change_frame(self, project_id: UUID, asked: ScheduleChange, caller: Principal) -> None:
        """The links and calendars of the change, each with its own journal entry and event."""
        for link_id in asked.dependencies.remove:
            await self._dependencies.remove(link_id, None, caller, is_decided=True)
        for number, link in enumerate(asked.dependencies.add):
            await self._dependencies.create(
                project_id, link, caller, at=f"#/dependencies/add/{number}", is_decided=True
            )
        calendar = asked.calendar_changes
        for exception_id in calendar.remove:
            await self._calendars.remove(exception_id)
        for new in calendar.add:
            await self._calendars.create(new)
        if calendar.country is not None:
            _, version = await self._calendars.of_project(project_id)
            await self._calendars.choose(project_id, version, ProjectCalendarChange(country=calendar.country))

    async def _tell(self, project: Project, delta: ScheduleDelta) -> None:
        before = {str(row.id): _noted(row.before.window) for row in delta.moved}
        after = {str(row.id): _noted(row.after.window) for row in delta.moved}
        facts = {"end": delta.end_before, "windows": before}, {"end": delta.end_after, "windows": after}
        await record(self._session, "project.reschedule", "project", project.id, before=facts[0], after=facts[1])
        event = ProjectRescheduled(
            project_id=project.id, version=project.version, moved=len(delta.moved), end=delta.end_after
        )
        await publish(self._session, event)


def _write(row: Activity, now: PlanActivity) -> None:
    row.set_window(now.window)
    row.is_pinned, row.is_enabled = now.is_pinned, now.is_enabled
    if row.duration_days_max != now.duration_days_max:
        row.duration_days_max = now.duration_days_max
        least = row.duration_days_min
        is_kept = least is not None and now.duration_days_max is not None and least <= now.duration_days_max
        row.duration_days_min = least if is_kept else now.duration_days_max
    row.touch()


def _noted(window: object) -> object:
    return None if window is None else [getattr(window, "start", None), getattr(window, "end", None)]


def _demand_known(plans: Sequence[Plan], asked: ScheduleChange) -> None:
    """Every row and link that is named belongs to one of the plans. Raises ChangeRefused."""
    rows = {key for plan in plans for key in plan.activities}
    links = {link.id for plan in plans for link in plan.links}
    wrong = [
        FieldError(pointer=f"#/moves/{number}/activityId", detail=NOT_IN_PLAN, code="unknown")
        for number, move in enumerate(asked.moves)
        if move.activity_id not in rows
    ]
    for number, link in enumerate(asked.dependencies.add):
        home = next((plan for plan in plans if link.successor_id in plan.activities), None)
        if home is None or link.predecessor_id not in home.activities:
            pointer = f"#/dependencies/add/{number}"
            wrong.append(FieldError(pointer=pointer, detail=NOT_IN_PLAN, code="unknown"))
    wrong += [
        FieldError(pointer=f"#/dependencies/remove/{number}", detail=LINK_UNKNOWN, code="unknown")
        for number, link_id in enumerate(asked.dependencies.remove)
        if link_id not in links
    ]
    if wrong:
        raise ChangeRefused(wrong)


def _own_part(plan: Plan, asked: ScheduleChange, options: dict[str, bool]) -> ScheduleChange:
    own = {link.id for link in plan.links}
    links = asked.dependencies
    return ScheduleChange(
        moves=[move for move in asked.moves if move.activity_id in plan.activities],
        options=options,
        calendar_changes=asked.calendar_changes,
        dependencies=links.model_copy(
            update={
                "add": [link for link in links.add if link.successor_id in plan.activities],
                "remove": [link_id for link_id in links.remove if link_id in own],
            }
        ),
    )
