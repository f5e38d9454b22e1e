"""The journal of a service over HTTP: every change, and the proof that none was changed afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.auth import DataClass, Principal, Scope, requires
from shared.auth.roles import Role
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import LOG, record, record_reading
from shared.kit.seals import verify
from shared.web.export import FILES, FORMATS, HEADERS, written
from shared.web.models import ApiModel, Page, example
from shared.web.negotiation import negotiated
from shared.web.paging import PageDep, make_page, next_href
from shared.web.route import new_router
from shared.web.runtime import SessionDep, runtime
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
    " AND (CAST(:before AS uuid) IS NULL OR id < :before) {narrowed} ORDER BY id DESC OFFSET :skip LIMIT :limit"
)
_NARROWED = {
    "acts": f"AND action NOT LIKE 'row.%' AND entity <> '{LOG}'",
    "rows": f"AND entity <> '{LOG}'",
    "reads": f"AND entity = '{LOG}'",
}
_QUERIES = {name: text(_SELECT.format(narrowed=condition)) for name, condition in _NARROWED.items()}
_PIECE = 1000
MOST = 100_000
"""Entries in one file; `Link: rel="next"` leads to the rest."""


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


@dataclass(frozen=True)
class _Wanted:
    """Which entries of the session's tenant."""

    entity_id: UUID | None
    with_rows: bool
    reads: bool

    @property
    def of_what(self) -> str:
        return "reads" if self.reads else "rows" if self.with_rows else "acts"

    async def read(
        self, session: AsyncSession, before: UUID | None, limit: int, skip: int = 0
    ) -> Sequence[JournalEntryPublic]:
        """Newest first, those older than `before`, `skip` of them left out."""
        values = {
            "tenant": tenant_of(session),
            "entity_id": self.entity_id,
            "before": before,
            "limit": limit,
            "skip": skip,
        }
        rows = await session.execute(_QUERIES[self.of_what], values)
        return [JournalEntryPublic.model_validate(row) for row in rows]


async def _wanted(
    entity_id: Annotated[UUID | None, Query(alias="entityId", description="Only changes of this entity")] = None,
    with_rows: Annotated[
        bool, Query(alias="rows", description="With the entry of each row that changed, as well as each act")
    ] = False,
    reads: Annotated[bool, Query(description="Instead: who read this journal and other logs")] = False,
) -> _Wanted:
    return _Wanted(entity_id, with_rows, reads)


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

    router.add_api_route(
        "/journal-entries",
        _entries,
        name=f"{service}_journal_entries_list",
        methods=["GET"],
        summary="Read the journal",
        response_model=Page[JournalEntryPublic],
        responses=FILES,
    )
    return router


async def _entries(
    caller: JournalRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    wanted: Annotated[_Wanted, Depends(_wanted)],
    format_: Annotated[
        Literal["json", "csv", "ndjson"] | None, Query(alias="format", description="Instead of Accept")
    ] = None,
) -> Page[JournalEntryPublic] | Response:
    """What was done in the tenant, newest first; with `rows`, also each row that it changed; with `reads`, instead who
    read logs. The journal keeps that it was read.

    As CSV or NDJSON up to 100,000 entries in one file, with a `Link` to the rest; the journal keeps who took it.
    """
    after = page.keys(UUID)
    before = after[0] if after else None
    media = negotiated(request, FORMATS, asked=format_)
    if media != FORMATS["json"]:
        return await _file(request, session, wanted, before, media)
    rows = await wanted.read(session, before, page.limit + 1)
    shown = min(len(rows), page.limit)
    await record_reading(session, "journal", shown, entityId=wanted.entity_id, of=wanted.of_what, before=before)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: row)


async def _file(
    request: Request, session: AsyncSession, wanted: _Wanted, before: UUID | None, media: str
) -> StreamingResponse:
    """The entries as a file, read a piece at a time after the request's transaction, each in one of its own."""
    database, tenant = runtime(request).database, tenant_of(session)
    told = {"format": media, "entityId": wanted.entity_id, "rows": wanted.with_rows}
    await record(session, "journal.exported", "journal", tenant, after=told)
    last = await wanted.read(session, before, 2, MOST - 1)
    is_cut, headers = len(last) > 1, dict(HEADERS)
    if is_cut:
        headers["Link"] = f'<{next_href(request, [last[0].id])}>; rel="next"'

    async def pages(after: JournalEntryPublic | None) -> Sequence[JournalEntryPublic]:
        async with database.transaction(tenant) as reading:
            rows = await wanted.read(reading, after.id if after else before, _PIECE)
        # By the entry that the link goes on from, not by count: meanwhile others may have been written.
        return [row for row in rows if row.id >= last[0].id] if is_cut else rows

    return StreamingResponse(written(media, JournalEntryPublic, pages), media_type=media, headers=headers)


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
