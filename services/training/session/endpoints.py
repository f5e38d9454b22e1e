"""`/sessions`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import Field

from services.training.course.auth import PLANNERS
from services.training.session.auth import SessionRead, SessionWrite
from services.training.session.models import Session
from services.training.session.schemas import SessionCreate, SessionPublic, SessionUpdate
from services.training.session.service import SessionService
from shared.auth import Principal
from shared.web import (
    AllowedAction,
    ApiInput,
    IfMatch,
    Page,
    PageDep,
    SessionDep,
    absolute,
    created,
    etag,
    example,
    make_page,
    new_router,
)

router = new_router("sessions")

SessionId = Annotated[UUID, Path(alias="sessionId")]


class SessionCancel(ApiInput):
    """Why a session does not take place."""

    model_config = example({"reason": "The trainer is ill"})

    reason: str = Field(min_length=1, max_length=500)


@router.post("/sessions", status_code=201)
async def sessions_create(
    caller: SessionWrite, session: SessionDep, body: SessionCreate, request: Request, response: Response
) -> SessionPublic:
    """Plan a session of a course."""
    planned = await SessionService(session).create(body)
    created(response, request, f"/training/v1/sessions/{planned.id}")
    etag(response, planned.version)
    return _show(planned, caller, request)


@router.get("/sessions")
async def sessions_list(
    caller: SessionRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    course_id: Annotated[UUID | None, Query(alias="courseId", description="One course only")] = None,
) -> Page[SessionPublic]:
    """Sessions by start."""
    after = page.keys(datetime.fromisoformat, UUID)
    rows = await SessionService(session).list(course_id, page.limit + 1, after)

    def show(row: Session) -> SessionPublic:
        return _show(row, caller, request)

    return make_page(request, page, rows, key=lambda row: [row.starts_at.isoformat(), row.id], show=show)


@router.get("/sessions/{sessionId}")
async def sessions_get(
    caller: SessionRead, session: SessionDep, session_id: SessionId, request: Request, response: Response
) -> SessionPublic:
    """One session with its seats and what the caller may do."""
    planned = await SessionService(session).get(session_id)
    etag(response, planned.version)
    return _show(planned, caller, request)


@router.patch("/sessions/{sessionId}")
async def sessions_patch(
    caller: SessionWrite,
    session: SessionDep,
    session_id: SessionId,
    body: SessionUpdate,
    version: IfMatch,
    request: Request,
    response: Response,
) -> SessionPublic:
    """Move a session or change its capacity."""
    planned = await SessionService(session).change(session_id, body, version)
    etag(response, planned.version)
    return _show(planned, caller, request)


@router.post("/sessions/{sessionId}/cancellations", status_code=201)
async def session_cancellations_create(
    caller: SessionWrite,
    session: SessionDep,
    session_id: SessionId,
    body: SessionCancel,
    version: IfMatch,
    request: Request,
    response: Response,
) -> SessionPublic:
    """Cancel a session with every seat in it."""
    planned = await SessionService(session).cancel(session_id, version, body.reason)
    created(response, request, f"/training/v1/sessions/{planned.id}")
    etag(response, planned.version)
    return _show(planned, caller, request)


def _show(planned: Session, caller: Principal, request: Request) -> SessionPublic:
    shown = SessionPublic.model_validate(planned)
    path = f"/training/v1/sessions/{planned.id}"
    reason = None
    if not caller.holds_everywhere(*PLANNERS):
        reason = "none of your roles plans sessions for the whole authority"
    elif planned.state != "planned":
        reason = f"the session is {planned.state}"
    for action, method, suffix in (("change", "PATCH", ""), ("cancel", "POST", "/cancellations")):
        shown.allowed_actions.append(
            AllowedAction.model_validate(
                {
                    "action": action,
                    "method": method,
                    "href": absolute(request, path + suffix),
                    "allowed": reason is None,
                    "reason": reason,
                }
            )
        )
    return shown
