"""The roster's versions."""

from fastapi import Request

from services.sync.roster.auth import RostersRead
from services.sync.roster.schemas import RosterVersionPublic
from services.sync.roster.service import RosterService
from shared.web import Page, PageDep, SessionDep, make_page, new_router

router = new_router("roster")


@router.get("/roster-versions", summary="List roster versions")
async def roster_versions_list(
    _: RostersRead, session: SessionDep, request: Request, page: PageDep
) -> Page[RosterVersionPublic]:
    """What has been applied, the newest first."""
    keys = page.keys(int)
    rows = await RosterService(session).versions_before(keys[0] if keys else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: (row.number,), show=RosterVersionPublic.model_validate)
