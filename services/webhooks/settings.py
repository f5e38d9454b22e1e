"""Settings of webhooks, read from `WEBHOOKS_*`, then `STARTKLAR_*`."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from shared.kit.egress import EgressClient
from shared.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What webhooks reads beside the common settings."""

    service: ClassVar[str] = "webhooks"

    allow_private_targets: bool | None = Field(
        None, description="Send to loopback and private networks; unset means only outside production"
    )
    delivery_timeout: float = Field(15, gt=0, le=60, description="Seconds for one attempt, name lookup to last byte")
    deliveries_in_flight: int = Field(64, ge=1, le=1000, description="Attempts that one worker makes at a time")
    endpoints_per_tenant: int = Field(50, ge=1, description="Endpoints that a tenant may have")
    event_retention_days: int = Field(90, ge=30, description="How long the public event log keeps an event")

    @model_validator(mode="after")
    def _production_calls_nobody_inside(self) -> Self:
        if self.environment == "production" and self.allow_private_targets:
            raise ValueError("allow_private_targets is for development: production never calls private networks")
        return self

    def egress(self) -> EgressClient:
        """The client for strangers' URLs; https alone in production, answers cut at 16 kB."""
        is_production = self.environment == "production"
        private = not is_production if self.allow_private_targets is None else self.allow_private_targets
        return EgressClient(private, https_only=is_production, max_response_bytes=16_384)
