"""Data requests over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.projects.datarequest.schemas import (
    DataRequestAnswer,
    DataRequestChange,
    DataRequestCreate,
    DataRequestNote,
    DataRequestPublic,
)
from services.projects.datarequest.service import DataRequestService, RequestFilter
from services.projects.datarequest.view import show
from services.projects.goal.auth import GoalsAnswer, GoalsLead, GoalsMove, GoalsRead
from services.projects.project.endpoints import ProjectId, Projects
from shared.kit import clock
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("data-requests")

DataRequestId = Annotated[UUID, Path(alias="dataRequestId")]


async def _service(session: SessionDep) -> DataRequestService:
    return DataRequestService(session)


async def _narrowed(
    is_open: Annotated[bool | None, Query(alias="open", description="Only open ones, or only closed ones")] = None,
    overdue: Annotated[bool | None, Query(description="Only those with something late, or only those without")] = None,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only those that ask this unit")] = None,
) -> RequestFilter:
    return RequestFilter(is_open, overdue, unit_id)


Requests = Annotated[DataRequestService, Depends(_service)]


@router.get(
    "/projects/{projectId}/data-requests",
    name="data_requests_list",
    summary="List data requests",
    dependencies=[AsOf],
)
async def data_requests_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    requests: Requests,
    narrowed: Annotated[RequestFilter, Depends(_narrowed)],
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[DataRequestPublic]:
    """What was asked of the units, oldest first; `open` and `overdue` show the promises that are not yet kept."""
    await projects.get(project_id)
    after, today = page.keys(UUID), clock.today()
    views = await requests.list_after(project_id, narrowed, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        views,
        key=lambda view: [view.request.id],
        show=lambda view: show(view, caller, lang, today),
    )


@router.post(
    "/projects/{projectId}/data-requests",
    name="data_requests_create",
    status_code=201,
    summary="Ask units for data",
)
async def data_requests_create(
    project_id: ProjectId,
    body: DataRequestCreate,
    caller: GoalsLead,
    requests: Requests,
    lang: LangDep,
    request: Request,
    response: Response,
) -> DataRequestPublic:
    """Ask units for a value or an answer, and promise by when they hear what came of it."""
    view = await requests.add(project_id, body, caller)
    created(response, request, f"/projects/v1/data-requests/{view.request.id}")
    etag(response, view.request.version)
    return show(view, caller, lang, clock.today())


@router.get(
    "/data-requests/{dataRequestId}",
    name="data_requests_get",
    summary="Read a data request",
    dependencies=[AsOf],
)
async def data_requests_get(
    request_id: DataRequestId, caller: GoalsRead, requests: Requests, lang: LangDep, response: Response
) -> DataRequestPublic:
    """One request, who has answered, and what is late."""
    view = await requests.get(request_id)
    etag(response, view.request.version)
    return show(view, caller, lang, clock.today())


@router.patch(
    "/data-requests/{dataRequestId}",
    name="data_requests_patch",
    summary="Change a data request",
    responses=problem_responses(412, 428),
)
async def data_requests_patch(
    request_id: DataRequestId,
    body: DataRequestChange,
    caller: GoalsMove,
    version: IfMatch,
    requests: Requests,
    lang: LangDep,
    response: Response,
) -> DataRequestPublic:
    """Move the days of an open request, or give it to another owner."""
    view = await requests.change(request_id, version, body, caller)
    etag(response, view.request.version)
    return show(view, caller, lang, clock.today())


@router.post(
    "/data-requests/{dataRequestId}/answers",
    name="data_request_answers_create",
    summary="Answer for a unit",
)
async def data_request_answers_create(
    request_id: DataRequestId, body: DataRequestAnswer, caller: GoalsAnswer, requests: Requests, lang: LangDep
) -> DataRequestPublic:
    """Answer for a unit, as its head or as a leader. A value becomes a measurement of the indicator."""
    return show(await requests.answer(request_id, body, caller), caller, lang, clock.today())


@router.post(
    "/data-requests/{dataRequestId}/follow-ups",
    name="data_request_follow_ups_create",
    summary="Follow a request up",
)
async def data_request_follow_ups_create(
    request_id: DataRequestId, body: DataRequestNote, caller: GoalsMove, requests: Requests, lang: LangDep
) -> DataRequestPublic:
    """Write down what the answers showed."""
    return show(await requests.follow_up(request_id, body.text, caller), caller, lang, clock.today())


@router.post(
    "/data-requests/{dataRequestId}/feedbacks",
    name="data_request_feedbacks_create",
    summary="Feed back",
)
async def data_request_feedbacks_create(
    request_id: DataRequestId, body: DataRequestNote, caller: GoalsMove, requests: Requests, lang: LangDep
) -> DataRequestPublic:
    """Tell the units what came of their answers."""
    return show(await requests.feed_back(request_id, body.text, caller), caller, lang, clock.today())


@router.post(
    "/data-requests/{dataRequestId}/closures",
    name="data_request_closures_create",
    summary="Close a request",
)
async def data_request_closures_create(
    request_id: DataRequestId, caller: GoalsMove, requests: Requests, lang: LangDep
) -> DataRequestPublic:
    """Close a request. Answers 409 with what lacks while it is not followed up and fed back."""
    return show(await requests.close(request_id, caller), caller, lang, clock.today())
