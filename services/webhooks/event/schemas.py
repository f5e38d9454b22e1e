"""The event log on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from shared.web import ApiModel, example
from shared.web.models import PageLinks, PageMeta

EXAMPLE = {
    "id": "0199b1c2-7a10-7cc1-9d3e-2f6f1a2b3c4d",
    "position": 4711,
    "type": "projects.gate.ready.v1",
    "source": "projects",
    "subject": "0199b1c2-7a10-7cc1-9d3e-000000000001",
    "occurredAt": "2026-08-17T08:00:00Z",
    "data": {"gateId": "0199b1c2-7a10-7cc1-9d3e-000000000001", "gateKey": "start"},
}


class EventPublic(ApiModel):
    """One event. `position` orders the tenant's events without gaps; `data` follows the schema of `type`."""

    model_config = example(EXAMPLE)

    id: UUID = Field(description="The `webhook-id` of its deliveries: drop what you have seen")
    position: int
    type: str
    source: str = Field(description="The service that owns the event type")
    subject: UUID = Field(description="The id of the entity that the event is about")
    occurred_at: datetime
    data: dict[str, Any]


class EventPage(ApiModel):
    """Events after a position, oldest first. Remember `lastPosition` and ask again with `after` set to it."""

    model_config = example(
        {
            "items": [EXAMPLE],
            "lastPosition": 4711,
            "_links": {
                "self": {
                    "href": "https://api.example.org/webhooks/v1/events?after=4710",
                    "rel": "self",
                    "method": "GET",
                },
                "next": None,
            },
            "_meta": {"limit": 20},
        }
    )

    items: list[EventPublic]
    last_position: int = Field(description="The position of the last item, or `after` when there is none")
    links: PageLinks = Field(alias="_links")
    meta: PageMeta = Field(alias="_meta")
