"""`/sessions/{sessionId}/enrolments`, `/enrolments`, and the attendance list."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.enrolment.auth import ENROLLERS, READERS, AttendanceWrite, EnrolmentRead, EnrolmentWrite
from services.training.enrolment.schemas import (
    AttendanceList,
    AttendanceResult,
    BatchResult,
    BatchResults,
    EnrolmentBatch,
    EnrolmentCreate,
    EnrolmentPublic,
)
from services.training.enrolment.service import EnrolmentService
from services.training.session.models import Enrolment
from shared.auth import Principal, Scope
from shared.kit.problems import Problem
from shared.kit.text import Lang, Text
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import allowed_action, refusal

router = new_router("enrolments")

_OVER = Text(sv="Anmälan är avslutad", da="Tilmeldingen er afsluttet", en="The enrolment is over")

SessionId = Annotated[UUID, Path(alias="sessionId")]
EnrolmentId = Annotated[UUID, Path(alias="enrolmentId")]


@router.post("/sessions/{sessionId}/enrolments", status_code=201)
async def enrolments_create(
    caller: EnrolmentWrite,
    session: SessionDep,
    session_id: SessionId,
    body: EnrolmentCreate,
    request: Request,
    response: Response,
    lang: LangDep,
) -> EnrolmentPublic:
    """Enrol one person: a seat where one is free, else a place in the queue. Heads enrol people of their units."""
    service = EnrolmentService(session, caller.units_for(*ENROLLERS))
    enrolment, name = await service.enrol(session_id, body.person_id)
    created(response, request, f"/training/v1/enrolments/{enrolment.id}")
    etag(response, enrolment.version)
    return _show(enrolment, name, caller, request, lang)


@router.post("/sessions/{sessionId}/enrolment-batches")
async def enrolment_batches_create(
    caller: EnrolmentWrite,
    session: SessionDep,
    session_id: SessionId,
    body: EnrolmentBatch,
    request: Request,
    lang: LangDep,
) -> BatchResults:
    """Enrol several people in the order given; each succeeds or fails on its own, and the answer tells which."""
    service = EnrolmentService(session, caller.units_for(*ENROLLERS))
    results = []
    async for person_id, outcome, name in service.enrol_each(session_id, body.person_ids):
        if isinstance(outcome, Problem):
            results.append(BatchResult(person_id=person_id, status=outcome.status, problem=outcome.slug))
        else:
            results.append(
                BatchResult(person_id=person_id, status=201, enrolment=_show(outcome, name, caller, request, lang))
            )
    return BatchResults(results=results)


@router.get("/sessions/{sessionId}/enrolments")
async def enrolments_list(
    caller: EnrolmentRead, session: SessionDep, session_id: SessionId, request: Request, page: PageDep, lang: LangDep
) -> Page[EnrolmentPublic]:
    """Everybody who ever enrolled in a session, in order of arrival; heads see people of their units."""
    rows = await EnrolmentService(session, caller.units_for(*READERS)).list(session_id, page.limit + 1, page.keys(UUID))

    def show(row: Any) -> EnrolmentPublic:
        return _show(row[0], row[1], caller, request, lang)

    return make_page(request, page, rows, key=lambda row: [row[0].id], show=show)


@router.get("/enrolments/{enrolmentId}")
async def enrolments_get(
    caller: EnrolmentRead,
    session: SessionDep,
    enrolment_id: EnrolmentId,
    request: Request,
    response: Response,
    lang: LangDep,
) -> EnrolmentPublic:
    """One person's enrolment, with its state."""
    enrolment, name = await EnrolmentService(session, caller.units_for(*READERS)).read(enrolment_id)
    etag(response, enrolment.version)
    return _show(enrolment, name, caller, request, lang)


@router.post("/enrolments/{enrolmentId}/cancellations", status_code=201)
async def enrolment_cancellations_create(
    caller: EnrolmentWrite,
    session: SessionDep,
    enrolment_id: EnrolmentId,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> EnrolmentPublic:
    """Cancel a seat or a place in the queue; who has waited longest moves up at once."""
    service = EnrolmentService(session, caller.units_for(*ENROLLERS))
    enrolment, name = await service.cancel(enrolment_id, version)
    created(response, request, f"/training/v1/enrolments/{enrolment.id}")
    etag(response, enrolment.version)
    return _show(enrolment, name, caller, request, lang)


@router.post("/sessions/{sessionId}/attendances")
async def session_attendances_create(
    caller: AttendanceWrite, session: SessionDep, session_id: SessionId, body: AttendanceList
) -> AttendanceResult:
    """Write down who came; repeating the same list changes nothing. Coverage moves in the same transaction."""
    moved = await EnrolmentService(session, None).mark(session_id, body.marks)
    return AttendanceResult(marked=len(body.marks), coverage_changed=moved)


def _show(enrolment: Enrolment, name: str, caller: Principal, request: Request, lang: Lang) -> EnrolmentPublic:
    refused = refusal(caller, Scope.enrolments_write, ENROLLERS)
    if refused is None and enrolment.state not in ("confirmed", "waiting"):
        refused = _OVER
    path = f"/training/v1/enrolments/{enrolment.id}/cancellations"
    cancel = allowed_action(request, lang, "cancel", "POST", path, refused=refused)
    return EnrolmentPublic.model_validate({**enrolment.model_dump(), "display_name": name, "allowed_actions": [cancel]})
