"""The log of copies: every file of register data that was stored, by whom, until when; and erasing one at once."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query, Request

from services.sync.copy.auth import CopiesRead, CopiesWrite
from services.sync.copy.schemas import CopyErasureCreate, RegisterCopyPublic
from services.sync.copy.service import CopyService
from services.sync.copy.showing import show_copy
from services.sync.upload.service import UploadService
from shared.kit.files import FileStore
from shared.kit.journal import record_reading
from shared.web import LangDep, Page, PageDep, SessionDep, make_page, new_router, runtime

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
    await record_reading(session, "copy_log", min(len(rows), page.limit), state=state)
    return make_page(
        request,
        page,
        rows,
        key=lambda row: (row.id,),
        show=lambda row: show_copy(row, uploads.get(row.file_id), caller, request, lang),
    )


@router.post("/copies/{copyId}/erasures", summary="Erase a copy at once")
async def copy_erasures_create(
    copy_id: CopyId, body: CopyErasureCreate, caller: CopiesWrite, session: SessionDep, request: Request, lang: LangDep
) -> RegisterCopyPublic:
    """Destroy the key of the stored file before its time. What was read from it stays; the log says who and when."""
    copy = await CopyService(session, _store(request)).erase(copy_id, body.reason, caller.subject)
    uploads = await UploadService(session).of_files([copy.file_id])
    return show_copy(copy, uploads.get(copy.file_id), caller, request, lang)


def _store(request: Request) -> FileStore:
    store: FileStore = runtime(request).resources[FileStore]
    return store
