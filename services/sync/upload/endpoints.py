"""Uploads: announce, send the content, list.

A content that broke off is gone on with by tus 1.0.0 (core and checksum extension, https://tus.io/protocols): of the
ways to resume it has by far the most clients, for browsers, phones and servers, and it is stable. The draft of the IETF
(draft-ietf-httpbis-resumable-upload) has changed its headers with every version and is spoken by few; Content-Range on
a PUT (RFC 9110 section 14.5) tells nobody how much has arrived.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Path, Request, Response
from starlette.requests import ClientDisconnect

from services.sync.settings import Settings
from services.sync.source.dependencies import seals
from services.sync.source.service import SourceService
from services.sync.upload.auth import UploadsRead, UploadsWrite, refusal_to_write
from services.sync.upload.errors import (
    UploadBrokenOff,
    UploadPartForm,
    UploadPartUnsound,
    UploadProtocolUnknown,
)
from services.sync.upload.models import Upload
from services.sync.upload.receiving import Receiver
from services.sync.upload.schemas import UploadCreate, UploadPublic
from services.sync.upload.service import Keeping, NewUpload, UploadService, problem_with_sending, problem_with_telling
from shared.auth import Principal
from shared.kit.files import FileGone, FileStore
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
TUS = "1.0.0"
_PART = "application/offset+octet-stream"
_TUS_HEADERS = {
    "Tus-Resumable": TUS,
    "Tus-Version": TUS,
    "Tus-Extension": "checksum",
    "Tus-Checksum-Algorithm": "sha256",
}
_OFFSET_HEADERS: dict[str, Any] = {
    "Upload-Offset": {"description": "The byte that is awaited next", "schema": {"type": "integer"}},
    "Upload-Length": {"description": "Bytes announced", "schema": {"type": "integer"}},
    "Tus-Resumable": {"schema": {"type": "string", "example": TUS}},
}
_CONTENT = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@router.post("/uploads", status_code=201, summary="Announce an upload", responses=problem_responses(413))
async def uploads_create(
    body: UploadCreate, caller: UploadsWrite, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> UploadPublic:
    """Say what will be sent and how to read it. Nothing is sent yet."""
    sources = SourceService(session, seals(request))
    if body.source_id is None:
        await sources.refuse_inactive(body.source)
        new = NewUpload(body.kind or "", body.source, body.used_mapping(), body.size, body.sha256)
    else:
        new = NewUpload.of(await sources.active(body.source_id), body.size, body.sha256)
    uploads = UploadService(session)
    await uploads.check_teller(caller, new)
    upload = await uploads.declare(new, caller.subject, keeping(request).max_bytes)
    created(response, request, f"/sync/v1/uploads/{upload.id}")
    etag(response, upload.version)
    return _show(upload, caller, request, lang)


@router.get("/uploads", summary="List uploads")
async def uploads_list(
    caller: UploadsRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[UploadPublic]:
    """The tenant's uploads, the newest first."""
    keys = page.keys(UUID)
    uploads = UploadService(session)
    rows = await uploads.list_before(keys[0] if keys else None, page.limit + 1)
    untold = await uploads.untold(caller)
    return make_page(
        request, page, rows, key=lambda row: (row.id,), show=lambda row: _show(row, caller, request, lang, untold)
    )


