"""Change requests over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.projects.agreement.models import ChangeRequest, RequestState
from services.projects.agreement.service import AgreementService
from services.projects.changerequest.auth import ChangeRequestsRead, ChangeRequestsWrite
from services.projects.changerequest.desk import ChangeRequests
from services.projects.changerequest.schemas import (
    ChangeRequestChange,
    ChangeRequestCreate,
    ChangeRequestDecision,
    ChangeRequestPublic,
)
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import refusal_to_decide, refusal_to_propose
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang, Text
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import Method, allowed_action
from shared.web.as_of import AsOf
from shared.web.route import problem_responses

router = new_router("change-requests")

ChangeRequestId = Annotated[UUID, Path(alias="changeRequestId")]
ROOT = "/projects/v1/change-requests"
_NOT_DRAFT = Text(sv="Bara ett utkast kan ändras och lämnas in", en="Only a draft can be changed and submitted")
_NOT_SUBMITTED = Text(sv="Bara det som är inlämnat kan beslutas", en="Only what is submitted can be decided")
_SETTLED = Text(sv="Den är redan avgjord", en="It is settled already")


@router.get(
    "/projects/{projectId}/change-requests",
    name="change_requests_list",
    summary="List the change requests of a project",
    dependencies=[AsOf],
)
async def change_requests_list(
    project_id: ProjectId,
    caller: ChangeRequestsRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
    state: Annotated[RequestState | None, Query(description="Only in this state")] = None,
) -> Page[ChangeRequestPublic]:
    """Every wish to change the plan, oldest first."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await AgreementService(session).requests(project_id, state, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _shown(row, caller, request, lang))


@router.post(
    "/projects/{projectId}/change-requests",
    name="change_requests_create",
    status_code=201,
    summary="Ask for a change of the plan",
)
async def change_requests_create(
    project_id: ProjectId,
    body: ChangeRequestCreate,
    caller: ChangeRequestsWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ChangeRequestPublic:
    """A draft with its computed impact. Leaders of customer and supplier may ask."""
    made = await ChangeRequests(session, caller).create(project_id, body)
    created(response, request, f"{ROOT}/{made.id}")
    etag(response, made.version)
    return _shown(made, caller, request, lang)


@router.get(
    "/change-requests/{changeRequestId}",
    name="change_requests_get",
    summary="Read a change request",
    dependencies=[AsOf],
)
async def change_requests_get(
    change_request_id: ChangeRequestId,
    caller: ChangeRequestsRead,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ChangeRequestPublic:
    """What is asked for, why, what it would do, and what became of it."""
    found = await AgreementService(session).request(change_request_id)
    etag(response, found.version)
    return _shown(found, caller, request, lang)


@router.patch(
    "/change-requests/{changeRequestId}",
    name="change_requests_patch",
    summary="Adjust a draft of a change request",
    responses=problem_responses(409, 412, 428),
)
async def change_requests_patch(
    change_request_id: ChangeRequestId,
    body: ChangeRequestChange,
    caller: ChangeRequestsWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ChangeRequestPublic:
    """Change what is asked for, until it is submitted."""
    found = await ChangeRequests(session, caller).change(change_request_id, version, body)
    etag(response, found.version)
    return _shown(found, caller, request, lang)


@router.post(
    "/change-requests/{changeRequestId}/submissions",
    name="change_request_submissions_create",
    status_code=201,
    summary="Submit a change request",
    responses=problem_responses(409, 412, 428),
)
async def change_request_submissions_create(
    change_request_id: ChangeRequestId,
    caller: ChangeRequestsWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ChangeRequestPublic:
    """Hand it to the steering body; the impact is computed on the plan of this moment. Needs no body."""
    found = await ChangeRequests(session, caller).submit(change_request_id, version)
    created(response, request, f"{ROOT}/{found.id}")
    etag(response, found.version)
    return _shown(found, caller, request, lang)


@router.post(
    "/change-requests/{changeRequestId}/withdrawals",
    name="change_request_withdrawals_create",
    status_code=201,
    summary="Withdraw a change request",
    responses=problem_responses(409, 412, 428),
)
async def change_request_withdrawals_create(
    change_request_id: ChangeRequestId,
    caller: ChangeRequestsWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ChangeRequestPublic:
    """Take back what is not decided. It stays in the list. Needs no body."""
    found = await ChangeRequests(session, caller).withdraw(change_request_id, version)
    created(response, request, f"{ROOT}/{found.id}")
    etag(response, found.version)
    return _shown(found, caller, request, lang)


@router.post(
    "/change-requests/{changeRequestId}/decisions",
    name="change_request_decisions_create",
    status_code=201,
    summary="Decide a change request",
    responses=problem_responses(409, 412, 428),
)
async def change_request_decisions_create(
    change_request_id: ChangeRequestId,
    body: ChangeRequestDecision,
    caller: ChangeRequestsWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ChangeRequestPublic:
    """Record what the steering body decided, as the customer's approver. Approved, the plan moves and is frozen."""
    requests = ChangeRequests(session, caller)
    found = await requests.decide(change_request_id, version, approve=body.outcome == "approved", motive=body.motive)
    created(response, request, f"{ROOT}/{found.id}")
    etag(response, found.version)
    return _shown(found, caller, request, lang)


def _shown(found: ChangeRequest, caller: Principal, request: Request, lang: Lang) -> ChangeRequestPublic:
    is_draft, is_submitted = found.state == RequestState.draft, found.state == RequestState.submitted
    asks = refusal_to_propose(caller)
    decides = refusal_to_decide(caller, Scope.projects_write)
    actions: list[tuple[str, Method, str, Text | None]] = [
        ("change", "PATCH", "", asks or (None if is_draft else _NOT_DRAFT)),
        ("submit", "POST", "/submissions", asks or (None if is_draft else _NOT_DRAFT)),
        ("withdraw", "POST", "/withdrawals", asks or (None if is_draft or is_submitted else _SETTLED)),
        ("decide", "POST", "/decisions", decides or (None if is_submitted else _NOT_SUBMITTED)),
    ]
    shown = [
        allowed_action(request, lang, name, method, f"{ROOT}/{found.id}{end}", refused=refused)
        for name, method, end, refused in actions
    ]
    return ChangeRequestPublic.model_validate(found.model_dump() | {"allowed_actions": shown})
