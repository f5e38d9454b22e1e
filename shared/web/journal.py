"""`GET /journal-entries` of a service: the auditor's view of every change."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import text

from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role
from shared.web.models import ApiModel, Page, example
from shared.web.paging import PageDep, make_page
from shared.web.route import new_router
from shared.web.runtime import SessionDep

JournalRead = Annotated[
    Principal,
    requires(
        Scope.journal_read, (Role.auditor, Role.tenant_admin, Role.project_leader, Role.approver), everywhere=True
    ),
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


def journal_router(service: str) -> APIRouter:
    """The journal of one service, newest first."""
    router = new_router("journal")

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
