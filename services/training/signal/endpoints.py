"""`/signals` and `/access-states`: what training tells gates and risks, and of whom."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request

from services.training.coverage.endpoints import RoleFilter, UnitFilter
from services.training.signal.auth import AccessRead, SignalsRead, visible_units
from services.training.signal.models import AccessState, SignalKind
from services.training.signal.schemas import AccessPublic, SignalPublic
from services.training.signal.service import SignalService
from shared.web import Page, PageDep, SessionDep, make_page, new_router

router = new_router("signals")


@router.get("/signals")
async def training_signals_list(
    caller: SignalsRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    unit_id: UnitFilter = None,
    kind: Annotated[SignalKind | None, Query(description="One kind only")] = None,
) -> Page[SignalPublic]:
    """What was computed last; rows with `unitId` null speak for the whole authority, where everybody counts once."""
    units = visible_units(caller, unit_id)
    rows = await SignalService(session).list(units, kind, page.keys(UUID), page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.id], show=SignalPublic.model_validate)


@router.get("/access-states")
async def access_states_list(
    caller: AccessRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    unit_id: UnitFilter = None,
    role: RoleFilter = None,
    state: Annotated[
        list[AccessState] | None, Query(description="Only these; without it those who are not seen to have access")
    ] = None,
) -> Page[AccessPublic]:
    """Who was trained and cannot, or cannot be seen to, reach the platform: whom to help before they forget."""
    asked = state or ["missing", "unknown"]
    after = page.keys(UUID, str, UUID)
    rows = await SignalService(session).access(visible_units(caller, unit_id), role, asked, after, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.unit_id, row.role, row.person_id], show=_show)


def _show(row: Any) -> AccessPublic:
    return AccessPublic(
        person_id=row.person_id,
        display_name=row.display_name,
        unit_id=row.unit_id,
        role=row.role,
        state=row.state,
        session_ended_on=row.ended_on,
        window_ends_on=row.window_ends_on,
        source="login_here" if row.is_here else "sync" if row.observed_at else None,
        observed_at=row.observed_at,
        last_login_on=row.last_login_on,
    )
