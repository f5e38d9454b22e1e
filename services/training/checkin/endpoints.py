"""Doors of sessions: opened and shown by the trainer, gone through by the participants."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.checkin.auth import AttendanceWrite, CheckIn
from services.training.checkin.code import STEP_SECONDS, draw
from services.training.checkin.errors import NoPerson
from services.training.checkin.schemas import CheckInCreate, CheckInPublic, DoorCodePublic, DoorPublic
from services.training.checkin.service import CheckInService
from services.training.issuer.dependencies import IssuerDep
from services.training.settings import Settings
from shared.kit.text import Text
from shared.web import LangDep, SessionDep, new_router, runtime
from shared.web.negotiation import negotiated
from shared.web.reply import ReplyDep
from shared.web.route import problem_responses

router = new_router("attendances")

SessionId = Annotated[UUID, Path(alias="sessionId")]
_JSON, _SVG = "application/json", "image/svg+xml"
_TITLE = Text(sv="Incheckning", en="Check-in", da="Indtjekning")
_MEDIA: dict[int | str, dict[str, Any]] = {
    200: {"description": "The code, or its QR symbol", "content": {_SVG: {"schema": {"type": "string"}}}}
}


@router.post("/sessions/{sessionId}/doors", status_code=201, responses=problem_responses(404))
async def session_doors_create(
    caller: AttendanceWrite, session: SessionDep, session_id: SessionId, issuer: IssuerDep, reply: ReplyDep
) -> DoorPublic:
    """Open check-in by code. Opening again makes a new secret: pictures of older codes are worthless at once."""
    door = await CheckInService(session, issuer.sealer).open(session_id)
    reply.created(f"/training/v1/sessions/{session_id}/door-code", door.version)
    return DoorPublic(session_id=session_id, opened_at=door.updated_at, step_seconds=STEP_SECONDS)


@router.get(
    "/sessions/{sessionId}/door-code",
    response_model=DoorCodePublic,
    responses=_MEDIA | problem_responses(404, 406),
)
async def session_door_codes_get(
    caller: AttendanceWrite,
    session: SessionDep,
    session_id: SessionId,
    issuer: IssuerDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> Response | DoorCodePublic:
    """The code for the trainer's screen. It changes every half minute; ask again at `changesAt`.

    The symbol holds a link to the front-end where one is set, with the code behind `#`, where no server logs it."""
    code = await CheckInService(session, issuer.sealer).code(session_id)
    headers = {"Cache-Control": "no-store", "Refresh": str(STEP_SECONDS)}
    if negotiated(request, {"json": _JSON, "svg": _SVG}) == _SVG:
        return Response(draw(_link(request, code.text), _TITLE.pick(lang)), media_type=_SVG, headers=headers)
    response.headers["Cache-Control"] = "no-store"
    return DoorCodePublic(code=code.text, changes_at=code.changes_at)


@router.post("/check-ins", responses=problem_responses(403, 404, 409))
async def check_ins_create(
    caller: CheckIn, session: SessionDep, issuer: IssuerDep, body: CheckInCreate
) -> CheckInPublic:
    """Check in with the code on the trainer's screen, as the person whose account this is.

    Each thing that can be wrong with a code has a problem of its own. Scanning twice gives the same answer.
    """
    if caller.person is None:
        raise NoPerson()
    arrival = await CheckInService(session, issuer.sealer).check_in(body.code, caller.person, walks_in=body.walk_in)
    return CheckInPublic.model_validate(
        {
            "enrolment_id": arrival.enrolment.id,
            "session_id": arrival.enrolment.session_id,
            "state": arrival.enrolment.state,
            "arrived_at": arrival.attendance.arrived_at,
            "is_late": arrival.attendance.is_late,
        }
    )


def _link(request: Request, code: str) -> str:
    settings = runtime(request).settings
    front_end = settings.front_end_url if isinstance(settings, Settings) else None
    return f"{front_end.rstrip('/')}/check-in#{code}" if front_end else code
