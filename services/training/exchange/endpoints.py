"""Seats that change hands: acceptances, moves, swaps, substitutions, walk-ins."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.enrolment.auth import ENROLLERS, AttendanceWrite, EnrolmentWrite
from services.training.enrolment.schemas import EnrolmentPublic
from services.training.enrolment.showing import show_enrolment
from services.training.exchange.schemas import EnrolmentMove, EnrolmentSubstitute, EnrolmentSwap, WalkIn
from services.training.exchange.service import ExchangeService, Shown
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, SessionDep, created, etag, new_router

router = new_router("enrolments")

SessionId = Annotated[UUID, Path(alias="sessionId")]
EnrolmentId = Annotated[UUID, Path(alias="enrolmentId")]


@router.post("/enrolments/{enrolmentId}/acceptances", status_code=201)
async def enrolment_acceptances_create(
    caller: EnrolmentWrite,
    session: SessionDep,
    enrolment_id: EnrolmentId,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> EnrolmentPublic:
    """Take an offered seat in time; after the freeze, claim a free seat from the queue."""
    shown = await _service(session, caller).accept(enrolment_id, version)
    return _answer(shown, caller, request, response, lang)


@router.post("/enrolments/{enrolmentId}/moves", status_code=201)
async def enrolment_moves_create(
    caller: EnrolmentWrite,
    session: SessionDep,
    enrolment_id: EnrolmentId,
    version: IfMatch,
    body: EnrolmentMove,
    request: Request,
    response: Response,
    lang: LangDep,
) -> EnrolmentPublic:
    """Move to another session of the same course; without a seat there, the old one stays. Gives the new enrolment."""
    shown = await _service(session, caller).move(enrolment_id, version, body.session_id, waits=body.waits)
    return _answer(shown, caller, request, response, lang)


@router.post("/enrolments/{enrolmentId}/swaps", status_code=201)
async def enrolment_swaps_create(
    caller: EnrolmentWrite,
    session: SessionDep,
    enrolment_id: EnrolmentId,
    version: IfMatch,
    body: EnrolmentSwap,
    request: Request,
    response: Response,
    lang: LangDep,
) -> EnrolmentPublic:
    """Exchange seats with somebody in another session of the course. Gives the person's new enrolment."""
    shown, _ = await _service(session, caller).swap(enrolment_id, version, body.enrolment_id)
    return _answer(shown, caller, request, response, lang)


@router.post("/enrolments/{enrolmentId}/substitutions", status_code=201)
async def enrolment_substitutions_create(
    caller: EnrolmentWrite,
    session: SessionDep,
    enrolment_id: EnrolmentId,
    version: IfMatch,
    body: EnrolmentSubstitute,
    request: Request,
    response: Response,
    lang: LangDep,
) -> EnrolmentPublic:
    """Send somebody else; the seat does not pass through the queue. Gives the substitute's enrolment."""
    shown = await _service(session, caller).substitute(enrolment_id, version, body.person_id)
    return _answer(shown, caller, request, response, lang)


@router.post("/sessions/{sessionId}/walk-ins", status_code=201)
async def session_walk_ins_create(
    caller: AttendanceWrite,
    session: SessionDep,
    session_id: SessionId,
    body: WalkIn,
    request: Request,
    response: Response,
    lang: LangDep,
) -> EnrolmentPublic:
    """Let in who stands at the door: on a free seat, else on that of a no-show. Once it has begun, they attended."""
    shown = await ExchangeService(session, None).walk_in(session_id, body.person_id)
    return _answer(shown, caller, request, response, lang)


def _service(session: SessionDep, caller: Principal) -> ExchangeService:
    return ExchangeService(session, caller.units_for(*ENROLLERS))


def _answer(shown: Shown, caller: Principal, request: Request, response: Response, lang: Lang) -> EnrolmentPublic:
    enrolment, name = shown
    created(response, request, f"/training/v1/enrolments/{enrolment.id}")
    etag(response, enrolment.version)
    return show_enrolment(enrolment, name, caller, request, lang)
