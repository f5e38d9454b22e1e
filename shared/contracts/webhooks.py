"""What webhooks tells the other services and its own subscribers: where events are sent, and where that stopped.

URLs and secrets never appear: a URL may hold what only its owner should know.
"""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event

DisabledReason = Literal["manual", "gone", "failing"]


class EndpointCreated(Event):
    """A webhook endpoint exists and gets the event types that it subscribes to."""

    type: ClassVar[str] = "webhooks.endpoint.created.v1"

    endpoint_id: UUID


class EndpointChanged(Event):
    """An endpoint's URL, description, subscriptions, state or secret changed; `fields` names them in camelCase."""

    type: ClassVar[str] = "webhooks.endpoint.changed.v1"

    endpoint_id: UUID
    version: int
    fields: tuple[str, ...]


class EndpointDisabled(Event):
    """Nothing is sent to the endpoint any more: `manual` by somebody here, `gone` since it answered 410, `failing`
    since nothing got through for five days. Missed events stay in the event log."""

    type: ClassVar[str] = "webhooks.endpoint.disabled.v1"

    endpoint_id: UUID
    reason: DisabledReason


class EndpointDeleted(Event):
    """An endpoint, its secrets and its delivery log are gone."""

    type: ClassVar[str] = "webhooks.endpoint.deleted.v1"

    endpoint_id: UUID


class EndpointTested(Event):
    """Sent only to the endpoint that somebody asked to test, whatever it subscribes to; it is in no feed."""

    type: ClassVar[str] = "webhooks.endpoint.tested.v1"

    endpoint_id: UUID
