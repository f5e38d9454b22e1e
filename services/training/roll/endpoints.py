"""Rolls for devices without a network, and the marks that come back."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.training.attendance.service import Seen
from services.training.issuer.dependencies import IssuerDep
from services.training.roll.auth import AttendanceWrite
from services.training.roll.schemas import RollDate, RollLinePublic, RollPublic, RollRow, RollUpload, RollUploaded
from services.training.roll.service import RollService
from shared.web import SessionDep, new_router
from shared.web.reply import ReplyDep
from shared.web.route import problem_responses

router = new_router("attendances")

SessionId = Annotated[UUID, Path(alias="sessionId")]


@router.post("/sessions/{sessionId}/rolls", status_code=201, responses=problem_responses(404))
async def session_rolls_create(
    caller: AttendanceWrite, session: SessionDep, session_id: SessionId, issuer: IssuerDep, reply: ReplyDep
) -> RollPublic:
    """Give a device the list of everybody with a seat, signed, to be marked without a network."""
    roll = await RollService(session, issuer).issue(session_id, caller.subject)
    reply.created(f"/training/v1/sessions/{session_id}/attendances", 1)
    return RollPublic(
        roll_id=roll.row.id,
        session_id=session_id,
        issued_at=roll.row.issued_at,
        dates=[RollDate(starts_at=starts, ends_at=ends) for starts, ends in roll.dates],
        lines=[RollLinePublic.model_validate(line) for line in roll.lines],
        signature=roll.signature,
    )


@router.post("/sessions/{sessionId}/roll-uploads", responses=problem_responses(404))
async def session_roll_uploads_create(
    caller: AttendanceWrite, session: SessionDep, session_id: SessionId, issuer: IssuerDep, body: RollUpload
) -> RollUploaded:
    """Take in what a device marked. Each row stands by itself: what is wrong with one keeps out no other, and sending
    everything again changes nothing. Where devices disagree, the later mark holds; earlier ones are told so."""
    seen = [Seen(each.nonce, each.enrolment_id, each.kind, each.at) for each in body.marks]
    told = await RollService(session, issuer).upload(session_id, body.signature, body.device_time, seen)
    return RollUploaded(
        rows=[
            RollRow.model_validate(
                {"nonce": each.seen.nonce, "status": each.status, "problem": each.problem, "state": each.state}
            )
            for each in told
        ]
    )
