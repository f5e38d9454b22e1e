"""The replayable event log."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request

from services.webhooks.event.auth import EventsRead
from services.webhooks.event.schemas import EventPage, EventPublic
from services.webhooks.event.service import EventService
from shared.web import Link, SessionDep, absolute, new_router
from shared.web.models import PageLinks, PageMeta

router = new_router("events")


async def _service(session: SessionDep) -> EventService:
    return EventService(session)


Service = Annotated[EventService, Depends(_service)]
EventId = Annotated[UUID, Path(alias="eventId")]
After = Annotated[int, Query(ge=0, le=2**62, description="The last position that you have; 0 for everything kept")]
Limit = Annotated[int, Query(ge=1, le=200, description="Items per page")]
Types = Annotated[list[str] | None, Query(max_length=50, description="Only these event types; repeat it for several")]


@router.get("/events", name="events_list", summary="Read events after a position")
async def events_list(
    request: Request, _: EventsRead, events: Service, after: After = 0, limit: Limit = 20, types: Types = None
) -> EventPage:
    """The tenant's events after `after`, oldest first, for at least 90 days: nothing that a webhook missed is lost.

    Order and completeness hold per tenant: an event never appears before a position that you have already read.
    """
    found = await events.list_after(after, types or (), limit)
    last = found[-1].position if found else after
    following = _link(request, "next", after=last) if len(found) == limit else None
    return EventPage(
        items=[EventPublic.model_validate(event) for event in found],
        last_position=last,
        links=PageLinks(self=_link(request, "self"), next=following),
        meta=PageMeta(limit=limit),
    )


@router.get("/events/{eventId}", name="events_get", summary="Read one event")
async def events_get(event_id: EventId, _: EventsRead, events: Service) -> EventPublic:
    """One event of the log, by the id that its deliveries carry as `webhook-id`."""
    return EventPublic.model_validate(await events.get(event_id))


def _link(request: Request, rel: str, **changed: int) -> Link:
    url = request.url.include_query_params(**changed)
    return Link(href=absolute(request, f"{url.path}?{url.query}" if url.query else url.path), rel=rel)
