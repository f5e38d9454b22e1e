"""Copied units over HTTP, to read only: sync owns them."""

from uuid import UUID

from fastapi import Request

from services.projects.unit.auth import UnitsRead
from services.projects.unit.schemas import UnitPublic
from services.projects.unit.service import UnitService
from shared.web import AsOf, Page, PageDep, SessionDep, make_page, new_router

router = new_router("units")


@router.get("/units", name="project_units_list", summary="List the units that plans can name", dependencies=[AsOf])
async def project_units_list(
    caller: UnitsRead, session: SessionDep, request: Request, page: PageDep
) -> Page[UnitPublic]:
    """Copies of the organisation's units by name, those that left the roster included."""
    rows = await UnitService(session).list_after(page.keys(str, UUID), page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.name, row.id], show=UnitPublic.model_validate)
