"""The state of the platform, for programs."""

from fastapi import Request

from services.portal.status.schemas import PlatformStatus
from services.portal.status.service import StatusService
from shared.web import new_router, runtime

router = new_router("status")
root_router = new_router("status")


@router.get("/status", name="status_get", summary="State of the platform")
async def status_get(request: Request) -> PlatformStatus:
    """Whether each service is ready to serve. Needs no token. Also at `/status`."""
    return await service_of(request).current()


@root_router.get("/status", name="status_page", include_in_schema=False)
async def status_page(request: Request) -> PlatformStatus:
    """The same under the short address that monitors are given."""
    return await service_of(request).current()


def service_of(request: Request) -> StatusService:
    """The process's own status service."""
    found: StatusService = runtime(request).resources[StatusService]
    return found
