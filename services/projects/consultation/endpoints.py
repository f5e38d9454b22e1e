"""Consultations over HTTP."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Path, Request, Response

from services.projects.body.auth import BodiesRead, BodiesWrite
from services.projects.consultation.errors import ConsultationClosed, ResponsesOpen
from services.projects.consultation.models import Consultation, ConsultationResponse, ConsultationState
from services.projects.consultation.schemas import (
    ConsultationCreate,
    ConsultationPublic,
    DispositionCreate,
    ResponseCreate,
    ResponsePublic,
)
from services.projects.consultation.service import ConsultationService
from services.projects.plan.vocabulary import PartySide
from services.projects.project.endpoints import ProjectId, Projects
from services.projects.project.rights import demand, refusal_to_change_row, refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang
from shared.web import AllowedAction, AsOf, LangDep, Page, PageDep, SessionDep, created, make_page, new_router

router = new_router("consultations")

ConsultationId = Annotated[UUID, Path(alias="consultationId")]
ResponseId = Annotated[UUID, Path(alias="responseId")]
_ZONE = ZoneInfo("Europe/Stockholm")


@router.get(
    "/projects/{projectId}/consultations", name="consultations_list", summary="List consultations", dependencies=[AsOf]
)
async def consultations_list(
    project_id: ProjectId,
    caller: BodiesRead,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[ConsultationPublic]:
    """Documents that were sent out for comment [remiss], oldest first."""
    await projects.get(project_id)
    service, after = ConsultationService(session), page.keys(UUID)
    rows = await service.list_after(project_id, after[0] if after else None, page.limit + 1)
    answers = await service.responses([row.id for row in rows])
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _show(row, answers, caller, lang))


@router.post(
    "/projects/{projectId}/consultations", name="consultations_create", status_code=201, summary="Send for comment"
)
async def consultations_create(
    project_id: ProjectId,
    body: ConsultationCreate,
    caller: BodiesWrite,
    projects: Projects,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ConsultationPublic:
    """Send one version of a document to bodies and organisations, with a last day."""
    await projects.get(project_id)
    demand(refusal_to_lead(caller, Scope.bodies_write))
    row = await ConsultationService(session).send(project_id, body)
    created(response, request, f"/projects/v1/consultations/{row.id}")
    return _show(row, [], caller, lang)


@router.get(
    "/consultations/{consultationId}", name="consultations_get", summary="Read a consultation", dependencies=[AsOf]
)
async def consultations_get(
    consultation_id: ConsultationId, caller: BodiesRead, session: SessionDep, lang: LangDep
) -> ConsultationPublic:
    """One consultation, and how many responses wait to be dealt with."""
    service = ConsultationService(session)
    row = await service.get(consultation_id)
    return _show(row, await service.responses([row.id]), caller, lang)


@router.get(
    "/consultations/{consultationId}/responses",
    name="responses_list",
    summary="List the responses",
    dependencies=[AsOf],
)
async def responses_list(
    consultation_id: ConsultationId, caller: BodiesRead, session: SessionDep, request: Request, page: PageDep
) -> Page[ResponsePublic]:
    """Responses in the order in which they came, with what became of each."""
    service, after = ConsultationService(session), page.keys(UUID)
    found = await service.get(consultation_id)
    rows = [row for row in await service.responses([found.id]) if after is None or row.id > after[0]]
    shown = rows[: page.limit + 1]
    return make_page(request, page, shown, key=lambda row: [row.id], show=lambda row: _response(row, found))


@router.post(
    "/consultations/{consultationId}/responses", name="responses_create", status_code=201, summary="Enter a response"
)
async def responses_create(
    consultation_id: ConsultationId,
    body: ResponseCreate,
    caller: BodiesWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> ResponsePublic:
    """Enter what an organisation answered. One that comes late is taken, and marked."""
    service = ConsultationService(session)
    found = await service.get(consultation_id)
    demand(refusal_to_change_row(caller, PartySide.joint, Scope.bodies_write))
    row = await service.respond(consultation_id, body, caller.subject)
    created(response, request, f"/projects/v1/consultations/{consultation_id}/responses")
    return _response(row, found)


@router.post(
    "/consultation-responses/{responseId}/dispositions",
    name="dispositions_create",
    status_code=201,
    summary="Deal with a response",
)
async def dispositions_create(
    response_id: ResponseId,
    body: DispositionCreate,
    caller: BodiesWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> ResponsePublic:
    """Say what became of a response, and why, for the customer."""
    demand(refusal_to_lead(caller, Scope.bodies_write))
    service = ConsultationService(session)
    row = await service.dispose(response_id, body, caller.subject)
    created(response, request, f"/projects/v1/consultations/{row.consultation_id}/responses")
    return _response(row, await service.get(row.consultation_id))


@router.post(
    "/consultations/{consultationId}/closures", name="consultation_closures_create", status_code=201, summary="Close"
)
async def consultation_closures_create(
    consultation_id: ConsultationId,
    caller: BodiesWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> ConsultationPublic:
    """Close a consultation; 409 names the responses that nobody has dealt with. Needs no body."""
    service = ConsultationService(session)
    await service.get(consultation_id)
    demand(refusal_to_lead(caller, Scope.bodies_write))
    row = await service.close(consultation_id)
    created(response, request, f"/projects/v1/consultations/{consultation_id}")
    return _show(row, await service.responses([row.id]), caller, lang)


def _response(row: ConsultationResponse, consultation: Consultation) -> ResponsePublic:
    is_late = row.received_at.astimezone(_ZONE).date() > consultation.due_on
    return ResponsePublic.model_validate(row.model_dump() | {"is_late": is_late})


def _show(
    row: Consultation, answers: Sequence[ConsultationResponse], caller: Principal, lang: Lang
) -> ConsultationPublic:
    counted = Counter(answer.disposition is None for answer in answers if answer.consultation_id == row.id)
    closed = ConsultationClosed.title if row.state == ConsultationState.closed else None
    reason = refusal_to_lead(caller, Scope.bodies_write) or closed or (ResponsesOpen.title if counted[True] else None)
    close = AllowedAction(
        action="close",
        method="POST",
        href=f"/projects/v1/consultations/{row.id}/closures",
        allowed=reason is None,
        reason=reason and reason.pick(lang),
    )
    computed = {"responses": counted.total(), "undisposed": counted[True], "allowed_actions": [close]}
    return ConsultationPublic.model_validate(row.model_dump() | computed)
