"""The change feed: for the other services, and for the programs of integrators."""

from typing import Annotated, Any

from fastapi import Query, Response

from services.sync.change.auth import ChangesRead, RosterChangesRead
from services.sync.change.service import ChangeService, FeedQuery
from shared.contracts.sync import ChangeKind
from shared.kit.problems import Forbidden
from shared.web import SessionDep, new_router

router = new_router("changes")
public_router = new_router("changes")

NDJSON = "application/x-ndjson"
_EXAMPLE = (
    '{"kind":"unit","op":"put","version":4,"id":"01979f3a-8a40-7d11-8c55-0d7e6f1a2b33","name":"Ängsskolan",'
    '"unitKind":"school","code":"12345678","schoolForms":["compulsory"]}\n'
    '{"kind":"page","next":null,"version":4}\n'
)
_AS_LINES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Changed rows and the end of the page, one JSON object per line",
        "content": {NDJSON: {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}

After = Annotated[int, Query(ge=0, le=2**53 - 1, description="The roster version that the reader has in full")]
Cursor = Annotated[str | None, Query(max_length=100, description="From the end of the page before")]
Kinds = Annotated[list[ChangeKind] | None, Query(alias="kind", description="Of which kinds; absent for all")]
Lines = Annotated[int, Query(ge=1, le=5000, description="Lines of a page, its end not counted")]


@router.get("/changes", summary="Follow the roster")
async def changes_list(
    caller: ChangesRead,
    session: SessionDep,
    after: After = 0,
    cursor: Cursor = None,
    limit: Lines = 2000,
    kinds: Kinds = None,
) -> Response:
    """Rows that changed after a version, as NDJSON; every page ends with a line of kind `page`."""
    if caller.tenant is None:
        raise Forbidden()
    body = await ChangeService(session).page(FeedQuery(after, cursor, limit, kinds=frozenset(kinds or ())))
    return Response(body, media_type=NDJSON)


@public_router.get("/changes", summary="Follow the roster", response_class=Response, responses=_AS_LINES)
async def roster_changes_list(
    _: RosterChangesRead, session: SessionDep, after: After = 0, cursor: Cursor = None, limit: Lines = 2000
) -> Response:
    """Rows that changed after a version, each as it is now, as NDJSON; for a program that keeps a copy of the roster.

    Every page ends with a line of kind `page`: read on with its `next` as `cursor` (and the same `after`); where it is
    null, store its `version` and ask with that as `after` the next time. A page without that line was cut off. Start
    with `after=0` to build the copy anew. A line with `op` `end` says that the row is gone. What a row refers to comes
    before the row, except for the parent of a unit; a row comes again where the roster changes meanwhile. Where
    `protected` is true, the name is an alias; whoever becomes protected comes once more, and what was kept of the name
    must be erased.
    """
    body = await ChangeService(session).page(FeedQuery(after, cursor, limit, is_public=True))
    return Response(body, media_type=NDJSON, headers={"Cache-Control": "no-store"})
