"""`/courses`."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.course.auth import CourseRead, CourseWrite
from services.training.course.schemas import CourseCreate, CoursePublic, CourseUpdate
from services.training.course.service import CourseService
from shared.web import IfMatch, Page, PageDep, SessionDep, created, etag, make_page, new_router

router = new_router("courses")

CourseId = Annotated[UUID, Path(alias="courseId")]


@router.post("/courses", status_code=201)
async def courses_create(
    caller: CourseWrite, session: SessionDep, body: CourseCreate, request: Request, response: Response
) -> CoursePublic:
    """Create a course; whoever holds a role in its audience needs it from now on."""
    course = await CourseService(session).create(body)
    created(response, request, f"/training/v1/courses/{course.id}")
    etag(response, course.version)
    return CoursePublic.model_validate(course)


@router.get("/courses")
async def courses_list(caller: CourseRead, session: SessionDep, request: Request, page: PageDep) -> Page[CoursePublic]:
    """All courses, oldest first."""
    rows = await CourseService(session).list(page.limit + 1, page.keys(UUID))
    return make_page(request, page, rows, key=lambda row: [row.id], show=CoursePublic.model_validate)


@router.get("/courses/{courseId}")
async def courses_get(caller: CourseRead, session: SessionDep, course_id: CourseId, response: Response) -> CoursePublic:
    """One course with its audience."""
    course = await CourseService(session).get(course_id)
    etag(response, course.version)
    return CoursePublic.model_validate(course)


@router.patch("/courses/{courseId}")
async def courses_patch(
    caller: CourseWrite,
    session: SessionDep,
    course_id: CourseId,
    body: CourseUpdate,
    version: IfMatch,
    response: Response,
) -> CoursePublic:
    """Change a course."""
    course = await CourseService(session).change(course_id, body, version)
    etag(response, course.version)
    return CoursePublic.model_validate(course)
