"""The event catalogue: every contract of every service, with its schema and an example, made from the contracts."""

import inspect
from functools import cache
from typing import Any

from services.webhooks.catalogue.schemas import EventTypePublic
from shared.contracts.base import Event, owner_of, version_of
from shared.contracts.registry import PUBLIC_CONTRACTS
from shared.web.openapi import example_of

_TENANT = "0199b1c2-7a10-7cc1-9d3e-00000000000a"


@cache
def event_types() -> tuple[EventTypePublic, ...]:
    """Every event type, by name."""
    return tuple(_public(event) for event in PUBLIC_CONTRACTS.values())


def unknown_types(wanted: list[str]) -> list[str]:
    """Those of `wanted` that no contract describes."""
    return [name for name in wanted if name not in PUBLIC_CONTRACTS]


def _public(event: type[Event]) -> EventTypePublic:
    schema = event.model_json_schema(by_alias=True)
    data = example_of(schema, schema.get("$defs", {}))
    subject = next((value for name, value in data.items() if name.endswith("Id")), None)
    return EventTypePublic(
        type=event.type,
        version=version_of(event.type),
        source=owner_of(event.type),
        description=inspect.cleandoc(event.__doc__ or ""),
        json_schema=schema,
        example=_body(event.type, subject, data),
    )


def _body(event_type: str, subject: Any, data: dict[str, Any]) -> dict[str, Any]:
    envelope = {"type": event_type, "timestamp": "2026-08-17T08:00:00Z", "tenant": _TENANT, "subject": subject}
    return envelope | {"data": data}
