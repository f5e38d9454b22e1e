"""Federations over HTTP: the platform's operators keep them, tenants choose their identity provider from them."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.identity.federation.auth import FederationsAsk, FederationsRead, FederationsWrite, refusal_to_write
from services.identity.federation.faults import FeedFault
from services.identity.federation.models import Federation, FederationEntity, FederationGeneration
from services.identity.federation.schemas import (
    EntityPublic,
    EntityQuery,
    FederationCreate,
    FederationPublic,
    FederationUpdate,
    GenerationDecision,
    GenerationPublic,
    RefreshPublic,
)
from services.identity.federation.service import FederationAdministration
from shared.auth import Principal
from shared.kit import clock
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import allowed_action

router = new_router("federations")

FederationId = Annotated[UUID, Path(alias="federationId", description="Id of the federation")]
Words = Annotated[
    str, Query(alias="q", max_length=200, description="Part of a name, a keyword, a scope or an entityID")
]


@router.get("/federations")
async def federations_list(
    caller: FederationsRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[FederationPublic]:
    """The federations of the platform."""
    after = page.keys(UUID)
    desk = FederationAdministration(session)
    rows = await desk.list(page.limit + 1, after[0] if after else None)
    shown = {row.id: await _show(desk, row, caller, request, lang) for row in rows}
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: shown[row.id])


@router.post("/federations", status_code=201)
async def federations_create(
    body: FederationCreate,
    caller: FederationsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> FederationPublic:
    """Register a federation; its feed is read at once."""
    desk = FederationAdministration(session)
    federation = await desk.create(body)
    created(response, request, f"/identity/v1/federations/{federation.id}")
    etag(response, federation.version)
    return await _show(desk, federation, caller, request, lang)


@router.get("/federations/{federationId}")
async def federations_get(
    federation_id: FederationId,
    caller: FederationsRead,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> FederationPublic:
    """One federation, and how fresh its metadata are."""
    desk = FederationAdministration(session)
    federation = await desk.get(federation_id)
    etag(response, federation.version)
    return await _show(desk, federation, caller, request, lang)


@router.patch("/federations/{federationId}")
async def federations_patch(
    federation_id: FederationId,
    body: FederationUpdate,
    version: IfMatch,
    caller: FederationsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> FederationPublic:
    """Change pins, limits or name, disable or enable. A disabled federation lets nobody in."""
    desk = FederationAdministration(session)
    federation = await desk.change(federation_id, version, body)
    etag(response, federation.version)
    return await _show(desk, federation, caller, request, lang)


@router.post("/federations/{federationId}/refreshes", status_code=202)
async def federations_refresh(
    federation_id: FederationId,
    _: FederationsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
) -> RefreshPublic:
    """Read the feed now."""
    job_id = await FederationAdministration(session).refresh(federation_id)
    created(response, request, f"/identity/v1/jobs/{job_id}", status=202)
    return RefreshPublic(job_id=job_id)


@router.post("/federations/{federationId}/entity-queries", status_code=202)
async def federations_ask(
    federation_id: FederationId,
    body: EntityQuery,
    _: FederationsAsk,
    session: SessionDep,
    request: Request,
    response: Response,
) -> RefreshPublic:
    """Ask a metadata query service for an entity, so that it can be chosen as a login."""
    job_id = await FederationAdministration(session).ask_for(federation_id, body.entity_id)
    created(response, request, f"/identity/v1/jobs/{job_id}", status=202)
    return RefreshPublic(job_id=job_id)


@router.get("/federations/{federationId}/generations")
async def federations_list_generations(
    federation_id: FederationId,
    _: FederationsRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
) -> Page[GenerationPublic]:
    """What the feed delivered, the latest first: what was taken, what waits, what was refused and why."""
    after = page.keys(UUID)
    desk = FederationAdministration(session)
    rows = await desk.generations(federation_id, page.limit + 1, after[0] if after else None)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _show_generation(row, lang))


@router.get("/federations/{federationId}/entities")
async def federations_list_entities(
    federation_id: FederationId,
    _: FederationsRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    words: Words = "",
) -> Page[EntityPublic]:
    """The identity providers in force, by entityID."""
    after = page.keys(str)
    desk = FederationAdministration(session)
    federation = await desk.get(federation_id)
    rows = await desk.entities(federation, words, page.limit + 1, after[0] if after else None)
    return make_page(
        request, page, rows, key=lambda row: [row.entity_id], show=lambda row: _show_entity(row, federation)
    )


@router.post("/federations/{federationId}/approvals")
async def federations_approve(
    federation_id: FederationId,
    body: GenerationDecision,
    caller: FederationsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> FederationPublic:
    """Put a generation into force that waits because too many identity providers would vanish."""
    desk = FederationAdministration(session)
    federation = await desk.approve(federation_id, body.generation_id)
    etag(response, federation.version)
    return await _show(desk, federation, caller, request, lang)


@router.post("/federations/{federationId}/refusals")
async def federations_refuse(
    federation_id: FederationId,
    body: GenerationDecision,
    caller: FederationsWrite,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> FederationPublic:
    """Refuse a generation that waits; the one in force goes on."""
    desk = FederationAdministration(session)
    federation = await desk.refuse(federation_id, body.generation_id)
    etag(response, federation.version)
    return await _show(desk, federation, caller, request, lang)


async def _show(
    desk: FederationAdministration, federation: Federation, caller: Principal, request: Request, lang: Lang
) -> FederationPublic:
    path = f"/identity/v1/federations/{federation.id}"
    current = await desk.current(federation)
    valid_until = current.valid_until if current else None
    is_valid = current is not None and (valid_until is None or valid_until > clock.now())
    computed = {
        "identity_providers": current.identity_providers if current else 0,
        "valid_until": valid_until,
        "age_seconds": _age(federation.refreshed_at),
        "is_fresh": is_valid and _is_recent(federation.refreshed_at, federation.interval_seconds),
        "fault_words": FeedFault(federation.fault).words.pick(lang) if federation.fault else None,
        "allowed_actions": [allowed_action(request, lang, "change", "PATCH", path, refused=refusal_to_write(caller))],
    }
    return FederationPublic.model_validate(federation.model_dump() | computed)


def _show_generation(row: FederationGeneration, lang: Lang) -> GenerationPublic:
    fault = FeedFault(row.reason) if row.reason and row.reason in FeedFault.__members__ else None
    words = fault.words.pick(lang) if fault else None
    return GenerationPublic.model_validate(row.model_dump() | {"reason_words": words})


def _show_entity(row: FederationEntity, federation: Federation) -> EntityPublic:
    # Of an aggregate all entities are as fresh as the whole; of a query service each is as fresh as its own answer.
    refreshed = row.read_at if federation.kind == "mdq" else federation.refreshed_at
    computed = {
        "refreshed_at": refreshed,
        "age_seconds": _age(refreshed),
        "is_fresh": row.valid_until > clock.now() and _is_recent(refreshed, federation.interval_seconds),
    }
    return EntityPublic.model_validate(row.model_dump() | computed)


def _age(refreshed: datetime | None) -> int | None:
    return None if refreshed is None else int((clock.now() - refreshed).total_seconds())


def _is_recent(refreshed: datetime | None, interval_seconds: int) -> bool:
    return refreshed is not None and clock.now() - refreshed <= timedelta(seconds=2 * interval_seconds)
