"""Changing activities over HTTP."""

from fastapi import Response

from services.projects.activity.auth import ActivitiesWrite
from services.projects.activity.endpoints import ActivityId
from services.projects.activity.schemas import ActivityPublic
from services.projects.activity.view import show
from services.projects.progress.schemas import ActivityChange
from services.projects.progress.service import ProgressService
from shared.kit import clock
from shared.web import IfMatch, LangDep, SessionDep, etag, new_router
from shared.web.route import problem_responses

router = new_router("activities")


@router.patch(
    "/activities/{activityId}",
    name="activities_patch",
    summary="Change an activity",
    responses=problem_responses(412, 428),
)
async def activities_patch(
    activity_id: ActivityId,
    body: ActivityChange,
    caller: ActivitiesWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> ActivityPublic:
    """Move an activity in time, change its state, notes or owner; gates that wait for it follow at once.

    A supplier may change its own and joint rows. Approving a delivery or the plan is the customer's approver's.
    """
    activity = await ProgressService(session, caller).change(activity_id, version, body)
    etag(response, activity.version)
    return show(activity, caller, lang, clock.today())
