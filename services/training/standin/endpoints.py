"""`/sessions/{sessionId}/stand-ins`: another trainer, fast [HAN: the trainer is ill]."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.training.meeting.schemas import SessionTrainerPublic
from services.training.session.auth import SessionWrite
from services.training.standin.schemas import StandInCreate, StandInPublic
from services.training.standin.service import StandInService
from shared.web import IfMatch, SessionDep, new_router
from shared.web.reply import ReplyDep

router = new_router("sessions")

SessionId = Annotated[UUID, Path(alias="sessionId")]


@router.post("/sessions/{sessionId}/stand-ins", status_code=201)
async def session_stand_ins_create(
    caller: SessionWrite,
    session: SessionDep,
    session_id: SessionId,
    body: StandInCreate,
    version: IfMatch,
    reply: ReplyDep,
) -> StandInPublic:
    """Let a backup, somebody else or another session's trainer hold it; seats, dates and rooms stay as they are."""
    shown = await StandInService(session).replace(session_id, body, version)
    reply.created(f"/training/v1/sessions/{session_id}", shown.version)
    trainers = [SessionTrainerPublic.model_validate(each) for each in shown.trainers]
    return StandInPublic(session_id=session_id, version=shown.version, trainers=trainers)
