"""The landing page."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.portal.page.policy import PAGE
from services.portal.page.service import landing
from services.portal.status.service import StatusService
from shared.web import LangDep, new_router, runtime

router = new_router("page")


@router.get("/", name="landing_page", include_in_schema=False)
async def landing_page(request: Request, lang: LangDep) -> HTMLResponse:
    """What this is, whether it works now, and where to go on."""
    status: StatusService = runtime(request).resources[StatusService]
    headers = {"Content-Security-Policy": PAGE, "Content-Language": lang}
    return HTMLResponse(landing(await status.current(), lang), headers=headers)
