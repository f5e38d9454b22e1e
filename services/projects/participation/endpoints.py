"""Participants and effort over HTTP."""

from fastapi import Response

from services.projects.activity.auth import ActivitiesRead, ActivitiesWrite
from services.projects.activity.endpoints import ActivityId
from services.projects.activity.service import ActivityService
from services.projects.participation.schemas import EffortPublic, ParticipationsPublic, ParticipationsPut
from services.projects.participation.service import ParticipationService
from services.projects.participation.view import show_effort, show_participants
from services.projects.phase.service import PhaseService
from services.projects.project.endpoints import ProjectId, Projects
from shared.web import AsOf, IfMatch, LangDep, SessionDep, etag, new_router
from shared.web.route import problem_responses

router = new_router("activities")


@router.get(
    "/activities/{activityId}/participations",
    name="activity_participations_get",
    summary="Read who takes part in an activity",
    dependencies=[AsOf],
)
async def activity_participations_get(
    activity_id: ActivityId, caller: ActivitiesRead, session: SessionDep, lang: LangDep, response: Response
) -> ParticipationsPublic:
    """Everybody who takes part, as what, and with how many hours. The ETag is the activity's."""
    activity = await ActivityService(session).get(activity_id)
    etag(response, activity.version)
    rows = await ParticipationService(session).of_activities([activity_id])
    return show_participants(activity, rows, caller, lang)


@router.put(
    "/activities/{activityId}/participations",
    name="activity_participations_put",
    summary="Say who takes part in an activity",
    responses=problem_responses(412, 428),
)
async def activity_participations_put(
    activity_id: ActivityId,
    body: ParticipationsPut,
    caller: ActivitiesWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> ParticipationsPublic:
    """All participants at once, with estimates and actual hours. Exactly one is accountable (A); a joint row has
    somebody responsible (R) on both sides. A side other than the customer's changes only its own participants.
    """
    participations = ParticipationService(session)
    activity = await participations.replace(activity_id, version, body.items, caller)
    etag(response, activity.version)
    return show_participants(activity, await participations.of_activities([activity_id]), caller, lang)


@router.get(
    "/projects/{projectId}/effort",
    name="project_effort_get",
    summary="Read the effort of a project in hours",
    dependencies=[AsOf],
)
async def project_effort_get(
    project_id: ProjectId, caller: ActivitiesRead, projects: Projects, session: SessionDep
) -> EffortPublic:
    """Estimated ranges beside actual hours, per side: in all, per phase, per track and per step."""
    await projects.get(project_id)
    totals = await ParticipationService(session).effort(project_id)
    frame = PhaseService(session)
    rows = await ActivityService(session).by_ids(totals.steps.keys())
    return show_effort(
        project_id,
        totals,
        await frame.list_after(project_id, None, None),
        await frame.tracks_after(project_id, None, None),
        {row.id: row for row in rows},
    )
