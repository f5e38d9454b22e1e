"""Computed plans over HTTP: dates and slack, what if, moving a plan, and why something is not done."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.activity.endpoints import ActivityId
from services.projects.gate.schemas import GateExplanation
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.schedule.auth import (
    CalendarPreviewsRead,
    GateExplanationsRead,
    SchedulesRead,
    SchedulesWrite,
)
from services.projects.schedule.change_schemas import (
    CalendarPreviewCreate,
    ReschedulePublic,
    ScheduleChange,
    ScheduleChangeAcross,
    ScheduleDelta,
    ScheduleDeltas,
)
from services.projects.schedule.delta import show_deltas
from services.projects.schedule.explain import ExplainService
from services.projects.schedule.moving import MovingService
from services.projects.schedule.schemas import ActivityExplanation, CriticalPath, ProjectSchedule
from services.projects.schedule.service import ScheduleService
from services.projects.schedule.view import show, show_paths
from shared.auth.scopes import Scope
from shared.web import AsOf, IfMatch, SessionDep, created, etag, new_router
from shared.web.route import problem_responses

router = new_router("schedules")

GateId = Annotated[UUID, Path(alias="gateId")]


async def _schedules(session: SessionDep) -> ScheduleService:
    return ScheduleService(session)


async def _moving(session: SessionDep) -> MovingService:
    return MovingService(session)


async def _explain(session: SessionDep) -> ExplainService:
    return ExplainService(session)


Schedules = Annotated[ScheduleService, Depends(_schedules)]
Moving = Annotated[MovingService, Depends(_moving)]
Explain = Annotated[ExplainService, Depends(_explain)]


@router.get(
    "/projects/{projectId}/schedule",
    name="project_schedule_get",
    summary="Read the computed schedule of a project",
    dependencies=[AsOf],
)
async def project_schedule_get(project_id: ProjectId, caller: SchedulesRead, schedules: Schedules) -> ProjectSchedule:
    """Earliest and latest dates, slack, what is critical, late or impossible, computed at this moment."""
    plan = await schedules.plan(project_id)
    return show(plan, await schedules.compute(plan))


@router.get(
    "/projects/{projectId}/critical-path",
    name="critical_path_get",
    summary="Read the critical path of a project",
    dependencies=[AsOf],
)
async def critical_path_get(project_id: ProjectId, caller: SchedulesRead, schedules: Schedules) -> CriticalPath:
    """The chains of rows whose delay delays the end or breaks a pinned date; at most ten, the latest first."""
    plan = await schedules.plan(project_id)
    return show_paths(plan, await schedules.compute(plan))


@router.post(
    "/projects/{projectId}/schedule-simulations",
    name="project_schedule_simulations_create",
    summary="Ask what a change would move in a project",
)
async def project_schedule_simulations_create(
    project_id: ProjectId, body: ScheduleChange, caller: SchedulesRead, moving: Moving
) -> ScheduleDelta:
    """Only what differs: rows before and after, what becomes late or impossible, gates, the end. Nothing is saved."""
    return await moving.simulate(project_id, body)


@router.post(
    "/schedule-simulations", name="schedule_simulations_create", summary="Ask what a change would move in projects"
)
async def schedule_simulations_create(
    body: ScheduleChangeAcross, caller: SchedulesRead, moving: Moving
) -> ScheduleDeltas:
    """The same across projects, such as the waves of a programme. Nothing is saved."""
    return show_deltas(await moving.simulate_across(body))


@router.post(
    "/calendar-change-previews", name="calendar_change_previews_create", summary="Preview a change of calendars"
)
async def calendar_change_previews_create(
    body: CalendarPreviewCreate, caller: CalendarPreviewsRead, moving: Moving
) -> ScheduleDeltas:
    """Which activities of which projects other working days would move. Nothing is saved, here or by the change."""
    return show_deltas(await moving.preview(body))


@router.post(
    "/projects/{projectId}/reschedules",
    name="reschedules_create",
    status_code=201,
    summary="Move a plan",
    responses=problem_responses(412, 428),
)
async def reschedules_create(
    project_id: ProjectId,
    body: ScheduleChange,
    caller: SchedulesWrite,
    version: IfMatch,
    projects: Projects,
    moving: Moving,
    request: Request,
    response: Response,
) -> ReschedulePublic:
    """Make a simulated change so: all of it or nothing. Pinned rows and rows that are done never move.

    `If-Match` names the version of the project. The simulation of the same body is its dry run.
    """
    await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.activities_write))
    if body.calendar_changes.model_fields_set:
        demand(refusal_to_lead(caller, Scope.calendars_write))
    delta, now = await moving.carry_out(project_id, version, body, caller)
    created(response, request, f"/projects/v1/projects/{project_id}/schedule")
    etag(response, now)
    return ReschedulePublic(**delta.model_dump(), version=now)


@router.get(
    "/activities/{activityId}/explanations",
    name="activity_explanations_get",
    summary="Explain what an activity waits for",
    dependencies=[AsOf],
)
async def activity_explanations_get(
    activity_id: ActivityId, caller: SchedulesRead, explain: Explain
) -> ActivityExplanation:
    """The chain from the activity to the row at its root, the side that must act, and a sentence that says both."""
    return await explain.activity(activity_id)


@router.get(
    "/gates/{gateId}/explanations",
    name="gate_explanations_get",
    summary="Explain what blocks a gate",
    dependencies=[AsOf],
)
async def gate_explanations_get(gate_id: GateId, caller: GateExplanationsRead, explain: Explain) -> GateExplanation:
    """The chain from the gate to each fact that is missing, down to the row at its root, and who must act."""
    return await explain.gate(gate_id)
