"""Need cards over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.goal.auth import GoalsLead, GoalsRead
from services.projects.lesson.schemas import (
    NeedCardChange,
    NeedCardCreate,
    NeedCardPublic,
)
from services.projects.lesson.service import NeedCardShelf
from services.projects.lesson.view import show
from services.projects.project.endpoints import ProjectId, Projects
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("need-cards")


async def _need_cards(session: SessionDep) -> NeedCardShelf:
    return NeedCardShelf(session)


NeedCardId = Annotated[UUID, Path(alias="needCardId")]
NeedCards = Annotated[NeedCardShelf, Depends(_need_cards)]


@router.get(
    "/projects/{projectId}/need-cards",
    name="need_cards_list",
    summary="List need cards",
    dependencies=[AsOf],
)
async def need_cards_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    shelf: NeedCards,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[NeedCardPublic]:
    """What each group gains, suffers and needs."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await shelf.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.id],
        show=lambda row: show(row, NeedCardPublic, "/need-cards", caller, lang),
    )


@router.post(
    "/projects/{projectId}/need-cards",
    name="need_cards_create",
    status_code=201,
    summary="Add a need card",
)
async def need_cards_create(
    project_id: ProjectId,
    body: NeedCardCreate,
    caller: GoalsLead,
    shelf: NeedCards,
    lang: LangDep,
    request: Request,
    response: Response,
) -> NeedCardPublic:
    """Add the card of a group."""
    row = await shelf.add(project_id, body, caller)
    created(response, request, f"/projects/v1/need-cards/{row.id}")
    etag(response, row.version)
    return show(row, NeedCardPublic, "/need-cards", caller, lang)


@router.get("/need-cards/{needCardId}", name="need_cards_get", summary="Read a need card", dependencies=[AsOf])
async def need_cards_get(
    row_id: NeedCardId, caller: GoalsRead, shelf: NeedCards, lang: LangDep, response: Response
) -> NeedCardPublic:
    """One of them."""
    row = await shelf.get(row_id)
    etag(response, row.version)
    return show(row, NeedCardPublic, "/need-cards", caller, lang)


@router.patch(
    "/need-cards/{needCardId}",
    name="need_cards_patch",
    summary="Change a need card",
    responses=problem_responses(412, 428),
)
async def need_cards_patch(
    row_id: NeedCardId,
    body: NeedCardChange,
    caller: GoalsLead,
    version: IfMatch,
    shelf: NeedCards,
    lang: LangDep,
    response: Response,
) -> NeedCardPublic:
    """Change a card."""
    row = await shelf.change(row_id, version, body, caller)
    etag(response, row.version)
    return show(row, NeedCardPublic, "/need-cards", caller, lang)
