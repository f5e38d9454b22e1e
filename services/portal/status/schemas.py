"""The state of the services on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.web import ApiModel, example

ServiceState = Literal["ready", "unavailable", "unreachable"]

_PROMISE = {
    "availability": "99.9 % per month",
    "responseTime": "p99 below 500 ms",
    "newsWithinSeconds": 60,
    "support": "weekdays 07-17 CET",
}
_SERVICE = {"name": "projects", "state": "ready", "latencyMs": 4}


class ServiceStatus(ApiModel):
    """One service: `unavailable` answers that it cannot serve now, `unreachable` does not answer."""

    model_config = example(_SERVICE)

    name: str
    state: ServiceState
    latency_ms: int | None = Field(description="Time of the answer; null where there was none")


class Promise(ApiModel):
    """What is promised of every service: the same that the API documents say as `x-sla` and alerts watch."""

    model_config = example(_PROMISE)

    availability: str
    response_time: str
    news_within_seconds: float = Field(description="Until what one service did is known to the others")
    support: str


class PlatformStatus(ApiModel):
    """All services. `state` is `ready` when every service is."""

    model_config = example(
        {"state": "ready", "checkedAt": "2026-08-17T08:00:00Z", "services": [_SERVICE], "promise": _PROMISE}
    )

    state: Literal["ready", "degraded"]
    checked_at: datetime = Field(description="At most five seconds ago")
    services: list[ServiceStatus]
    promise: Promise
