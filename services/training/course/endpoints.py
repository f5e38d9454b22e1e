"""`/courses`."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.course.auth import CourseRead, CourseWrite, may_change
from services.training.course.models import Course
from services.training.course.schemas import CourseCreate, CoursePublic, CourseUpdate
from services.training.course.service import CourseService
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import allowed_action

router = new_router("courses")

CourseId = Annotated[UUID, Path(alias="courseId")]


@router.post("/courses", status_code=201)
async def courses_create(
    caller: CourseWrite, session: SessionDep, body: CourseCreate, request: Request, response: Response, lang: LangDep
) -> CoursePublic:
    """Create a course; whoever holds a role in its audience needs it from now on."""
    course = await CourseService(session).create(body)
    created(response, request, f"/training/v1/courses/{course.id}")
    etag(response, course.version)
    return _show(course, caller, request, lang)


@router.get("/courses")
async def courses_list(
    caller: CourseRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[CoursePublic]:
    """All courses, oldest first."""
    rows = await CourseService(session).list(page.limit + 1, page.keys(UUID))

    def show(row: Course) -> CoursePublic:
        return _show(row, caller, request, lang)

    return make_page(request, page, rows, key=lambda row: [row.id], show=show)


@router.get("/courses/{courseId}")
async def courses_get(
    caller: CourseRead,
    session: SessionDep,
    course_id: CourseId,
    request: Request,
    response: Response,
    lang: LangDep,
) -> CoursePublic:
    """One course with its audience."""
    course = await CourseService(session).get(course_id)
    etag(response, course.version)
    return _show(course, caller, request, lang)


@router.patch("/courses/{courseId}")
async def courses_patch(
    caller: CourseWrite,
    session: SessionDep,
    course_id: CourseId,
    body: CourseUpdate,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> CoursePublic:
    """Change a course."""
    course = await CourseService(session).change(course_id, body, version)
    etag(response, course.version)
    return _show(course, caller, request, lang)


def _show(course: Course, caller: Principal, request: Request, lang: Lang) -> CoursePublic:
    shown = CoursePublic.model_validate(course)
    path = f"/training/v1/courses/{course.id}"
    shown.allowed_actions = [allowed_action(request, lang, "change", "PATCH", path, refused=may_change(caller))]
    return shown
