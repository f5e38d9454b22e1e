"""The list of a plan's activities, answered with as little work as its truth allows.

It is read more often than anything else here. The items leave as the JSON that PostgreSQL made; a plain request (a
first page, narrowed or not) does not pass through FastAPI's parsing of its parameters, which costs more than the list.
Everything else takes the ordinary way, and tests hold the two ways and the response model together.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response

from services.projects.activity.auth import MAY_READ
from services.projects.activity.plain import is_plain_id, read
from services.projects.activity.service import ActivityFilter, ActivityList
from shared.auth.principal import Principal
from shared.kit.kit_tables import NO_TENANT
from shared.web import PageQuery, absolute, runtime
from shared.web.paging import encode_cursor, next_href
from shared.web.route import Route

_JSON = "application/json"


async def answer(
    request: Request, caller: Principal, project_id: UUID, page: PageQuery, narrowed: ActivityFilter
) -> Response:
    """A page of the list. Raises ProjectNotFound."""
    after = page.keys(int, UUID)
    activities = ActivityList(runtime(request).database, caller.tenant or NO_TENANT)
    rows = await activities.shown(project_id, narrowed, after and (after[0], after[1]), page.limit + 1)
    shown = rows[: page.limit]
    following = shown[-1][:2] if len(rows) > page.limit else None
    items = ",".join([row[2] for row in shown])
    around = _links(request, following)
    return Response(f'{{"items":[{items}],"_links":{around},"_meta":{{"limit":{page.limit}}}}}', media_type=_JSON)


def _links(request: Request, following: tuple[int, UUID] | None) -> str:
    """What `make_page` gives, without building and taking apart URLs where the query is known to be plain."""
    path, query = request.scope["path"], request.scope["query_string"].decode()
    here = absolute(request, f"{path}?{query}" if query else path)
    if following is None:
        there = None
    elif read(request.scope["query_string"]) is not None:
        more = f"{query}&" if query else ""
        there = absolute(request, f"{path}?{more}cursor={encode_cursor(following)}")
    else:
        there = next_href(request, following)
    links = {"self": _link(here, "self"), "next": there and _link(there, "next")}
    return orjson.dumps(links).decode()


def _link(href: str, rel: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "method": "GET"}


class PlainFirst(Route):
    """Answers a plain request at once, with the same demands on its caller, and hands on every other."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        ordinary = super().get_route_handler()

        async def run(request: Request) -> Response:
            plain = read(request.scope["query_string"])
            project_id = request.path_params["projectId"]
            if plain is None or not is_plain_id(project_id):
                handled: Response = await ordinary(request)
                return handled
            caller = await MAY_READ(request)
            return await answer(request, caller, UUID(project_id), *plain)

        return run
