"""`/internal/client-logins`: who of the staff has logged in through us at one application."""

from typing import Annotated

from fastapi import Path, Query, Response

from services.identity.clientlogin.auth import ClientLoginsReader
from services.identity.clientlogin.service import ClientLoginService
from shared.kit.problems import Forbidden
from shared.web import SessionDep, new_router
from shared.web.route import problem_responses

router = new_router("client-logins")

_LAST = 32_503_680_000
"""The year 3000: no instant that anybody has read up to is later."""


@router.get(
    "/client-logins/{clientId}",
    summary="Read who has logged in at an application",
    responses=problem_responses(404),
)
async def client_logins_list(
    caller: ClientLoginsReader,
    session: SessionDep,
    client_id: Annotated[str, Path(alias="clientId", max_length=100)],
    after: Annotated[int, Query(ge=0, le=_LAST, description="Seconds since 1970: only logins since then")] = 0,
    cursor: Annotated[str | None, Query(max_length=80, description="From the end of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=5000, description="Lines of a page, its end not counted")] = 5000,
) -> Response:
    """Staff alone, protected persons not among them: ids and dates (`shared/contracts/identity_access.py`)."""
    if caller.tenant is None:
        raise Forbidden()
    body = await ClientLoginService(session).page(client_id, after, cursor, limit)
    return Response(body, media_type="application/x-ndjson")
