"""The event catalogue."""

from services.webhooks.catalogue.auth import CatalogueRead
from services.webhooks.catalogue.schemas import EventTypeList
from services.webhooks.catalogue.service import event_types
from shared.web import new_router

router = new_router("event types")


@router.get("/event-types", name="event_types_list", summary="Read the event catalogue")
async def event_types_list(_: CatalogueRead) -> EventTypeList:
    """Every event type with its JSON Schema and an example body.

    A new meaning is a new version of the type, and both are sent for a release. Ignore fields that you do not know.
    """
    return EventTypeList(items=list(event_types()))
