"""Attached documents over HTTP: announce, send the content, list, download, remove."""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from services.projects.activity.endpoints import ActivityId
from services.projects.attachment.auth import AttachmentsRead, AttachmentsWrite
from services.projects.attachment.errors import AttachmentBrokenOff
from services.projects.attachment.rights import Subject
from services.projects.attachment.schemas import AttachmentCreate, AttachmentPublic
from services.projects.attachment.service import AttachmentService, Keeping
from services.projects.attachment.view import show
from services.projects.gate.endpoints import GateId
from services.projects.project.endpoints import ProjectId
from services.projects.settings import Settings
from shared.auth.dependencies import require_data_class
from shared.auth.principal import Principal
from shared.kit.files import DataClass, FileStore, spooled
from shared.kit.text import Lang
from shared.web import (
    AsOf,
    IfMatch,
    LangDep,
    Page,
    PageDep,
    PageQuery,
    SessionDep,
    created,
    etag,
    make_page,
    new_router,
)
from shared.web.route import problem_responses
from shared.web.runtime import runtime, transaction_of

router = new_router("attachments")

AttachmentId = Annotated[UUID, Path(alias="attachmentId")]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_CONTENT = {"content": {"application/octet-stream": _BINARY}}
_TOO_LARGE = problem_responses(413)


