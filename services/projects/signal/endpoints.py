"""Signals over HTTP, to read only."""

from uuid import UUID

from fastapi import Request

from services.projects.signal.auth import SignalsRead
from services.projects.signal.schemas import SignalPublic
from services.projects.signal.service import SignalService
from shared.web import AsOf, Page, PageDep, SessionDep, make_page, new_router

router = new_router("signals")


@router.get("/signals", name="signals_list", summary="List the signals that gates read", dependencies=[AsOf])
async def signals_list(caller: SignalsRead, session: SessionDep, request: Request, page: PageDep) -> Page[SignalPublic]:
    """The newest value of every fact that other services told about the authority."""
    after = page.keys(UUID)
    rows = await SignalService(session).list_after(after[0] if after else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=SignalPublic.model_validate)
