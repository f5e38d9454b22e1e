"""Lessons and status facts over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from services.projects.goal.auth import GoalsLead, GoalsRead
from services.projects.lesson.schemas import (
    LessonChange,
    LessonCreate,
    LessonPublic,
)
from services.projects.lesson.service import LessonShelf
from services.projects.lesson.view import show
from services.projects.project.endpoints import ProjectId, Projects
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("lessons")


async def _lessons(session: SessionDep) -> LessonShelf:
    return LessonShelf(session)


LessonId = Annotated[UUID, Path(alias="lessonId")]
Lessons = Annotated[LessonShelf, Depends(_lessons)]


@router.get(
    "/projects/{projectId}/lessons",
    name="lessons_list",
    summary="List lessons and status facts",
    dependencies=[AsOf],
)
async def lessons_list(
    project_id: ProjectId,
    caller: GoalsRead,
    projects: Projects,
    shelf: Lessons,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[LessonPublic]:
    """What was learnt, how far things are, and the steps of the quality loop."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await shelf.list_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.id],
        show=lambda row: show(row, LessonPublic, "/lessons", caller, lang),
    )


@router.post("/projects/{projectId}/lessons", name="lessons_create", status_code=201, summary="Add a lesson")
async def lessons_create(
    project_id: ProjectId,
    body: LessonCreate,
    caller: GoalsLead,
    shelf: Lessons,
    lang: LangDep,
    request: Request,
    response: Response,
) -> LessonPublic:
    """Write down a lesson or a fact about how far things are."""
    row = await shelf.add(project_id, body, caller)
    created(response, request, f"/projects/v1/lessons/{row.id}")
    etag(response, row.version)
    return show(row, LessonPublic, "/lessons", caller, lang)


@router.get("/lessons/{lessonId}", name="lessons_get", summary="Read a lesson", dependencies=[AsOf])
async def lessons_get(
    row_id: LessonId, caller: GoalsRead, shelf: Lessons, lang: LangDep, response: Response
) -> LessonPublic:
    """One of them."""
    row = await shelf.get(row_id)
    etag(response, row.version)
    return show(row, LessonPublic, "/lessons", caller, lang)


@router.patch(
    "/lessons/{lessonId}",
    name="lessons_patch",
    summary="Change a lesson",
    responses=problem_responses(412, 428),
)
async def lessons_patch(
    row_id: LessonId,
    body: LessonChange,
    caller: GoalsLead,
    version: IfMatch,
    shelf: Lessons,
    lang: LangDep,
    response: Response,
) -> LessonPublic:
    """Change a lesson, or write what this project makes of it."""
    row = await shelf.change(row_id, version, body, caller)
    etag(response, row.version)
    return show(row, LessonPublic, "/lessons", caller, lang)
