"""The erasure ledger."""

from uuid import UUID

from fastapi import Request

from services.sync.erasure.auth import ErasuresRead
from services.sync.erasure.schemas import ErasurePublic
from services.sync.erasure.service import ErasureService
from shared.kit.journal import record_reading
from shared.web import Page, PageDep, SessionDep, make_page, new_router

router = new_router("erasures")


@router.get("/erasures", summary="List erasures")
async def erasures_list(_: ErasuresRead, session: SessionDep, request: Request, page: PageDep) -> Page[ErasurePublic]:
    """Every person who was erased, the newest first: on request, or since the time of a tombstone was over."""
    keys = page.keys(UUID)
    rows = await ErasureService(session).list_before(keys[0] if keys else None, page.limit + 1)
    await record_reading(session, "erasures", min(len(rows), page.limit))
    return make_page(request, page, rows, key=lambda row: (row.id,), show=ErasurePublic.model_validate)
