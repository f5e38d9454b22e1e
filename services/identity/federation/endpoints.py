"""Federations over HTTP: the platform's operators keep them, tenants choose their identity provider from them."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request

from services.identity.federation.auth import FederationsAsk, FederationsRead, FederationsWrite, refusal_to_write
from services.identity.federation.errors import NothingToDecide
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
from shared.kit.text import Lang, Text
from shared.web import AllowedAction, IfMatch, Page, PageDep, SessionDep, make_page, new_router
from shared.web.reply import ReplyDep

router = new_router("federations")

FederationId = Annotated[UUID, Path(alias="federationId", description="Id of the federation")]
Words = Annotated[
    str, Query(alias="q", max_length=200, description="Part of a name, a keyword, a scope or an entityID")
]
_BASE = "/identity/v1/federations"


class FederationDesk:
    """The federations, and how one of them is shown in the answer to this request."""

    def __init__(self, session: SessionDep, reply: ReplyDep) -> None:
        self.federations = FederationAdministration(session)
        self._reply = reply

    async def answer(self, federation: Federation, caller: Principal) -> FederationPublic:
        """One federation, with its version."""
        self._reply.version(federation.version)
        return await self.show(federation, caller)

    async def show(self, federation: Federation, caller: Principal) -> FederationPublic:
        current = await self.federations.current(federation)
        valid_until = current.valid_until if current else None
        is_valid = current is not None and (valid_until is None or valid_until > clock.now())
        computed = {
            "identity_providers": current.identity_providers if current else 0,
            "valid_until": valid_until,
            "age_seconds": _age(federation.refreshed_at),
            "is_fresh": is_valid and _is_recent(federation.refreshed_at, federation.interval_seconds),
            "fault_words": FeedFault(federation.fault).words.pick(self._reply.lang) if federation.fault else None,
            "allowed_actions": self._actions(federation, refusal_to_write(caller)),
        }
        return FederationPublic.model_validate(federation.model_dump() | computed)

    def _actions(self, federation: Federation, refused: Text | None) -> list[AllowedAction]:
        path = f"{_BASE}/{federation.id}"
        idle = NothingToDecide.title if federation.pending_generation_id is None else None
        return [
            self._reply.action("change", "PATCH", path, refused=refused),
            self._reply.action("refresh", "POST", f"{path}/refreshes", refused=refused),
            self._reply.action("approve", "POST", f"{path}/approvals", refused=refused or idle),
            self._reply.action("refuse", "POST", f"{path}/refusals", refused=refused or idle),
        ]


DeskDep = Annotated[FederationDesk, Depends(FederationDesk)]


@router.get("/federations")
async def federations_list(
    caller: FederationsRead, desk: DeskDep, page: PageDep, reply: ReplyDep
) -> Page[FederationPublic]:
    """The federations of the platform."""
    after = page.keys(UUID)
    rows = await desk.federations.list(page.limit + 1, after[0] if after else None)
    shown = {row.id: await desk.show(row, caller) for row in rows}
    return reply.page(page, rows, lambda row: shown[row.id])


@router.post("/federations", status_code=201)
async def federations_create(
    body: FederationCreate, caller: FederationsWrite, desk: DeskDep, reply: ReplyDep
) -> FederationPublic:
    """Register a federation; its feed is read at once."""
    federation = await desk.federations.create(body)
    reply.created(f"{_BASE}/{federation.id}", federation.version)
    return await desk.show(federation, caller)


@router.get("/federations/{federationId}")
async def federations_get(federation_id: FederationId, caller: FederationsRead, desk: DeskDep) -> FederationPublic:
    """One federation, and how fresh its metadata are."""
    return await desk.answer(await desk.federations.get(federation_id), caller)


@router.patch("/federations/{federationId}")
async def federations_patch(
    federation_id: FederationId, body: FederationUpdate, version: IfMatch, caller: FederationsWrite, desk: DeskDep
) -> FederationPublic:
    """Change pins, limits or name, disable or enable. A disabled federation lets nobody in."""
    return await desk.answer(await desk.federations.change(federation_id, version, body), caller)


@router.post("/federations/{federationId}/refreshes", status_code=202)
async def federations_refresh(
    federation_id: FederationId, _: FederationsWrite, desk: DeskDep, reply: ReplyDep
) -> RefreshPublic:
    """Read the feed now."""
    return RefreshPublic(job_id=reply.started("identity", await desk.federations.refresh(federation_id)))


@router.post("/federations/{federationId}/entity-queries", status_code=202)
async def federations_ask(
    federation_id: FederationId, body: EntityQuery, _: FederationsAsk, desk: DeskDep, reply: ReplyDep
) -> RefreshPublic:
    """Ask a metadata query service for an entity, so that it can be chosen as a login."""
    return RefreshPublic(
        job_id=reply.started("identity", await desk.federations.ask_for(federation_id, body.entity_id))
    )


@router.get("/federations/{federationId}/generations")
async def federations_list_generations(
    federation_id: FederationId, _: FederationsRead, desk: DeskDep, page: PageDep, reply: ReplyDep
) -> Page[GenerationPublic]:
    """What the feed delivered, the latest first: what was taken, what waits, what was refused and why."""
    after = page.keys(UUID)
    rows = await desk.federations.generations(federation_id, page.limit + 1, after[0] if after else None)
    return reply.page(page, rows, lambda row: _show_generation(row, reply.lang))


@router.get("/federations/{federationId}/entities")
async def federations_list_entities(
    federation_id: FederationId,
    _: FederationsRead,
    desk: DeskDep,
    request: Request,
    page: PageDep,
    words: Words = "",
) -> Page[EntityPublic]:
    """The identity providers in force, by entityID."""
    after = page.keys(str)
    federation = await desk.federations.get(federation_id)
    rows = await desk.federations.entities(federation, words, page.limit + 1, after[0] if after else None)
    return make_page(
        request, page, rows, key=lambda row: [row.entity_id], show=lambda row: _show_entity(row, federation)
    )


@router.post("/federations/{federationId}/approvals")
async def federations_approve(
    federation_id: FederationId, body: GenerationDecision, caller: FederationsWrite, desk: DeskDep
) -> FederationPublic:
    """Put a generation into force that waits because too many identity providers would vanish."""
    return await desk.answer(await desk.federations.approve(federation_id, body.generation_id), caller)


@router.post("/federations/{federationId}/refusals")
async def federations_refuse(
    federation_id: FederationId, body: GenerationDecision, caller: FederationsWrite, desk: DeskDep
) -> FederationPublic:
    """Refuse a generation that waits; the one in force goes on."""
    return await desk.answer(await desk.federations.refuse(federation_id, body.generation_id), caller)


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
