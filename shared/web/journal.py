"""The journal of a service over HTTP: every change, and the proof that none was changed afterwards."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlalchemy import text

from shared.auth import DataClass, Principal, Scope, requires
from shared.auth.roles import Role
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.kit.seals import verify
from shared.web.models import ApiModel, Page, example
from shared.web.paging import PageDep, make_page
from shared.web.route import new_router
from shared.web.runtime import SessionDep
from shared.web.urls import created

JournalRead = Annotated[
    Principal,
    requires(
        Scope.journal_read,
        (Role.auditor, Role.tenant_admin, Role.project_leader, Role.approver),
        everywhere=True,
        data_class=DataClass.confidential,
    ),
]
JournalVerify = Annotated[
    Principal,
    requires(Scope.journal_read, (Role.auditor, Role.tenant_admin), everywhere=True, data_class=DataClass.confidential),
]

_SELECT = (
    "SELECT id, at, actor_id, side, client_id, action, entity, entity_id, before, after, reason, trace"
    " FROM journal_entry WHERE tenant_id = :tenant AND (CAST(:entity_id AS uuid) IS NULL OR entity_id = :entity_id)"
    " AND (CAST(:before AS uuid) IS NULL OR id < :before) {narrowed} ORDER BY id DESC LIMIT :limit"
)
_ACTS = text(_SELECT.format(narrowed="AND action NOT LIKE 'row.%'"))
_ALL = text(_SELECT.format(narrowed=""))


class JournalEntryPublic(ApiModel):
    """One change: who, when, what, from what to what, why, and the trace of the request."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "at": "2026-08-17T08:00:00Z",
            "actorId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "side": "customer",
            "clientId": "demo-app",
            "action": "gate.pass",
            "entity": "gate",
            "entityId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11",
            "before": {"state": "ready"},
            "after": {"state": "passed"},
            "reason": None,
            "trace": "0af7651916cd43dd8448eb211c80319c",
        }
    )

    id: UUID
    at: datetime
    actor_id: UUID | None
    side: str | None
    client_id: str | None
    action: str
    entity: str
    entity_id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    trace: str | None


class BrokenPlace(ApiModel):
    """The first place where the journal is not as it was sealed."""

    what: Literal["seal", "entry", "image", "row"] = Field(
        description="A link of the chain, an entry, the image of a row, or a row that differs from its last image"
    )
    seal: int | None
    entry_id: UUID | None
    entity: str | None
    entity_id: UUID | None


class JournalVerification(ApiModel):
    """What was checked, and what was found."""

    model_config = example(
        {
            "isUnbroken": True,
            "entries": 51234,
            "unsealed": 12,
            "seals": 97,
            "redactedImages": 3,
            "head": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "firstBroken": None,
        }
    )

    is_unbroken: bool
    entries: int = Field(description="Entries of the tenant, sealed and unsealed")
    unsealed: int = Field(description="Entries that no link covers yet; the worker seals them within minutes")
    seals: int = Field(description="Links of the chain")
    redacted_images: int = Field(description="Images in which a person was forgotten; only their seal can be checked")
    head: str | None = Field(description="Hash of the last link; compare it with the head that was sent out signed")
    first_broken: BrokenPlace | None


def journal_router(service: str, *, is_sealed: bool = False) -> APIRouter:
    """The journal of one service, newest first. `is_sealed`: it has a chain (`shared.kit.journal.create_seals`)."""
    router = new_router("journal")
    if is_sealed:
        router.add_api_route(
            "/journal-verifications",
            _verify,
            name=f"{service}_journal_verifications_create",
            methods=["POST"],
            status_code=201,
            summary="Verify the journal",
        )

    async def entries(
        caller: JournalRead,
        session: SessionDep,
        request: Request,
        page: PageDep,
        entity_id: Annotated[UUID | None, Query(alias="entityId", description="Only changes of this entity")] = None,
        with_rows: Annotated[
            bool, Query(alias="rows", description="With the entry of each row that changed, as well as each act")
        ] = False,
    ) -> Page[JournalEntryPublic]:
        """What was done in the tenant, newest first; with `rows`, also each row that it changed."""
        after = page.keys(UUID)
        values = {
            "tenant": caller.tenant,
            "entity_id": entity_id,
            "before": after[0] if after else None,
            "limit": page.limit + 1,
        }
        rows = (await session.execute(_ALL if with_rows else _ACTS, values)).all()
        return make_page(request, page, rows, key=lambda row: [row.id], show=JournalEntryPublic.model_validate)

    router.add_api_route(
        "/journal-entries", entries, name=f"{service}_journal_entries_list", methods=["GET"], summary="Read the journal"
    )
    return router


async def _verify(
    caller: JournalVerify, session: SessionDep, request: Request, response: Response
) -> JournalVerification:
    """Compute the chain of hashes anew, and hold every image and row against it. Needs no body.

    The journal keeps that it was verified, and what was found.
    """
    checked = await verify(session)
    verification_id = new_id()
    found = {"entries": checked.entries, "seals": checked.seals, "isUnbroken": checked.broken is None}
    await record(session, "journal.verify", "journal_verification", verification_id, after=found)
    base = request.url.path.removesuffix("/journal-verifications")
    created(response, request, f"{base}/journal-entries?entityId={verification_id}")
    return JournalVerification(
        is_unbroken=checked.broken is None,
        entries=checked.entries,
        unsealed=checked.unsealed,
        seals=checked.seals,
        redacted_images=checked.redacted,
        head=checked.head and checked.head.hex(),
        first_broken=checked.broken and BrokenPlace.model_validate(checked.broken),
    )
