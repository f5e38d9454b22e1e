"""`GET /internal/events`: the feed from which the other services pull. The gateway never routes it."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.auth import Principal, Scope, internal
from shared.queue import FeedPage, read_feed
from shared.web.route import new_router
from shared.web.runtime import RelaySessionDep

FeedReader = Annotated[Principal, internal(Scope.events_read)]


def feed_router(service: str) -> APIRouter:
    """The owner's side of the event feed of `service`."""
    router = new_router("internal")

    async def events(
        caller: FeedReader,
        session: RelaySessionDep,
        after: Annotated[int, Query(ge=0, description="Position of the last event that the caller has applied")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 200,
    ) -> FeedPage:
        """Events of all tenants after a position, in order of commit, without gaps."""
        return await read_feed(session, after, limit)

    router.add_api_route("/events", events, name=f"{service}_feed", methods=["GET"], summary="Read the event feed")
    return router
