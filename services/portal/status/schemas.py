"""The state of the services on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.web import ApiModel, example

ServiceState = Literal["ready", "unavailable", "unreachable"]

_SERVICE = {"name": "projects", "state": "ready", "latencyMs": 4}


class ServiceStatus(ApiModel):
    """One service: `unavailable` answers that it cannot serve now, `unreachable` does not answer."""

    model_config = example(_SERVICE)

    name: str
    state: ServiceState
    latency_ms: int | None = Field(description="Time of the answer; null where there was none")


class PlatformStatus(ApiModel):
    """All services. `state` is `ready` when every service is."""

    model_config = example({"state": "ready", "checkedAt": "2026-08-17T08:00:00Z", "services": [_SERVICE]})

    state: Literal["ready", "degraded"]
    checked_at: datetime = Field(description="At most five seconds ago")
    services: list[ServiceStatus]
