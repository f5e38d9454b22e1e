"""The change feed for the other services."""

from typing import Annotated

from fastapi import Query, Response

from services.sync.change.auth import ChangesRead
from services.sync.change.service import ChangeService, FeedQuery
from shared.kit.problems import Forbidden
from shared.web import SessionDep, new_router

router = new_router("changes")

NDJSON = "application/x-ndjson"


@router.get("/changes", summary="Follow the roster")
async def changes_list(
    caller: ChangesRead,
    session: SessionDep,
    after: Annotated[int, Query(ge=0, description="The roster version that the reader has in full")] = 0,
    cursor: Annotated[str | None, Query(max_length=100, description="From the end of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 2000,
) -> Response:
    """Rows that changed after a version, as NDJSON; every page ends with a line of kind `page`."""
    if caller.tenant is None:
        raise Forbidden()
    body = await ChangeService(session).page(FeedQuery(after, cursor, limit))
    return Response(body, media_type=NDJSON)