@router.get("/uploads/{uploadId}", summary="Read an upload")
async def uploads_get(
    upload_id: UploadId, caller: UploadsRead, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> UploadPublic:
    """What was announced, and whether the content is there."""
    uploads = UploadService(session)
    upload = await uploads.get(upload_id)
    etag(response, upload.version)
    return _show(upload, caller, request, lang, await uploads.untold(caller))


@router.put(
    "/uploads/{uploadId}/content",
    summary="Send the content of an upload",
    responses=problem_responses(412, 413, 428),
    openapi_extra={"requestBody": {"required": True, **_CONTENT}},
)
async def uploads_put_content(
    upload_id: UploadId, caller: UploadsWrite, version: IfMatch, request: Request, response: Response, lang: LangDep
) -> UploadPublic:
    """Stream the file as it is, from its first byte. It is stored encrypted and cannot be replaced afterwards.

    `receivedBytes` of the upload says meanwhile how much has arrived. What broke off is gone on with by PATCH, or sent
    anew by PUT; what is not whole is read by nobody and gone after two days.
    """
    if "content-range" in request.headers:  # RFC 9110 section 14.4: not to be taken for the whole
        raise UploadPartUnsound.at("Content-Range", "PUT sends all of the content; send the rest of it by PATCH")
    upload = await (await _receiver(request, caller, upload_id, version)).whole(_body(request))
    etag(response, upload.version)
    return _show(upload, caller, request, lang)


@router.get(
    "/uploads/{uploadId}/content",
    status_code=204,
    summary="Ask how much of the content has arrived",
    responses={204: {"headers": _OFFSET_HEADERS}, **problem_responses(410)},
)
async def uploads_get_content(upload_id: UploadId, _: UploadsRead, session: SessionDep) -> Response:
    """Answers HEAD as tus 1.0.0 wants it: Upload-Offset is the byte from which to go on. Nobody reads the content back.

    The same address takes PATCH; send If-Match with the ETag of the announcement along.
    """
    upload = await UploadService(session).get(upload_id)
    if upload.state == "erased":
        raise FileGone()
    arrived = upload.size if upload.state == "stored" else upload.received
    return Response(status_code=204, headers=_offset(upload, arrived) | {"Cache-Control": "no-store"})


@router.patch(
    "/uploads/{uploadId}/content",
    status_code=204,
    summary="Send the next part of the content",
    responses={204: {"headers": _OFFSET_HEADERS}, **problem_responses(412, 413, 415, 428, 460)},
    openapi_extra={
        "requestBody": {"required": True, "content": {_PART: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def uploads_patch_content(
    upload_id: UploadId,
    caller: UploadsWrite,
    version: IfMatch,
    request: Request,
    protocol: Annotated[str | None, Header(alias="Tus-Resumable", description=TUS)] = None,
    offset: Annotated[int | None, Header(alias="Upload-Offset", ge=0, description="Where this part begins")] = None,
    checksum: Annotated[
        str | None, Header(alias="Upload-Checksum", max_length=200, description="sha256 and the digest in base64")
    ] = None,
) -> Response:
    """A part as tus 1.0.0 sends it. What has arrived of one that breaks off is kept, unless it came with a checksum.

    With the last byte the checksum of the whole is looked at; where it is another, everything is sent anew from 0.
    """
    if protocol != TUS:
        raise UploadProtocolUnknown(headers=_TUS_HEADERS)
    if request.headers.get("content-type") != _PART:
        raise UploadPartForm(headers=_TUS_HEADERS)
    if offset is None:
        raise UploadPartUnsound.at("Upload-Offset", "say at which byte the part begins")
    receiver = await _receiver(request, caller, upload_id, version)
    upload = await receiver.append(_body(request), offset, checksum)
    arrived = upload.size if upload.state == "stored" else upload.received
    answer = Response(status_code=204, headers=_offset(upload, arrived))
    etag(answer, upload.version)
    return answer


def _offset(upload: Upload, arrived: int) -> dict[str, str]:
    return {**_TUS_HEADERS, "Upload-Offset": str(arrived), "Upload-Length": str(upload.size)}


async def _receiver(request: Request, caller: Principal, upload_id: UUID, version: int) -> Receiver:
    """Several short transactions: a sender may take an hour, and must not hold a connection or a lock meanwhile."""
    async with transaction_of(request, caller) as session:
        uploads = UploadService(session)
        await uploads.check_teller(caller, await uploads.get(upload_id))
    return Receiver(lambda: transaction_of(request, caller), keeping(request), upload_id, version, caller.subject)


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


def _show(
    upload: Upload, caller: Principal, request: Request, lang: Lang, untold: frozenset[UUID | str] = frozenset()
) -> UploadPublic:
    content_path = f"/sync/v1/uploads/{upload.id}/content"
    problem = problem_with_sending(upload) or problem_with_telling(upload, untold)
    refused = refusal_to_write(caller) or (problem.title if problem else None)
    return UploadPublic(
        id=upload.id,
        kind=upload.kind,
        source=upload.source,
        source_id=upload.source_id,
        state=upload.state,
        mapping_name=str(upload.mapping["name"]),
        size=upload.size,
        received_bytes=upload.received if upload.state == "declared" else upload.size,
        sha256=upload.sha256,
        content_path=content_path,
        created_at=upload.created_at,
        allowed_actions=[
            allowed_action(request, lang, "send_content", "PUT", content_path, refused=refused),
            allowed_action(request, lang, "append_content", "PATCH", content_path, refused=refused),
        ],
    )
