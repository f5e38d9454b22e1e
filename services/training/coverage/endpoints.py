"""`/coverage` and `/needs`: who is trained, who is not."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request

from services.training.coverage.auth import CoverageRead, visible_units
from services.training.coverage.models import Coverage
from services.training.coverage.schemas import CoveragePublic, CoverageSummaryPublic, NeedPublic
from services.training.coverage.service import CoverageService, Grouping
from shared.web import Page, PageDep, SessionDep, make_page, new_router

router = new_router("coverage")

UnitFilter = Annotated[UUID | None, Query(alias="unitId", description="One unit only")]
RoleFilter = Annotated[str | None, Query(max_length=60, description="One training role only")]


@router.get("/coverage")
async def coverage_list(
    caller: CoverageRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    unit_id: UnitFilter = None,
    role: RoleFilter = None,
) -> Page[CoveragePublic]:
    """Coverage per unit and role; the row with `unitId` null speaks for the whole authority."""
    units = visible_units(caller, unit_id)
    rows = await CoverageService(session).list(units, role, page.limit + 1, page.keys(UUID))
    return make_page(request, page, rows, key=lambda row: [row.id], show=_show)


@router.get("/needs")
async def needs_list(
    caller: CoverageRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    unit_id: UnitFilter = None,
    role: RoleFilter = None,
    trained: Annotated[bool | None, Query(description="Only those who are, or are not, trained")] = None,
) -> Page[NeedPublic]:
    """Each person who needs training, by unit and role: whom to enrol next."""
    after = page.keys(UUID, str, UUID)
    units = visible_units(caller, unit_id)
    rows = await CoverageService(session).needs(units, role, trained, page.limit + 1, after)

    def key(row: Any) -> list[object]:
        return [row.unit_id, row.role, row.person_id]

    return make_page(request, page, rows, key=key, show=NeedPublic.model_validate)


@router.get("/coverage-summaries")
async def coverage_summaries_list(
    caller: CoverageRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    by: Annotated[Grouping, Query(description="What to group by")] = "school_form",
) -> Page[CoverageSummaryPublic]:
    """Coverage per school form or wave and role, counted now; heads see people of their units."""
    service = CoverageService(session)
    rows = await service.summaries(by, visible_units(caller), page.limit + 1, page.keys(str, str))

    def show(row: Any) -> CoverageSummaryPublic:
        percent = round(100 * row.trained / row.needed, 1) if row.needed else None
        return CoverageSummaryPublic(
            key=row.key, role=row.role, trained=row.trained, needed=row.needed, percent=percent
        )

    return make_page(request, page, rows, key=lambda row: [row.key, row.role], show=show)


def _show(row: Coverage) -> CoveragePublic:
    percent = round(100 * row.trained / row.needed, 1) if row.needed else None
    return CoveragePublic(
        id=row.id,
        unit_id=row.unit_id,
        role=row.role,
        trained=row.trained,
        needed=row.needed,
        percent=percent,
        updated_at=row.updated_at,
    )
