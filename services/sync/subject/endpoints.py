"""What a data subject may ask for: a copy of everything (GDPR article 15), and to be forgotten (article 17).

The person's id travels in the body, never in a URL.
"""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi.responses import StreamingResponse

from services.sync.subject.auth import ErasuresAsk, ErasuresDecide, ExportsAsk, RequestsRead
from services.sync.subject.errors import ExportNotReady
from services.sync.subject.models import PersonErasure, PersonExport
from services.sync.subject.packing import MEDIA
from services.sync.subject.schemas import (
    PersonErasureCreate,
    PersonErasurePublic,
    PersonExportCreate,
    PersonExportPublic,
)
from services.sync.subject.service import SubjectService
from services.sync.subject.showing import show_erasure, show_export
from shared.auth import Principal
from shared.kit.files import FileGone, FileState, FileStore
from shared.kit.journal import record
from shared.web import LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router, runtime
from shared.web.route import problem_responses
from shared.web.runtime import transaction_of

router = new_router("data subjects")

ExportId = Annotated[UUID, Path(alias="personExportId")]
ErasureId = Annotated[UUID, Path(alias="personErasureId")]


@router.post("/person-exports", status_code=202, summary="Put together what is held about a person")
async def person_exports_create(
    body: PersonExportCreate,
    caller: ExportsAsk,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> PersonExportPublic:
    """Asks every service; the file is ready once each has answered, and is kept for a few days."""
    row = await SubjectService(session).ask_export(body, caller)
    created(response, request, f"/sync/v1/jobs/{row.job_id}", status=202)
    etag(response, row.version)
    return show_export(row)


@router.get("/person-exports", summary="List exports of persons")
async def person_exports_list(
    caller: RequestsRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[PersonExportPublic]:
    """The newest first; what was found is in the files alone."""
    keys = page.keys(UUID)
    rows = await SubjectService(session).list_before(PersonExport, keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=show_export)


@router.get("/person-exports/{personExportId}", summary="Read an export of a person")
async def person_exports_get(
    export_id: ExportId,
    caller: RequestsRead,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> PersonExportPublic:
    """Which services have answered, and until when there is a file."""
    row = await SubjectService(session).get(PersonExport, export_id)
    etag(response, row.version)
    return show_export(row)


@router.get(
    "/person-exports/{personExportId}/content",
    summary="Fetch what is held about a person",
    response_class=StreamingResponse,
    responses={
        200: {"content": {MEDIA: {"schema": {"type": "string", "format": "binary"}}}},
        **problem_responses(409, 410),
    },
)
async def person_exports_get_content(export_id: ExportId, caller: ExportsAsk, request: Request) -> StreamingResponse:
    """A zip: JSON for programs, a table for people. Every fetch is written to the journal."""
    async with transaction_of(request, caller) as session:
        row = await SubjectService(session).get(PersonExport, export_id)
        if row.file_id is None:
            raise ExportNotReady()
        if (await _store(request).get(session, row.file_id)).state != FileState.ready:
            raise FileGone()
        await record(session, "person_export.fetch", "person_export", row.id)
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="person-data.zip"'}
    return StreamingResponse(_content(request, caller, row.file_id), media_type=MEDIA, headers=headers)


async def _content(request: Request, caller: Principal, file_id: UUID) -> AsyncIterator[bytes]:
    async with transaction_of(request, caller) as session:
        async for piece in _store(request).read(session, file_id):
            yield piece


def _store(request: Request) -> FileStore:
    store: FileStore = runtime(request).resources[FileStore]
    return store


@router.post(
    "/person-erasures", status_code=201, summary="Ask for a person to be forgotten", responses=problem_responses(409)
)
async def person_erasures_create(
    body: PersonErasureCreate,
    caller: ErasuresAsk,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> PersonErasurePublic:
    """It cannot be undone, so nothing happens before a second person of the customer has approved it."""
    row = await SubjectService(session).ask_erasure(body, caller)
    created(response, request, f"/sync/v1/person-erasures/{row.id}")
    etag(response, row.version)
    return show_erasure(row, caller, request, lang)


@router.get("/person-erasures", summary="List erasures of persons")
async def person_erasures_list(
    caller: RequestsRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[PersonErasurePublic]:
    """Those that were asked for, the newest first; `/erasures` has everybody who was erased, for whatever reason."""
    keys = page.keys(UUID)
    rows = await SubjectService(session).list_before(PersonErasure, keys[0] if keys else None, page.limit + 1)
    return make_page(
        request, page, rows, key=lambda row: (row.id,), show=lambda row: show_erasure(row, caller, request, lang)
    )


@router.get("/person-erasures/{personErasureId}", summary="Read an erasure of a person")
async def person_erasures_get(
    erasure_id: ErasureId,
    caller: RequestsRead,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> PersonErasurePublic:
    """What each service erased, what it keeps and why, and who has still to answer."""
    row = await SubjectService(session).get(PersonErasure, erasure_id)
    etag(response, row.version)
    return show_erasure(row, caller, request, lang)


@router.post(
    "/person-erasures/{personErasureId}/approvals",
    status_code=202,
    summary="Approve an erasure",
    responses=problem_responses(409),
)
async def person_erasure_approvals_create(
    erasure_id: ErasureId,
    caller: ErasuresDecide,
    session: SessionDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> PersonErasurePublic:
    """By another person than the one who asked. Every service forgets the person now. Needs no body."""
    row = await SubjectService(session).approve(erasure_id, caller)
    created(response, request, f"/sync/v1/jobs/{row.job_id}", status=202)
    return show_erasure(row, caller, request, lang)


@router.post(
    "/person-erasures/{personErasureId}/refusals",
    status_code=200,
    summary="Refuse an erasure",
    responses=problem_responses(409),
)
async def person_erasure_refusals_create(
    erasure_id: ErasureId, caller: ErasuresDecide, session: SessionDep, request: Request, lang: LangDep
) -> PersonErasurePublic:
    """Nobody is erased; whoever asked may take it back so too. Needs no body."""
    return show_erasure(await SubjectService(session).refuse(erasure_id, caller), caller, request, lang)
