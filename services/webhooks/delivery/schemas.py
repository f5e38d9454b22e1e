"""Deliveries on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web import AllowedAction, ApiModel, example

DeliveryState = Literal["pending", "delivered", "failed", "discarded"]

_ATTEMPT = {
    "number": 1,
    "startedAt": "2026-08-17T08:00:00Z",
    "isSuccess": False,
    "statusCode": 503,
    "error": None,
    "latencyMs": 41,
    "excerpt": "maintenance",
}
_DELIVERY = {
    "id": "0199b1c2-7a10-7cc1-9d3e-2f6f1a2b3c4d",
    "endpointId": "0199b1c2-7a10-7cc1-9d3e-000000000001",
    "eventId": "0199b1c2-7a10-7cc1-9d3e-000000000002",
    "state": "pending",
    "attempts": 1,
    "nextAttemptAt": "2026-08-17T08:00:05Z",
    "createdAt": "2026-08-17T08:00:00Z",
    "finishedAt": None,
}


class DeliveryPublic(ApiModel):
    """One event on its way to one endpoint.

    `failed`: the schedule ended or the receiver said 410. `discarded`: the endpoint was disabled meanwhile.
    """

    model_config = example(_DELIVERY)

    id: UUID
    endpoint_id: UUID
    event_id: UUID = Field(description="The `webhook-id` of every attempt")
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None = Field(description="Null when nothing more will be sent by itself")
    created_at: datetime
    finished_at: datetime | None


class AttemptPublic(ApiModel):
    """What one attempt met: an answer (`statusCode`) or the reason why there was none (`error`)."""

    model_config = example(_ATTEMPT)

    number: int
    started_at: datetime = Field(description="When the attempt was logged, at its end")
    is_success: bool
    status_code: int | None
    error: str | None = Field(
        description="`timeout`, `connect`, `tls`, `protocol`, `too-large`, `internal` for a fault of ours, or "
        "`refused-...` where our rules forbade it"
    )
    latency_ms: int
    excerpt: str | None = Field(description="The first 1000 characters of the answer")


class DeliveryDetail(DeliveryPublic):
    """A delivery with everything that was tried."""

    model_config = example(_DELIVERY | {"attemptLog": [_ATTEMPT], "allowedActions": []})

    attempt_log: list[AttemptPublic]
    allowed_actions: list[AllowedAction] = []
