"""`/internal/platform-access`: accounts and last logins at the platform, by id."""

from typing import Annotated

from fastapi import Query, Response

from services.sync.access.auth import AccessRead
from services.sync.access.service import AccessService
from services.sync.change.endpoints import NDJSON
from shared.kit.problems import Forbidden
from shared.web import SessionDep, new_router

router = new_router("access")


@router.get("/platform-access", summary="Read who has access at the platform")
async def platform_access_list(
    caller: AccessRead,
    session: SessionDep,
    cursor: Annotated[str | None, Query(max_length=80, description="From the end of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=5000, description="Lines of a page, its end not counted")] = 5000,
) -> Response:
    """Staff alone, protected persons among them: ids and dates (`shared/contracts/sync_access.py`)."""
    if caller.tenant is None:
        raise Forbidden()
    return Response(await AccessService(session).page(cursor, limit), media_type=NDJSON)
