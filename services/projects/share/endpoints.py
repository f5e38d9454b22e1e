"""Share links over HTTP, and the plan behind one."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Path, Request, Response

from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.share.auth import SharesRead, SharesWrite
from services.projects.share.errors import ShareNotValid
from services.projects.share.models import ShareLink
from services.projects.share.page import page as share_page
from services.projects.share.schemas import (
    SharedPlan,
    SharedRow,
    ShareLinkCreate,
    ShareLinkCreated,
    ShareLinkPublic,
)
from services.projects.share.service import ShareService, Shown
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.handle import Handle
from shared.kit.text import Lang
from shared.web import (
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    absolute,
    created,
    etag,
    make_page,
    new_router,
    runtime,
)
from shared.web.actions import allowed_action
from shared.web.as_of import AsOf
from shared.web.route import problem_responses

router = new_router("share-links")

ShareLinkId = Annotated[UUID, Path(alias="shareLinkId")]
SHARED = "/projects/v1/shared-plans"


async def _service(session: SessionDep) -> ShareService:
    return ShareService(session)


Shares = Annotated[ShareService, Depends(_service)]


@router.get(
    "/projects/{projectId}/share-links",
    name="share_links_list",
    summary="List the share links of a plan",
    dependencies=[AsOf],
)
async def share_links_list(
    project_id: ProjectId,
    caller: SharesRead,
    projects: Projects,
    shares: Shares,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[ShareLinkPublic]:
    """Every link that was given out, the expired and revoked ones included."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await shares.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _shown(row, caller, request, lang))


@router.post(
    "/projects/{projectId}/share-links", name="share_links_create", status_code=201, summary="Share a plan by link"
)
async def share_links_create(
    project_id: ProjectId,
    body: ShareLinkCreate,
    caller: SharesWrite,
    projects: Projects,
    shares: Shares,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ShareLinkCreated:
    """A link that shows the plan, never persons or notes, without an account. Its secret is in this answer alone."""
    await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    link, handle = await shares.create(project_id, body.label, body.expires_on, caller.subject)
    created(response, request, f"/projects/v1/share-links/{link.id}")
    etag(response, link.version)
    shown = _shown(link, caller, request, lang)
    return ShareLinkCreated(**shown.model_dump(), url=f"{absolute(request, SHARED)}#{handle.text}", secret=handle.text)


@router.get("/share-links/{shareLinkId}", name="share_links_get", summary="Read a share link", dependencies=[AsOf])
async def share_links_get(
    share_link_id: ShareLinkId, caller: SharesRead, shares: Shares, lang: LangDep, request: Request, response: Response
) -> ShareLinkPublic:
    """Until when a link works, and when it was last used. Never its secret."""
    link = await shares.get(share_link_id)
    etag(response, link.version)
    return _shown(link, caller, request, lang)


@router.delete(
    "/share-links/{shareLinkId}",
    name="share_links_delete",
    status_code=204,
    summary="Revoke a share link",
    responses=problem_responses(412, 428),
)
async def share_links_delete(share_link_id: ShareLinkId, caller: SharesWrite, version: IfMatch, shares: Shares) -> None:
    """The link shows nothing from now on; it stays in the list."""
    await shares.get(share_link_id)
    demand(refusal_to_lead(caller, Scope.projects_write))
    await shares.revoke(share_link_id, version)


@router.get(
    "/shared-plans",
    name="shared_plans_get",
    summary="Read a shared plan",
    response_model=SharedPlan,
    responses=problem_responses(404),
)
async def shared_plans_get(
    request: Request,
    lang: LangDep,
    secret: Annotated[str, Header(alias="Startklar-Share", max_length=200, description="The link's secret")] = "",
) -> SharedPlan | Response:
    """The plan as it stands now. A browser gets a page that reads the secret from behind `#` of the link."""
    if not secret and "text/html" in request.headers.get("accept", ""):
        return share_page(lang)
    handle = Handle.parse(secret)
    if handle is None:
        raise ShareNotValid()
    async with runtime(request).database.transaction(handle.tenant) as session:
        return _plan(await ShareService(session).show(handle))


def _plan(shown: Shown) -> SharedPlan:
    rows = [SharedRow.model_validate(row.model_dump() | {"window": row.window}) for row in shown.rows if row.is_enabled]
    return SharedPlan.model_validate(
        {
            "project": shown.project.name,
            "plan_state": shown.project.plan_state,
            "as_of": clock.now(),
            "expires_at": shown.link.expires_at,
            "rows": rows,
        }
    )


def _shown(link: ShareLink, caller: Principal, request: Request, lang: Lang) -> ShareLinkPublic:
    revoke = allowed_action(
        request,
        lang,
        "revoke",
        "DELETE",
        f"/projects/v1/share-links/{link.id}",
        refused=refusal_to_lead(caller, Scope.projects_write),
    )
    return ShareLinkPublic.model_validate(link.model_dump() | {"allowed_actions": [revoke]})
