"""Activities over HTTP, to read; `progress` changes them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.projects.activity.auth import ActivitiesRead
from services.projects.activity.listing import PlainFirst, answer
from services.projects.activity.schemas import ActivityItem, ActivityPublic
from services.projects.activity.service import ActivityFilter, ActivityService
from services.projects.activity.view import show
from services.projects.plan.vocabulary import ActivityKind, ActivityState, PartySide
from services.projects.project.endpoints import ProjectId
from shared.kit import clock
from shared.web import AsOf, LangDep, Page, PageDep, SessionDep, etag, new_router

router = new_router("activities")

ActivityId = Annotated[UUID, Path(alias="activityId")]


async def _narrowed(
    state: Annotated[ActivityState | None, Query(description="Only in this state")] = None,
    side: Annotated[PartySide | None, Query(description="Only rows of this side")] = None,
    kind: Annotated[ActivityKind | None, Query(description="Only of this kind")] = None,
    phase_id: Annotated[UUID | None, Query(alias="phaseId", description="Only of this phase")] = None,
    track_key: Annotated[str | None, Query(alias="trackKey", max_length=60, description="Only of this track")] = None,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only rows of this unit")] = None,
    parent_id: Annotated[UUID | None, Query(alias="parentId", description="Only the rows per unit below it")] = None,
    owner_id: Annotated[UUID | None, Query(alias="ownerId", description="Only of this account")] = None,
    enabled: Annotated[bool | None, Query(description="Only rows that apply, or only those that do not")] = None,
    checklist: Annotated[bool | None, Query(description="Only rows of the checklist, or only others")] = None,
    overdue: Annotated[bool | None, Query(description="Only late rows, or only those that are not")] = None,
    external_party: Annotated[
        str | None, Query(alias="externalParty", max_length=200, description="Only what this third party owes")
    ] = None,
    due_before: Annotated[date | None, Query(alias="dueBefore", description="Window ends before this day")] = None,
    due_after: Annotated[date | None, Query(alias="dueAfter", description="Window ends after this day")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words that the title holds, in any language")] = None,
) -> ActivityFilter:
    return ActivityFilter(
        state=state,
        side=side,
        kind=kind,
        phase_id=phase_id,
        track_key=track_key,
        unit_id=unit_id,
        parent_id=parent_id,
        owner_id=owner_id,
        is_enabled=enabled,
        is_checklist=checklist,
        is_overdue=overdue,
        external_party=external_party,
        due_before=due_before,
        due_after=due_after,
        words=q or None,
    )


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
    dependencies=[AsOf],
    summary="List the activities of a project",
    response_model=Page[ActivityItem],
    route_class_override=PlainFirst,
)


@router.get("/activities/{activityId}", name="activities_get", summary="Read an activity", dependencies=[AsOf])
async def activities_get(
    activity_id: ActivityId, caller: ActivitiesRead, session: SessionDep, lang: LangDep, response: Response
) -> ActivityPublic:
    """One activity, and what the caller may do with it."""
    activities = ActivityService(session)
    activity = await activities.get(activity_id)
    etag(response, activity.version)
    return show(activity, caller, lang, clock.today(), await activities.around(activity))
