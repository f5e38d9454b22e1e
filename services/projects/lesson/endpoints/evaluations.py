"""Evaluations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.goal.auth import GoalsLead, GoalsRead
from services.projects.lesson.schemas import (
    EvaluationChange,
    EvaluationCreate,
    EvaluationPublic,
)
from services.projects.lesson.service import EvaluationShelf
from services.projects.lesson.view import show
from services.projects.project.endpoints import ProjectId, Projects
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("evaluations")


async def _evaluations(session: SessionDep) -> EvaluationShelf:
    return EvaluationShelf(session)


EvaluationId = Annotated[UUID, Path(alias="evaluationId")]
Evaluations = Annotated[EvaluationShelf, Depends(_evaluations)]


@router.get(
    "/projects/{projectId}/evaluations",
    name="evaluations_list",
    summary="List evaluations",
    dependencies=[AsOf],
)
async def evaluations_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    shelf: Evaluations,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[EvaluationPublic]:
    """Evaluations, oldest first."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await shelf.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.id],
        show=lambda row: show(row, EvaluationPublic, "/evaluations", caller, lang),
    )


@router.post(
    "/projects/{projectId}/evaluations",
    name="evaluations_create",
    status_code=201,
    summary="Add an evaluation",
)
async def evaluations_create(
    project_id: ProjectId,
    body: EvaluationCreate,
    caller: GoalsLead,
    shelf: Evaluations,
    lang: LangDep,
    request: Request,
    response: Response,
) -> EvaluationPublic:
    """Plan an evaluation: why, what, how, and when the data is collected."""
    row = await shelf.add(project_id, body, caller)
    created(response, request, f"/projects/v1/evaluations/{row.id}")
    etag(response, row.version)
    return show(row, EvaluationPublic, "/evaluations", caller, lang)


@router.get(
    "/evaluations/{evaluationId}",
    name="evaluations_get",
    summary="Read an evaluation",
    dependencies=[AsOf],
)
async def evaluations_get(
    row_id: EvaluationId, caller: GoalsRead, shelf: Evaluations, lang: LangDep, response: Response
) -> EvaluationPublic:
    """One of them."""
    row = await shelf.get(row_id)
    etag(response, row.version)
    return show(row, EvaluationPublic, "/evaluations", caller, lang)


@router.patch(
    "/evaluations/{evaluationId}",
    name="evaluations_patch",
    summary="Change an evaluation",
    responses=problem_responses(412, 428),
)
async def evaluations_patch(
    row_id: EvaluationId,
    body: EvaluationChange,
    caller: GoalsLead,
    version: IfMatch,
    shelf: Evaluations,
    lang: LangDep,
    response: Response,
) -> EvaluationPublic:
    """Change an evaluation, or complete it."""
    row = await shelf.change(row_id, version, body, caller)
    etag(response, row.version)
    return show(row, EvaluationPublic, "/evaluations", caller, lang)
