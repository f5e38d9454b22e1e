"""The requirement backlog over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.goal.auth import GoalsLead, GoalsRead
from services.projects.lesson.schemas import (
    RequirementChange,
    RequirementCreate,
    RequirementPublic,
)
from services.projects.lesson.service import RequirementShelf
from services.projects.lesson.view import show
from services.projects.project.endpoints import ProjectId, Projects
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("requirements")


async def _requirements(session: SessionDep) -> RequirementShelf:
    return RequirementShelf(session)


RequirementId = Annotated[UUID, Path(alias="requirementId")]
Requirements = Annotated[RequirementShelf, Depends(_requirements)]


@router.get(
    "/projects/{projectId}/requirements",
    name="requirements_list",
    summary="List the requirement backlog",
    dependencies=[AsOf],
)
async def requirements_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    shelf: Requirements,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[RequirementPublic]:
    """Wishes, with those that need a legal review marked."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await shelf.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.id],
        show=lambda row: show(row, RequirementPublic, "/requirements", caller, lang),
    )


@router.post(
    "/projects/{projectId}/requirements",
    name="requirements_create",
    status_code=201,
    summary="Add a requirement",
)
async def requirements_create(
    project_id: ProjectId,
    body: RequirementCreate,
    caller: GoalsLead,
    shelf: Requirements,
    lang: LangDep,
    request: Request,
    response: Response,
) -> RequirementPublic:
    """Add a wish to the backlog."""
    row = await shelf.add(project_id, body, caller)
    created(response, request, f"/projects/v1/requirements/{row.id}")
    etag(response, row.version)
    return show(row, RequirementPublic, "/requirements", caller, lang)


@router.get(
    "/requirements/{requirementId}",
    name="requirements_get",
    summary="Read a requirement",
    dependencies=[AsOf],
)
async def requirements_get(
    row_id: RequirementId, caller: GoalsRead, shelf: Requirements, lang: LangDep, response: Response
) -> RequirementPublic:
    """One of them."""
    row = await shelf.get(row_id)
    etag(response, row.version)
    return show(row, RequirementPublic, "/requirements", caller, lang)


@router.patch(
    "/requirements/{requirementId}",
    name="requirements_patch",
    summary="Change a requirement",
    responses=problem_responses(412, 428),
)
async def requirements_patch(
    row_id: RequirementId,
    body: RequirementChange,
    caller: GoalsLead,
    version: IfMatch,
    shelf: Requirements,
    lang: LangDep,
    response: Response,
) -> RequirementPublic:
    """Change, review, accept or reject a requirement."""
    row = await shelf.change(row_id, version, body, caller)
    etag(response, row.version)
    return show(row, RequirementPublic, "/requirements", caller, lang)