@router.post(
    "/projects/{projectId}/attachments",
    name="project_attachments_create",
    status_code=201,
    summary="Attach a document to a project",
    responses=_TOO_LARGE,
)
async def project_attachments_create(
    project_id: ProjectId,
    body: AttachmentCreate,
    caller: AttachmentsWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> AttachmentPublic:
    """Announce a document of the project as a whole. Nothing is sent yet."""
    subject = await AttachmentService(session).subject(project_id=project_id)
    return await _declare(subject, body, caller, AttachmentService(session), lang, request, response)


@router.post(
    "/activities/{activityId}/attachments",
    name="activity_attachments_create",
    status_code=201,
    summary="Attach a document to an activity",
    responses=_TOO_LARGE,
)
async def activity_attachments_create(
    activity_id: ActivityId,
    body: AttachmentCreate,
    caller: AttachmentsWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> AttachmentPublic:
    """Announce an instruction, a checklist, a protocol or other evidence of one activity. Nothing is sent yet."""
    subject = await AttachmentService(session).subject(activity_id=activity_id)
    return await _declare(subject, body, caller, AttachmentService(session), lang, request, response)


@router.post(
    "/gates/{gateId}/attachments",
    name="gate_attachments_create",
    status_code=201,
    summary="Attach a document to a gate",
    responses=_TOO_LARGE,
)
async def gate_attachments_create(
    gate_id: GateId,
    body: AttachmentCreate,
    caller: AttachmentsWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> AttachmentPublic:
    """Announce what a gate is judged by: protocols, minutes, evidence. Nothing is sent yet."""
    subject = await AttachmentService(session).subject(gate_id=gate_id)
    return await _declare(subject, body, caller, AttachmentService(session), lang, request, response)


@router.get(
    "/projects/{projectId}/attachments",
    name="project_attachments_list",
    summary="List a project's documents",
    dependencies=[AsOf],
)
async def project_attachments_list(
    project_id: ProjectId,
    caller: AttachmentsRead,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[AttachmentPublic]:
    """Every document of the project, its activities and its gates, oldest first."""
    subject = await AttachmentService(session).subject(project_id=project_id)
    return await _listed(subject, caller, AttachmentService(session), lang, request, page)


@router.get(
    "/activities/{activityId}/attachments",
    name="activity_attachments_list",
    summary="List an activity's documents",
    dependencies=[AsOf],
)
async def activity_attachments_list(
    activity_id: ActivityId,
    caller: AttachmentsRead,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[AttachmentPublic]:
    """The documents of one activity, oldest first."""
    subject = await AttachmentService(session).subject(activity_id=activity_id)
    return await _listed(subject, caller, AttachmentService(session), lang, request, page)


@router.get(
    "/gates/{gateId}/attachments", name="gate_attachments_list", summary="List a gate's documents", dependencies=[AsOf]
)
async def gate_attachments_list(
    gate_id: GateId,
    caller: AttachmentsRead,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[AttachmentPublic]:
    """The documents of one gate, oldest first."""
    subject = await AttachmentService(session).subject(gate_id=gate_id)
    return await _listed(subject, caller, AttachmentService(session), lang, request, page)


@router.get("/attachments/{attachmentId}", name="attachments_get", summary="Read about a document", dependencies=[AsOf])
async def attachments_get(
    attachment_id: AttachmentId, caller: AttachmentsRead, session: SessionDep, lang: LangDep, response: Response
) -> AttachmentPublic:
    """What the document is, and whether its content is there."""
    attachments = AttachmentService(session)
    attachment = await attachments.get(attachment_id)
    etag(response, attachment.version)
    return show(attachment, await attachments.subject_of(attachment), caller, lang)


@router.put(
    "/attachments/{attachmentId}/content",
    name="attachments_put_content",
    summary="Send the content of a document",
    responses=problem_responses(412, 413, 428),
    openapi_extra={"requestBody": {"required": True, **_CONTENT}},
)
async def attachments_put_content(
    attachment_id: AttachmentId,
    caller: AttachmentsWrite,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> AttachmentPublic:
    """Stream the file as it is. It is stored encrypted, whole or not at all, and cannot be replaced afterwards."""
    # Two short transactions: a slow sender must not hold a connection or a lock meanwhile.
    async with transaction_of(request, caller) as session:
        announced = await AttachmentService(session).awaiting(attachment_id, version, caller)
    await require_data_class(request, caller, DataClass(announced.data_class))
    keep = keeping(request)
    async with (
        spooled(_body(request), min(announced.size, keep.max_bytes)) as content,
        transaction_of(request, caller) as session,
    ):
        attachments = AttachmentService(session)
        attachment = await attachments.awaiting(attachment_id, version, caller, lock=True)
        attachment = await attachments.fill(attachment, content.pieces(), keep, caller.subject)
        subject = await attachments.subject_of(attachment)
    etag(response, attachment.version)
    return show(attachment, subject, caller, lang)


@router.get(
    "/attachments/{attachmentId}/content",
    name="attachments_get_content",
    summary="Download a document",
    response_class=StreamingResponse,
    responses={200: {"description": "The file as it was sent", **_CONTENT}, **problem_responses(410)},
)
async def attachments_get_content(attachment_id: AttachmentId, caller: AttachmentsRead, request: Request) -> Response:
    """The content, decrypted. The document's own data class decides which login it needs."""
    async with transaction_of(request, caller) as session:
        attachment = await AttachmentService(session).readable(attachment_id)
    await require_data_class(request, caller, DataClass(attachment.data_class))

    async def content() -> AsyncIterator[bytes]:
        async with transaction_of(request, caller) as session:
            if attachment.file_id is not None:
                async for piece in keeping(request).store.read(session, attachment.file_id):
                    yield piece

    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.file_name, safe='')}",
        "Content-Length": str(attachment.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(content(), media_type=attachment.media_type, headers=headers)


@router.delete(
    "/attachments/{attachmentId}",
    name="attachments_delete",
    status_code=204,
    summary="Remove a document",
    responses=problem_responses(410, 412, 428),
)
async def attachments_delete(
    attachment_id: AttachmentId, caller: AttachmentsWrite, version: IfMatch, session: SessionDep, request: Request
) -> None:
    """Erase a document for good: its key is destroyed. That it existed stays on record."""
    await AttachmentService(session).remove(attachment_id, version, caller, keeping(request).store)


def keeping(request: Request) -> Keeping:
    """Where this process keeps documents."""
    held = runtime(request)
    if not isinstance(held.settings, Settings):
        raise TypeError("projects needs its own settings")
    store: FileStore = held.resources[FileStore]
    return Keeping(store, held.settings.max_attachment_bytes, held.settings.attachment_retention_days)


async def _body(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect:
        raise AttachmentBrokenOff() from None


async def _declare(
    subject: Subject,
    body: AttachmentCreate,
    caller: Principal,
    attachments: AttachmentService,
    lang: Lang,
    request: Request,
    response: Response,
) -> AttachmentPublic:
    attachment = await attachments.declare(subject, body, caller, keeping(request).max_bytes)
    created(response, request, f"/projects/v1/attachments/{attachment.id}")
    etag(response, attachment.version)
    return show(attachment, subject, caller, lang)


async def _listed(
    subject: Subject,
    caller: Principal,
    attachments: AttachmentService,
    lang: Lang,
    request: Request,
    page: PageQuery,
) -> Page[AttachmentPublic]:
    after = page.keys(UUID)
    rows = await attachments.list_after(subject, after[0] if after else None, page.limit + 1)
    subjects = {row.id: await attachments.subject_of(row) for row in rows[: page.limit]}
    return make_page(
        request,
        page,
        rows,
        key=lambda row: [row.id],
        show=lambda row: show(row, subjects[row.id], caller, lang),
    )
