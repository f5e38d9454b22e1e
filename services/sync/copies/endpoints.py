"""The log of copies: every file of register data that was stored, by whom, until when; and erasing one at once."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query, Request
from sqlalchemy import Row

from services.sync.copies.auth import CopiesRead, CopiesWrite
from services.sync.copies.errors import CopyAlreadyPurged
from services.sync.copies.schemas import CopyErasureCreate, RegisterCopyPublic
from services.sync.copies.service import CopyService
from services.sync.upload.auth import refusal_to_write
from services.sync.upload.models import Upload
from services.sync.upload.service import UploadService
from shared.auth import Principal
from shared.kit import clock
from shared.kit.files import FileStore
from shared.kit.text import Lang
from shared.web import LangDep, Page, PageDep, SessionDep, make_page, new_router, runtime
from shared.web.actions import allowed_action

router = new_router("copies")

CopyId = Annotated[UUID, Path(alias="copyId")]


@router.get("/copies", summary="List copies of register data")
async def copies_list(
    caller: CopiesRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
    state: Annotated[Literal["open", "purged"] | None, Query(description="Only those that are left, or gone")] = None,
) -> Page[RegisterCopyPublic]:
    """Uploads, fetched packages and produced files, the newest first; purged ones stay in the log."""
    keys = page.keys(UUID)
    is_open = None if state is None else state == "open"
    rows = await CopyService(session, _store(request)).list_before(is_open, keys[0] if keys else None, page.limit + 1)
    uploads = await UploadService(session).of_files([row.file_id for row in rows if row.file_id])

    def show(row: Row[Any]) -> RegisterCopyPublic:
        return _show(row, uploads.get(row.file_id), caller, request, lang)

    return make_page(request, page, rows, key=lambda row: (row.id,), show=show)


@router.post("/copies/{copyId}/erasures", summary="Erase a copy at once")
async def copy_erasures_create(
    copy_id: CopyId, body: CopyErasureCreate, caller: CopiesWrite, session: SessionDep, request: Request, lang: LangDep
) -> RegisterCopyPublic:
    """Destroy the key of the stored file before its time. What was read from it stays; the log says who and when."""
    copy = await CopyService(session, _store(request)).erase(copy_id, body.reason, caller.subject)
    uploads = await UploadService(session).of_files([copy.file_id])
    return _show(copy, uploads.get(copy.file_id), caller, request, lang)


def _store(request: Request) -> FileStore:
    store: FileStore = runtime(request).resources[FileStore]
    return store


def _show(row: Row[Any], upload: Upload | None, caller: Principal, request: Request, lang: Lang) -> RegisterCopyPublic:
    path = f"/sync/v1/copies/{row.id}/erasures"
    refused = refusal_to_write(caller) or (CopyAlreadyPurged.title if row.purged_at is not None else None)
    return RegisterCopyPublic(
        **row._asdict() | {"upload_id": upload.id if upload else None},
        source_id=upload.source_id if upload else None,
        is_overdue=row.purged_at is None and row.purge_due < clock.now(),
        allowed_actions=[allowed_action(request, lang, "erase", "POST", path, refused=refused)],
    )
