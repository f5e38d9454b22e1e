"""The event catalogue on the wire."""

from typing import Any

from pydantic import Field

from shared.web import ApiModel, example

_EVENT_TYPE = {
    "type": "projects.gate.ready.v1",
    "version": 1,
    "source": "projects",
    "description": "Every mandatory criterion of a gate is met or waived.",
    "jsonSchema": {"type": "object", "properties": {"gateId": {"type": "string", "format": "uuid"}}},
    "example": {
        "type": "projects.gate.ready.v1",
        "timestamp": "2026-08-17T08:00:00Z",
        "data": {"gateId": "0199b1c2-7a10-7cc1-9d3e-000000000001"},
    },
}


class EventTypePublic(ApiModel):
    """One event type that an endpoint can subscribe to. `jsonSchema` describes the `data` of its webhooks."""

    model_config = example(_EVENT_TYPE)

    type: str
    version: int
    source: str = Field(description="The service that owns the event type")
    description: str
    json_schema: dict[str, Any]
    example: dict[str, Any] = Field(description="A whole webhook body")


class EventTypeList(ApiModel):
    """The whole catalogue; it is short and has no pages."""

    model_config = example({"items": [_EVENT_TYPE]})

    items: list[EventTypePublic]
