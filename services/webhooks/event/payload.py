"""The body of a webhook: the same bytes at every attempt, since a signature and a receiver's hash depend on them."""

from typing import Any

import orjson

from services.webhooks.event.errors import EventTooLarge
from services.webhooks.event.models import PublicEvent

MAX_BYTES = 20_000  # Standard Webhooks 1.0.0, "payload size"


def body_of(event: PublicEvent) -> bytes:
    """`{type, timestamp, tenant, subject, data}` as JSON; ids only. Raises EventTooLarge above 20 kB."""
    document: dict[str, Any] = {
        "type": event.type,
        "timestamp": event.occurred_at,
        "tenant": str(event.tenant_id),
        "subject": str(event.subject),
        "data": event.data,
    }
    body = orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    if len(body) > MAX_BYTES:
        raise EventTooLarge(f"event {event.id} of type {event.type} makes {len(body)} bytes")
    return body
