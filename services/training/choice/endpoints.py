"""`/session-choices`: "choose exactly one of"."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.choice.auth import SessionChoiceRead, SessionChoiceWrite
from services.training.choice.schemas import SessionChoiceCreate, SessionChoicePublic
from services.training.choice.service import SessionChoiceService
from shared.web import Page, PageDep, SessionDep, created, etag, make_page, new_router

router = new_router("session choices")

SessionChoiceId = Annotated[UUID, Path(alias="sessionChoiceId")]


@router.post("/session-choices", status_code=201)
async def session_choices_create(
    caller: SessionChoiceWrite, session: SessionDep, body: SessionChoiceCreate, request: Request, response: Response
) -> SessionChoicePublic:
    """Create a choice; give its id as `choiceId` to the sessions that exclude each other."""
    choice = await SessionChoiceService(session).create(body)
    created(response, request, f"/training/v1/session-choices/{choice.id}")
    etag(response, choice.version)
    return SessionChoicePublic.model_validate(choice)


@router.get("/session-choices")
async def session_choices_list(
    caller: SessionChoiceRead, session: SessionDep, request: Request, page: PageDep
) -> Page[SessionChoicePublic]:
    """All choices, oldest first."""
    rows = await SessionChoiceService(session).list(page.limit + 1, page.keys(UUID))
    return make_page(request, page, rows, key=lambda row: [row.id], show=SessionChoicePublic.model_validate)


@router.get("/session-choices/{sessionChoiceId}")
async def session_choices_get(
    caller: SessionChoiceRead, session: SessionDep, choice_id: SessionChoiceId, response: Response
) -> SessionChoicePublic:
    """One choice."""
    choice = await SessionChoiceService(session).get(choice_id)
    etag(response, choice.version)
    return SessionChoicePublic.model_validate(choice)
