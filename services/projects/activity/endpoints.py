"""Activities over HTTP, to read; `progress` changes them."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.projects.activity.auth import ActivitiesRead
from services.projects.activity.listing import PlainFirst, answer
from services.projects.activity.schemas import ActivityItem, ActivityPublic
from services.projects.activity.service import ActivityFilter, ActivityService
from services.projects.activity.view import show
from services.projects.plan.vocabulary import ActivityState, PartySide
from services.projects.project.endpoints import ProjectId
from shared.kit import clock
from shared.web import LangDep, Page, PageDep, SessionDep, etag, new_router

router = new_router("activities")

ActivityId = Annotated[UUID, Path(alias="activityId")]


async def _narrowed(
    state: Annotated[ActivityState | None, Query(description="Only in this state")] = None,
    side: Annotated[PartySide | None, Query(description="Only rows of this side")] = None,
    phase_id: Annotated[UUID | None, Query(alias="phaseId", description="Only of this phase")] = None,
    owner_id: Annotated[UUID | None, Query(alias="ownerId", description="Only of this account")] = None,
    enabled: Annotated[bool | None, Query(description="Only rows that apply, or only those that do not")] = None,
    overdue: Annotated[bool | None, Query(description="Only late rows, or only those that are not")] = None,
) -> ActivityFilter:
    return ActivityFilter(state, side, phase_id, owner_id, enabled, overdue)


async def activities_list(
    project_id: ProjectId,
    caller: ActivitiesRead,
    request: Request,
    page: PageDep,
    narrowed: Annotated[ActivityFilter, Depends(_narrowed)],
) -> Response:
    """Activities in the order of the plan. Rows of options that were not chosen are there, with `isEnabled` false."""
    return await answer(request, caller, project_id, page, narrowed)


router.add_api_route(
    "/projects/{projectId}/activities",
    activities_list,
    methods=["GET"],
    summary="List the activities of a project",
    response_model=Page[ActivityItem],
    route_class_override=PlainFirst,
)


@router.get("/activities/{activityId}", name="activities_get", summary="Read an activity")
async def activities_get(
    activity_id: ActivityId, caller: ActivitiesRead, session: SessionDep, lang: LangDep, response: Response
) -> ActivityPublic:
    """One activity, and what the caller may do with it."""
    activity = await ActivityService(session).get(activity_id)
    etag(response, activity.version)
    return show(activity, caller, lang, clock.today())
