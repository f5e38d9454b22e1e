"""`/sessions`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import Field

from services.training.course.auth import PLANNERS
from services.training.meeting.schemas import SessionDatePublic, SessionTrainerPublic
from services.training.session.auth import SessionRead, SessionWrite
from services.training.session.models import Session
from services.training.session.schemas import SessionCreate, SessionPublic, SessionUpdate
from services.training.session.service import SessionService, Shown
from shared.auth import Principal, Scope
from shared.kit.text import Lang, Text
from shared.web import (
    ApiInput,
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    created,
    etag,
    example,
    make_page,
    new_router,
)
from shared.web.actions import allowed_action, refusal

router = new_router("sessions")

_CLOSED = Text(
    sv="Tillfället är genomfört eller inställt",
    da="Sessionen er afholdt eller aflyst",
    en="The session is held or cancelled",
)

SessionId = Annotated[UUID, Path(alias="sessionId")]


class SessionCancel(ApiInput):
    """Why a session does not take place."""

    model_config = example({"reason": "The trainer is ill"})

    reason: str = Field(min_length=1, max_length=500)


@router.post("/sessions", status_code=201)
async def sessions_create(
    caller: SessionWrite, session: SessionDep, body: SessionCreate, request: Request, response: Response, lang: LangDep
) -> SessionPublic:
    """Plan a session of a course."""
    planned = await SessionService(session).create(body)
    created(response, request, f"/training/v1/sessions/{planned.id}")
    [shown] = await SessionService(session).shown([planned])
    etag(response, shown.version)
    return _show(shown, caller, request, lang)


@router.get("/sessions")
async def sessions_list(
    caller: SessionRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
    course_id: Annotated[UUID | None, Query(alias="courseId", description="One course only")] = None,
) -> Page[SessionPublic]:
    """Sessions by start."""
    after = page.keys(datetime.fromisoformat, UUID)
    service = SessionService(session)
    rows = await service.list(course_id, page.limit + 1, after)
    shown = {each.planned.id: each for each in await service.shown(rows)}

    def show(row: Session) -> SessionPublic:
        return _show(shown[row.id], caller, request, lang)

    return make_page(request, page, rows, key=lambda row: [row.starts_at.isoformat(), row.id], show=show)


@router.get("/sessions/{sessionId}")
async def sessions_get(
    caller: SessionRead, session: SessionDep, session_id: SessionId, request: Request, response: Response, lang: LangDep
) -> SessionPublic:
    """One session with its seats and what the caller may do."""
    planned = await SessionService(session).get(session_id)
    [shown] = await SessionService(session).shown([planned])
    etag(response, shown.version)
    return _show(shown, caller, request, lang)


@router.patch("/sessions/{sessionId}")
async def sessions_patch(
    caller: SessionWrite,
    session: SessionDep,
    session_id: SessionId,
    body: SessionUpdate,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> SessionPublic:
    """Move a session or change its capacity."""
    planned = await SessionService(session).change(session_id, body, version)
    [shown] = await SessionService(session).shown([planned])
    etag(response, shown.version)
    return _show(shown, caller, request, lang)


@router.post("/sessions/{sessionId}/cancellations", status_code=201)
async def session_cancellations_create(
    caller: SessionWrite,
    session: SessionDep,
    session_id: SessionId,
    body: SessionCancel,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> SessionPublic:
    """Cancel a session with every seat in it."""
    planned = await SessionService(session).cancel(session_id, version, body.reason)
    created(response, request, f"/training/v1/sessions/{planned.id}")
    [shown] = await SessionService(session).shown([planned])
    etag(response, shown.version)
    return _show(shown, caller, request, lang)


def _show(shown: Shown, caller: Principal, request: Request, lang: Lang) -> SessionPublic:
    planned, seats = shown.planned, shown.seats
    path = f"/training/v1/sessions/{planned.id}"
    refused = refusal(caller, Scope.sessions_write, PLANNERS, everywhere=True)
    if refused is None and planned.state != "planned":
        refused = _CLOSED
    return SessionPublic.model_validate(
        planned.model_dump()
        | {
            "version": shown.version,
            "taken": seats.taken,
            "offered": seats.offered,
            "waiting": seats.waiting,
            "dates": [SessionDatePublic.model_validate(each) for each in shown.dates],
            "trainers": [SessionTrainerPublic.model_validate(each) for each in shown.trainers],
            "allowed_actions": [
                allowed_action(request, lang, "change", "PATCH", path, refused=refused),
                allowed_action(request, lang, "cancel", "POST", f"{path}/cancellations", refused=refused),
            ],
        }
    )
