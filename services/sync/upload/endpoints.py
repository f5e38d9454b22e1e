"""Uploads: announce, send the content, list."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from starlette.requests import ClientDisconnect

from services.sync.settings import Settings
from services.sync.source.dependencies import seals
from services.sync.source.service import SourceService
from services.sync.upload.auth import UploadsRead, UploadsWrite, refusal_to_write
from services.sync.upload.errors import UploadBrokenOff
from services.sync.upload.models import Upload
from services.sync.upload.schemas import UploadCreate, UploadPublic
from services.sync.upload.service import Keeping, NewUpload, UploadService, problem_with_sending
from shared.auth import Principal
from shared.kit.files import FileStore, spooled
from shared.kit.text import Lang
from shared.web import (
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    created,
    etag,
    make_page,
    new_router,
    runtime,
)
from shared.web.actions import allowed_action
from shared.web.route import problem_responses
from shared.web.runtime import transaction_of

router = new_router("uploads")

UploadId = Annotated[UUID, Path(alias="uploadId")]
_CONTENT = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@router.post("/uploads", status_code=201, summary="Announce an upload", responses=problem_responses(413))
async def uploads_create(
    body: UploadCreate, caller: UploadsWrite, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> UploadPublic:
    """Say what will be sent and how to read it. Nothing is sent yet."""
    if body.source_id is None:
        new = NewUpload(body.kind or "", body.source, body.used_mapping(), body.size, body.sha256)
    else:
        new = NewUpload.of(await SourceService(session, seals(request)).active(body.source_id), body.size, body.sha256)
    upload = await UploadService(session).declare(new, caller.subject, keeping(request).max_bytes)
    created(response, request, f"/sync/v1/uploads/{upload.id}")
    etag(response, upload.version)
    return _show(upload, caller, request, lang)


@router.get("/uploads", summary="List uploads")
async def uploads_list(
    caller: UploadsRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[UploadPublic]:
    """The tenant's uploads, the newest first."""
    keys = page.keys(UUID)
    rows = await UploadService(session).list_before(keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=lambda row: _show(row, caller, request, lang))


@router.get("/uploads/{uploadId}", summary="Read an upload")
async def uploads_get(
    upload_id: UploadId, caller: UploadsRead, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> UploadPublic:
    """What was announced, and whether the content is there."""
    upload = await UploadService(session).get(upload_id)
    etag(response, upload.version)
    return _show(upload, caller, request, lang)


@router.put(
    "/uploads/{uploadId}/content",
    summary="Send the content of an upload",
    responses=problem_responses(412, 413, 428),
    openapi_extra={"requestBody": {"required": True, **_CONTENT}},
)
async def uploads_put_content(
    upload_id: UploadId, caller: UploadsWrite, version: IfMatch, request: Request, response: Response, lang: LangDep
) -> UploadPublic:
    """Stream the file as it is. It is stored encrypted, whole or not at all; it cannot be replaced afterwards."""
    # Two short transactions: a sender may take an hour, and must not hold a connection or a lock meanwhile.
    async with transaction_of(request, caller) as session:
        announced = await UploadService(session).awaiting(upload_id, version)
    keep = keeping(request)
    async with (
        spooled(_body(request), min(announced.size, keep.max_bytes)) as content,
        transaction_of(request, caller) as session,
    ):
        uploads = UploadService(session)
        upload = await uploads.awaiting(upload_id, version, lock=True)
        upload = await uploads.fill(upload, content.pieces(), keep, caller.subject)
    etag(response, upload.version)
    return _show(upload, caller, request, lang)


async def _body(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect:
        raise UploadBrokenOff() from None


def keeping(request: Request) -> Keeping:
    """Where this process keeps files."""
    held = runtime(request)
    if not isinstance(held.settings, Settings):
        raise TypeError("sync needs its own settings")
    store: FileStore = held.resources[FileStore]
    return Keeping(store, held.settings.max_upload_bytes, held.settings.upload_retention_days)


def _show(upload: Upload, caller: Principal, request: Request, lang: Lang) -> UploadPublic:
    content_path = f"/sync/v1/uploads/{upload.id}/content"
    problem = problem_with_sending(upload)
    refused = refusal_to_write(caller) or (problem.title if problem else None)
    return UploadPublic(
        id=upload.id,
        kind=upload.kind,
        source=upload.source,
        source_id=upload.source_id,
        state=upload.state,
        mapping_name=str(upload.mapping["name"]),
        size=upload.size,
        sha256=upload.sha256,
        content_path=content_path,
        created_at=upload.created_at,
        allowed_actions=[allowed_action(request, lang, "send_content", "PUT", content_path, refused=refused)],
    )
