"""Prerequisites of courses, completions, and who in a session lacks what."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.prerequisite.auth import (
    RECORDERS,
    CompletionWrite,
    GapRead,
    PrerequisiteRead,
    PrerequisiteWrite,
)
from services.training.prerequisite.schemas import (
    CompletionCreate,
    CompletionPublic,
    PrerequisiteCreate,
    PrerequisiteGap,
    PrerequisitePublic,
)
from services.training.prerequisite.service import PrerequisiteService
from services.training.session.service import SessionService
from shared.web import IfMatch, Page, PageDep, SessionDep, created, etag, make_page, new_router

router = new_router("prerequisites")

CourseId = Annotated[UUID, Path(alias="courseId")]
SessionId = Annotated[UUID, Path(alias="sessionId")]
PrerequisiteId = Annotated[UUID, Path(alias="prerequisiteId")]


@router.post("/courses/{courseId}/prerequisites", status_code=201)
async def prerequisites_create(
    caller: PrerequisiteWrite,
    session: SessionDep,
    course_id: CourseId,
    body: PrerequisiteCreate,
    request: Request,
    response: Response,
) -> PrerequisitePublic:
    """Let a course build on another, such as the online material that it begins with."""
    row = await PrerequisiteService(session).create(course_id, body)
    created(response, request, f"/training/v1/courses/{course_id}/prerequisites")
    etag(response, row.version)
    return PrerequisitePublic.model_validate(row)


@router.get("/courses/{courseId}/prerequisites")
async def prerequisites_list(
    caller: PrerequisiteRead, session: SessionDep, course_id: CourseId, request: Request, page: PageDep
) -> Page[PrerequisitePublic]:
    """What a course builds on."""
    rows = await PrerequisiteService(session).list(course_id, page.limit + 1, page.keys(UUID))
    return make_page(request, page, rows, key=lambda row: [row.id], show=PrerequisitePublic.model_validate)


@router.delete("/prerequisites/{prerequisiteId}", status_code=204)
async def prerequisites_delete(
    caller: PrerequisiteWrite, session: SessionDep, prerequisite_id: PrerequisiteId, version: IfMatch
) -> None:
    """Let a course no longer build on another."""
    await PrerequisiteService(session).remove(prerequisite_id, version)


@router.post("/courses/{courseId}/completions", status_code=201)
async def course_completions_create(
    caller: CompletionWrite,
    session: SessionDep,
    course_id: CourseId,
    body: CompletionCreate,
    request: Request,
    response: Response,
) -> CompletionPublic:
    """Write down that somebody worked through a course by themselves; it counts as attendance. Twice is once (200)."""
    row, is_new = await PrerequisiteService(session).complete(course_id, body, caller.units_for(*RECORDERS))
    created(response, request, f"/training/v1/courses/{course_id}/completions")
    if not is_new:
        response.status_code = 200
    return CompletionPublic.model_validate(row)


@router.get("/sessions/{sessionId}/prerequisite-gaps")
async def session_prerequisite_gaps_list(
    caller: GapRead, session: SessionDep, session_id: SessionId, request: Request, page: PageDep
) -> Page[PrerequisiteGap]:
    """Who has a seat or waits and lacks a prerequisite: whom to remind before the session."""
    await SessionService(session).get(session_id)
    rows = await PrerequisiteService(session).gaps(session_id, page.limit + 1, page.keys(UUID, UUID))

    def key(row: Any) -> list[object]:
        return [row.person_id, row.course_id]

    return make_page(request, page, rows, key=key, show=PrerequisiteGap.model_validate)
