"""Endpoints on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.webhooks import DisabledReason
from shared.web import AllowedAction, ApiInput, ApiModel, ApiPatch, example

_ID = "0199b1c2-7a10-7cc1-9d3e-2f6f1a2b3c4d"
_CREATE: dict[str, Any] = {
    "url": "https://system.example.org/hook",
    "description": "Our integration platform",
    "eventTypes": ["projects.gate.ready.v1"],
}
_PUBLIC: dict[str, Any] = _CREATE | {
    "id": _ID,
    "state": "enabled",
    "disabledReason": None,
    "disabledAt": None,
    "failingSince": None,
    "createdAt": "2026-08-17T08:00:00Z",
    "updatedAt": "2026-08-17T08:00:00Z",
    "version": 1,
    "allowedActions": [],
}
_SECRET = {"secret": "whsec_c3RhcnRrbGFyIHdlYmhvb2sgZXhhbXBsZSBzZWNyZXQh"}

Url = Annotated[str, StringConstraints(min_length=8, max_length=2048)]
Description = Annotated[str, StringConstraints(max_length=500)]
EventTypeName = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z0-9_.]{3,120})$")]
EventTypes = Annotated[
    list[EventTypeName],
    Field(min_length=1, max_length=200, description="Types from the event catalogue, or `*` alone for every type"),
]


class EndpointCreate(ApiInput):
    model_config = example(_CREATE)

    url: Url = Field(description="Where to send; https, a public address, no user name or password")
    description: Description = ""
    event_types: EventTypes


class EndpointPatch(ApiPatch):
    """Leave out what stays. `state` `enabled` starts again what was disabled; what was missed is not sent again by
    itself, but can be read from `/events` or asked for with a redelivery."""

    model_config = example({"eventTypes": ["*"], "state": "enabled"})

    url: Url | None = None
    description: Description | None = None
    event_types: EventTypes | None = None
    state: Literal["enabled", "disabled"] | None = None


class EndpointPublic(ApiModel):
    """An endpoint; its secrets are never shown again."""

    model_config = example(_PUBLIC)

    id: UUID
    url: str
    description: str
    event_types: list[str]
    state: Literal["enabled", "disabled"]
    disabled_reason: DisabledReason | None = Field(
        description="`gone`: it answered 410; `failing`: nothing got through for 120 hours; `manual`: somebody here"
    )
    disabled_at: datetime | None
    failing_since: datetime | None = Field(description="The first failure after the last success")
    created_at: datetime
    updated_at: datetime
    version: int
    allowed_actions: list[AllowedAction] = []


class EndpointCreated(EndpointPublic):
    """A new endpoint with its signing secret, which is shown this once."""

    model_config = example(_PUBLIC | _SECRET)

    secret: str = Field(description="Verify with any Standard Webhooks library; store it like a password")


class SecretRotate(ApiInput):
    model_config = example({"overlapHours": 24})

    overlap_hours: int = Field(
        24, ge=0, le=168, description="How long the former secret signs too; 0 ends it at once, after a leak"
    )


class SecretRotated(ApiModel):
    """The new secret, shown this once; both sign until `formerExpiresAt`."""

    model_config = example(_SECRET | {"formerExpiresAt": "2026-08-18T08:00:00Z"})

    secret: str
    former_expires_at: datetime
