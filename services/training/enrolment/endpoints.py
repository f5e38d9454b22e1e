"""`/sessions/{sessionId}/enrolments` and `/enrolments`."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import Path, Request, Response

from services.training.enrolment.auth import ENROLLERS, READERS, EnrolmentRead, EnrolmentWrite
from services.training.enrolment.rush import Rush
from services.training.enrolment.schemas import (
    BatchResult,
    BatchResults,
    EnrolmentBatch,
    EnrolmentCreate,
    EnrolmentPublic,
)
from services.training.enrolment.service import EnrolmentService
from services.training.enrolment.showing import show_enrolment
from services.training.session.seats import Asked, Outcome
from shared.auth import Principal
from shared.kit.db import tenant_of
from shared.kit.problems import Problem
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.runtime import runtime

router = new_router("enrolments")

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
    asked = Asked(body.person_id, request_id=_named(request, caller), principal=caller)
    rush: Rush = runtime(request).resources[Rush]
    tenant = tenant_of(session)

    async def batched(people: Sequence[Asked]) -> Sequence[Outcome]:
        return [await rush.enrol(tenant, session_id, one) for one in people]

    with rush.present(tenant, session_id) as is_hot:
        enrolment, name = await service.enrol(session_id, asked, batched if is_hot else None)
    created(response, request, f"/training/v1/enrolments/{enrolment.id}")
    etag(response, enrolment.version)
    return show_enrolment(enrolment, name, caller, request, lang)


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
    asked = [Asked(person_id) for person_id in body.person_ids]
    for person_id, outcome, name in await service.enrol_each(session_id, asked):
        if isinstance(outcome, Problem):
            results.append(BatchResult(person_id=person_id, status=outcome.status, problem=outcome.slug))
            continue
        enrolment = show_enrolment(outcome, name, caller, request, lang)
        results.append(BatchResult(person_id=person_id, status=201, enrolment=enrolment))
    return BatchResults(results=results)


@router.get("/sessions/{sessionId}/enrolments")
async def enrolments_list(
    caller: EnrolmentRead, session: SessionDep, session_id: SessionId, request: Request, page: PageDep, lang: LangDep
) -> Page[EnrolmentPublic]:
    """Everybody who ever enrolled in a session, in order of arrival; heads see people of their units."""
    rows = await EnrolmentService(session, caller.units_for(*READERS)).list(session_id, page.limit + 1, page.keys(UUID))

    def show(row: Any) -> EnrolmentPublic:
        return show_enrolment(row[0], row[1], caller, request, lang)

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
    return show_enrolment(enrolment, name, caller, request, lang)


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
    return show_enrolment(enrolment, name, caller, request, lang)


def _named(request: Request, caller: Principal) -> UUID | None:
    """The request by its Idempotency-Key, so that a repetition finds its enrolment even where no answer was kept."""
    key = request.headers.get("idempotency-key")
    return None if key is None else uuid5(caller.subject, key)
